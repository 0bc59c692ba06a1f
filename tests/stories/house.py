"""A small mall and an engine in virtual time: the stories are told with these."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from alerts.model import (
    Condition,
    NoticeKind,
    Notification,
    Operator,
    Person,
    Policy,
    Rotation,
    Rule,
    Step,
    Words,
)
from alerts.settings import EmailSettings
from collectors.collector import Kind, Target, Way
from collectors.observation import Labels, Observation, Outcome, schema_of
from collectors.settings import HttpSettings, LivenessSettings, SnmpSettings
from mppmon.clock import Clock
from mppmon.config import DaemonSettings, Loaded
from mppmon.config.settings import IntervalSettings
from mppmon.config.timing import timings
from mppmon.engine.commands import Answer, Command
from mppmon.engine.core import Engine
from mppmon.engine.snapshot import Snapshot
from mppmon.mall.model import (
    Agency,
    Counter,
    Device,
    DeviceKind,
    Mall,
    Offer,
    Service,
    Site,
    Span,
    Transition,
    Uplink,
)
from mppmon.mall.principal import SYSTEM
from mppmon.state import database_file
from mppmon.store import Store, StoreError
from mppmon.store.paths import database_url
from tests.unit.store_kit import new_database

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
"""Monday 08.30 WIB."""

JAM: tuple[tuple[str, str], ...] = (("error", "jammed"),)
LATER = timedelta(days=400)
SELDOM = 36_000.0
"""Seconds from one poll to the next: a story shows what is seen, and nothing is stale for what it leaves out."""


def _device(name: str, kind: DeviceKind, **more: object) -> Device:
    return Device(name, kind, name.replace("-", " ").title(), place="Lt. 1", address="127.0.0.1", **more)  # type: ignore[arg-type]  # keywords of Device


def small_mall() -> Mall:
    """Return one agency: two counters issue cards, one letters; a core switch, an uplink, a system outside."""
    devices = [
        _device("router", DeviceKind.ROUTER),
        _device("core", DeviceKind.SWITCH, parents=("router",)),
        _device("line", DeviceKind.PASSIVE, parents=("router",)),
        _device("anchor-1", DeviceKind.ONLINE_SYSTEM, outside=True),
        _device("anchor-2", DeviceKind.ONLINE_SYSTEM, outside=True),
        _device("system", DeviceKind.ONLINE_SYSTEM, outside=True, agency="dukcapil"),
        *(_device(f"{one}-pc", DeviceKind.PC, parents=("core",), agency="dukcapil") for one in ("a1", "a2", "a3")),
        *(_device(f"{one}-cards", DeviceKind.CARD_PRINTER, via=f"{one}-pc", agency="dukcapil") for one in ("a1", "a2")),
        _device("a3-printer", DeviceKind.PRINTER, parents=("core",), agency="dukcapil"),
    ]
    counters = [
        Counter(
            one,
            f"Loket {one.upper()}",
            "dukcapil",
            "Lt. 1",
            {"pc": (f"{one}-pc",), "cards": (f"{one}-cards",)},
            (Offer("ktp", 12.0),),
        )
        for one in ("a1", "a2")
    ]
    counters.append(
        Counter(
            "a3",
            "Loket A3",
            "dukcapil",
            "Lt. 1",
            {"pc": ("a3-pc",), "printer": ("a3-printer",)},
            (Offer("surat", 20.0),),
        )
    )
    return Mall(
        Site("mpp", "MPP Contoh", "Asia/Jakarta", Uplink("line", "router", ("anchor-1", "anchor-2"))),
        {"dukcapil": Agency("dukcapil", "Dinas Kependudukan", "Disdukcapil")},
        {
            "ktp": Service("ktp", "Cetak KTP-el", "dukcapil", needs=("pc", "cards"), systems=("system",)),
            "surat": Service("surat", "Surat Pindah", "dukcapil", needs=("pc", "printer")),
        },
        {one.id: one for one in counters},
        {one.id: one for one in devices},
        {"mpp": (Span(MONDAY - timedelta(minutes=30), MONDAY + timedelta(hours=7)),)},
    )


RULES = (
    Rule(
        "PrinterNeedsPerson",
        Condition("mppmon_printer_error", Operator.EQUAL, 1.0, (("error", ("jammed", "no-paper")),)),
        blocks=True,
        summary=Words("{error}", "{error}"),
        first_step=Words("{error:step}", "{error:step}"),
    ),
    Rule(
        "DeviceDown",
        Condition("mppmon_device_down", Operator.EQUAL, 1.0),
        summary=Words("tidak menjawab", "does not answer"),
        first_step=Words("{kind:step}", "{kind:step}"),
    ),
    Rule(
        "OwnLineCut",
        Condition("mppmon_site_blind", Operator.EQUAL, 1.0),
        summary=Words("internet mal putus", "the mall's internet line is cut"),
    ),
)


def small_config() -> Loaded:
    """Return the small mall with two technicians who take weekly turns, and a head above them."""
    mall = small_mall()
    targets: list[Target] = []
    for device in mall.devices.values():
        if device.via or device.kind is DeviceKind.PASSIVE:
            continue
        targets.append(_target(device.id, Kind.LIVENESS, Way.TCP, LivenessSettings(way="tcp", port=80)))
        if device.kind is DeviceKind.ONLINE_SYSTEM:
            targets.append(_target(device.id, Kind.TELEMETRY, Way.HTTP, HttpSettings(url="http://127.0.0.1/")))
        else:
            targets.append(_target(device.id, Kind.TELEMETRY, Way.SNMP, SnmpSettings()))
    people = {one: Person(one, one.title(), addresses={"mail": f"{one}@mall.test"}) for one in ("ani", "budi", "citra")}
    week = timedelta(days=7)
    return Loaded(
        revision="aaaabbbbcccc",
        normalised="{}",
        mall=mall,
        targets=tuple(targets),
        rules=RULES,
        people=people,
        rotations={
            "teknisi": Rotation("teknisi", "Teknisi", ("ani", "budi"), tuple(MONDAY + week * n for n in range(-2, 9)))
        },
        policies={
            "utama": Policy(
                "utama",
                (Step(("roster:teknisi",), timedelta(minutes=5)), Step(("person:citra",), timedelta(minutes=5))),
                repeat=1,
                fallback=("citra",),
            )
        },
        policy="utama",
        channels={
            "mail": EmailSettings(
                type="email", needs_internet=False, host="127.0.0.1", security="none", sender="mppmon@mall.test"
            )
        },
        timings=timings(IntervalSettings()),
        settings=DaemonSettings(pace_seconds=0),
    )


def _target(device: str, kind: Kind, way: Way, settings: object) -> Target:
    return Target(f"{device}:{kind}", device, kind, way, "127.0.0.1", SELDOM, settings)  # type: ignore[arg-type]  # one of Settings


@dataclass(frozen=True)
class HandClock(Clock):
    """A clock moved by hand."""

    at: list[datetime] = field(default_factory=lambda: [MONDAY])
    started: datetime | None = None

    def now(self) -> datetime:
        return self.at[0]

    def booted(self) -> datetime | None:
        return self.started

    def pass_(self, seconds: float) -> None:
        """Let time pass."""
        self.at[0] += timedelta(seconds=seconds)


class Recorder:
    """The engine's Effects, written down."""

    def __init__(self) -> None:
        self.repolls: list[tuple[str, tuple[float, ...]]] = []
        self.expedites: list[str] = []
        self.snapshots: list[Snapshot] = []
        self.refused: list[StoreError] = []
        self.jumps = 0
        self.undurable: list[Notification] = []
        self.commits = 0

    def repoll(self, check: str, delays: Sequence[float]) -> None:
        self.repolls.append((check, tuple(delays)))

    def expedite(self, device: str) -> None:
        self.expedites.append(device)

    def clock_changed(self) -> None:
        self.jumps += 1

    def outbox_changed(self) -> None:
        return

    def published(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def turned(self, _seconds: float) -> None:
        return

    def committed(self, _seconds: float, _last_seen: datetime | None) -> None:
        self.commits += 1

    def engine_ended(self) -> None:
        raise AssertionError("the engine ended")

    def commit_failed(self, error: StoreError) -> None:
        self.refused.append(error)

    def tell_undurably(self, notifications: Sequence[Notification]) -> None:
        self.undurable.extend(notifications)


class House:
    """An engine on a real SQLite file, turned by hand."""

    def __init__(
        self,
        state: Path,
        loaded: Loaded | None = None,
        *,
        clock: HandClock | None = None,
        before: Loaded | None = None,
    ) -> None:
        self.state, self.loaded = state, loaded or small_config()
        self.clock = clock or HandClock()
        if not database_file(state).exists():
            new_database(database_file(state))
        self.store = Store.open(database_url(state))
        self.effects = Recorder()
        self.engine = Engine(self.loaded, self.store, self.clock, self.effects, before=lambda: before)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def killed(self) -> "House":
        """End without a word (the process is gone) and start anew on the same database and clock."""
        self.store.close()
        return House(self.state, self.loaded, clock=self.clock)

    def edited(self, loaded: Loaded) -> "House":
        """End without a word, and start anew on a configuration that was edited meanwhile."""
        self.store.close()
        return House(self.state, loaded, clock=self.clock, before=self.loaded)

    def turn(self, *seen: Observation) -> None:
        """Let the engine take these observations at the present time."""
        self.engine.turn(seen)

    def wait(self, seconds: float, *, step: float = 1.0) -> None:
        """Let time pass with ticks and no observations."""
        for _ in range(round(seconds / step)):
            self.clock.pass_(step)
            self.engine.turn([None])

    def do(self, command: Command) -> Answer:
        """Carry out a command."""
        future = self.engine.submit(command)
        self.engine.turn(self.engine.intake.take())
        return future.result(timeout=0)

    def see(self, device: str, outcome: Outcome = Outcome.OK, *, kind: Kind = Kind.LIVENESS) -> Observation:
        """One check of one device, now."""
        return Observation(f"{device}:{kind}", device, outcome, self.clock.now(), 0.0)

    def sees(self, device: str, samples: dict[tuple[str, Labels], float], *parts: Observation) -> Observation:
        """Telemetry of one device, now."""
        series = schema_of(tuple(samples))
        seen = self.see(device, kind=Kind.TELEMETRY)
        return replace(seen, schema=series, values=tuple(samples.values()), parts=parts)

    def cards(self, counter: str, *, jammed: bool = False, outcome: Outcome = Outcome.OK) -> Observation:
        """See a counter's PC, and through it its card printer."""
        part = self.sees(f"{counter}-cards", {("mppmon_printer_error", JAM): float(jammed)})
        return self.sees(f"{counter}-pc", {}, replace(part, outcome=outcome))

    def all_well(self) -> None:
        """One round of answers from everything."""
        answers = [self.see(target.device) for target in self.loaded.targets if target.kind is Kind.LIVENESS]
        printer = self.sees("a3-printer", {("mppmon_printer_error", JAM): 0.0})
        self.turn(*answers, self.cards("a1"), self.cards("a2"), self.sees("a3-pc", {}), printer)

    def fails(self, *devices: str, probes: int = 4) -> None:
        """Let these devices fail their probe and its re-polls."""
        for delay in (0.0, 0.5, 1.0, 1.5)[:probes]:
            self.clock.pass_(delay)
            self.turn(*(self.see(one, Outcome.TIMEOUT) for one in devices))

    def answers(self, *devices: str, probes: int = 2) -> None:
        """Let these devices answer a probe and the one asked for at once after it."""
        for delay in (0.0, 0.5, 0.5)[:probes]:
            self.clock.pass_(delay)
            self.turn(*(self.see(one) for one in devices))

    def told(self, kind: NoticeKind | None = None) -> list[Notification]:
        """Every notification placed into the outbox so far, in order (leases all that is due)."""
        until = self.clock.now() + LATER
        while rows := self.store.lease(
            SYSTEM, now=self.clock.now() + timedelta(seconds=1), until=until, limit=100, channels=("mail",)
        ):
            self._told = [*getattr(self, "_told", []), *(notification for notification, _ in rows)]
            for notification, attempt in rows:
                self.store.mark(SYSTEM, notification.key, now=self.clock.now(), sent="x", attempt=attempt)
        found: list[Notification] = getattr(self, "_told", [])
        return [one for one in found if kind is None or one.kind is kind]

    def history(self, subject: str) -> list[tuple[str, datetime]]:
        """Return what a subject became, and from when."""
        return [(one.new, one.at) for one in self.transitions(subject)]

    def transitions(self, subject: str) -> list[Transition]:
        """Return every change of a subject, as it was decided."""
        return self.store.transitions(SYSTEM, start=MONDAY - LATER, end=MONDAY + LATER, subjects=(subject,))
