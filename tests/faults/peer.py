"""Alertmanager, the peer: the same faults, the same provider (webhook), the same oracle, beside our own rows.

It keeps no alert over a restart and relies on Prometheus, which sends a firing one again every minute and a resolved
one for 15 minutes. Here both come again every second, and an alert goes on until it has been told (40 s at most): a
restart always has the time it needs. What it has told it keeps in memory, snapshotted every 15 minutes unless told
otherwise; its documented answer to a crash is a pair. So it is played three times: as delivered, with a snapshot every
second, and as a pair of which one is killed.
"""

import random
import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import requests
import yaml

from mppmon.clock import Clock
from mppmon.demo.workplace import free_port
from tests.faults.oracle import Judgement, Life, Owed, judge, together
from tests.faults.provider import ERROR, LATER, OK, Provider, provider
from tests.faults.row import Found, Row
from tests.faults.trial import until
from tests.servers.prometheus import pause

NAME = "alertmanager 0.25"
RESEND = 1.0
PATIENCE = 40.0
"""Seconds an alert goes on, and its end is sent again, until it counts as lost."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A way to run it: its name in the table, flags, how many of them."""

    name: str
    flags: tuple[str, ...] = ()
    count: int = 1


DELIVERED = Setup(NAME)
SNAPSHOTS = Setup(f"{NAME}, snapshot 1 s", ("--data.maintenance-interval=1s",))
PAIR = Setup(f"{NAME}, pair", ("--data.maintenance-interval=1s",), 2)


@dataclass
class Peer:
    """One Alertmanager or a pair, of which one may be killed, and who sends it alerts."""

    folder: Path
    provider: Provider
    setup: Setup
    ports: list[int]
    gossip: list[int]
    processes: "dict[int, subprocess.Popen[bytes]]" = field(default_factory=dict)
    lives: list[Life] = field(default_factory=list)
    firing: dict[str, str] = field(default_factory=dict)
    ended: dict[str, tuple[str, str]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def kills(self) -> int:
        """How often one was killed and started again."""
        return sum(one.killed for one in self.lives)

    def begin(self, which: int = 0, *, killed: bool = False) -> None:
        """Start one."""
        self.lives.append(Life(Clock().monotonic(), killed))
        ours, others = self.gossip[which], [port for port in self.gossip if port != self.gossip[which]]
        cluster = [f"--cluster.listen-address=127.0.0.1:{ours}"] if others else ["--cluster.listen-address="]
        with (self.folder / "peer.log").open("ab") as log:
            self.processes[which] = subprocess.Popen(
                [
                    "prometheus-alertmanager",
                    f"--config.file={self.folder / 'peer.yml'}",
                    f"--storage.path={self.folder / f'peer-{which}'}",
                    f"--web.listen-address=127.0.0.1:{self.ports[which]}",
                    *cluster,
                    *(f"--cluster.peer=127.0.0.1:{port}" for port in others),
                    *self.setup.flags,
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def restart(self, which: int = 0) -> None:
        """Kill -9, and start it again."""
        self.kill(which)
        self.begin(which, killed=True)

    def kill(self, which: int = 0) -> None:
        """Kill -9."""
        self.processes[which].send_signal(signal.SIGKILL)
        self.processes[which].wait(10)

    def send(self) -> None:
        """Send what fires and what has ended, as Prometheus does: to each."""
        alerts = [{"labels": {"alertname": name}, "startsAt": since} for name, since in dict(self.firing).items()]
        alerts += [
            {"labels": {"alertname": name}, "startsAt": start, "endsAt": end}
            for name, (start, end) in dict(self.ended).items()
        ]
        for port in self.ports if alerts else ():
            try:
                requests.post(f"http://127.0.0.1:{port}/api/v2/alerts", json=alerts, timeout=2)
            except requests.RequestException:
                continue

    def keep_sending(self) -> None:
        """Send again and again until it is over."""
        while not self.over.wait(RESEND):
            self.send()

    def fire(self, name: str) -> None:
        """Let an alert fire."""
        self.firing[name] = Clock().now().isoformat()
        self.send()

    def end(self, name: str) -> None:
        """Let it end."""
        self.ended[name] = (self.firing.pop(name), Clock().now().isoformat())
        self.send()

    def forget(self, name: str) -> None:
        """Send nothing more about it."""
        self.ended.pop(name, None)

    def told(self) -> Counter[str]:
        """Return how often each (`firing f1`, `resolved f1`) was received."""
        return Counter(one.text for one in self.provider.receipts)

    def judge(self, name: str, since: float) -> Judgement:
        """Judge one alert: two words are owed, each once."""
        owed = [Owed(f"{status} {name}", name, "sent") for status in ("firing", "resolved")]
        receipts = [replace(one, key=one.text) for one in self.provider.receipts]
        return judge(owed, receipts, self.lives, since=since)


@contextmanager
def peer(folder: Path, setup: Setup = DELIVERED) -> Iterator[Peer]:
    """Run it, every alert a group of its own, told at once."""
    folder.mkdir(parents=True, exist_ok=True)
    with provider(folder) as made:
        each = range(setup.count)
        here = Peer(folder, made, setup, [free_port() for _ in each], [free_port() for _ in each])
        hook = {"url": f"http://127.0.0.1:{made.http}/webhook", "send_resolved": True}
        route = {
            "receiver": "hook",
            "group_by": ["alertname"],
            "group_wait": "0s",
            "group_interval": "1s",
            "repeat_interval": "4h",
        }
        settings = {"route": route, "receivers": [{"name": "hook", "webhook_configs": [hook]}]}
        (folder / "peer.yml").write_text(yaml.safe_dump(settings))
        for which in each:
            here.begin(which)
        thread = threading.Thread(target=here.keep_sending)
        thread.start()
        try:
            yield here
        finally:
            here.over.set()
            thread.join(10)
            for process in here.processes.values():
                if process.poll() is None:
                    process.kill()
                process.wait(10)


def _up(here: Peer) -> None:
    def look(port: int) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{port}/-/ready", timeout=1).ok
        except requests.RequestException:
            return False

    for port in here.ports:
        if not until(partial(look, port), PATIENCE):
            raise RuntimeError("Alertmanager is not up")


def at_random(folder: Path, short: bool, setup: Setup = DELIVERED) -> Found:  # noqa: FBT001  # a row's signature
    """Kill at random times and right after a receipt, while an alert fires and after it has ended: as ours is."""
    dice = random.Random(1)  # noqa: S311  # a test's dice
    judged: list[Judgement] = []
    with peer(folder, setup) as here:
        _up(here)
        number = 0
        while here.kills < (2 if short else 60):
            name = f"f{number}"
            since = Clock().monotonic()
            here.fire(name)
            _kill_some(here, dice)
            until(partial(_has, here, f"firing {name}"), PATIENCE)
            here.end(name)
            _kill_some(here, dice)
            until(partial(_has, here, f"resolved {name}"), PATIENCE)
            here.forget(name)
            judged.append(here.judge(name, since))
            number += 1
        untold = [sum(not here.told()[f"{status} f{n}"] for n in range(number)) for status in ("firing", "resolved")]
    found = _compared(judged)
    return replace(found, note=f"{found.note}; never told: {untold[0]} faults, {untold[1]} recoveries")


def _compared(judged: Sequence[Judgement]) -> Found:
    found = together(judged)
    note = f"{found.kills} kills in {len(judged)} faults, {found.repeats} repeats, at most {found.worst} after one kill"
    return Found(ok=True, figure=found.lost, unit="lost", note=note)


def _has(here: Peer, text: str) -> bool:
    return bool(here.told()[text])


def _kill_some(here: Peer, dice: random.Random) -> None:
    came = threading.Event()
    here.provider.on_receipt = lambda _: came.set()
    for _ in range(dice.randint(1, 3)):
        came.clear()
        if dice.random() < 0.5:  # half and half
            pause(dice.uniform(0.0, 3.0))
        elif came.wait(4.0):
            pause(dice.uniform(0.0, 0.02))
        here.restart(dice.randrange(here.setup.count))
    here.provider.on_receipt = lambda _: None


def after_the_200(folder: Path, short: bool, setup: Setup = DELIVERED) -> Found:  # noqa: FBT001  # a row's signature
    """Kill it as soon as the provider has the message; the alert fires until it has been told again, or 5 s."""
    judged: list[Judgement] = []
    with peer(folder, setup) as here:
        _up(here)
        for number in range(1 if short else 20):
            name, came, since = f"k{number}", threading.Event(), Clock().monotonic()
            here.provider.on_receipt = lambda _, came=came: came.set()  # type: ignore[misc]  # bound at once
            here.fire(name)
            came.wait(PATIENCE)
            here.provider.on_receipt = lambda _: None
            here.restart()
            _up(here)
            until(lambda name=name: here.told()[f"firing {name}"] > 1, 5)  # type: ignore[misc]  # bound at once
            here.end(name)
            until(partial(_has, here, f"resolved {name}"), 10)
            here.forget(name)
            judged.append(here.judge(name, since))
    found = together(judged)
    return Found(
        ok=True, figure=found.repeats / max(1, found.kills), unit="repeats per kill", note=_compared(judged).note
    )


def error_500(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """HTTP 500 for ten minutes (short: 2 s)."""
    return _outage(folder, ERROR, 2.0 if short else 600.0)


def too_many(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """429 with `retry_after`: how often it asks meanwhile."""
    return _outage(folder, LATER, 5.0 if short else 30.0)


def _outage(folder: Path, mode: str, seconds: float) -> Found:
    with peer(folder) as here:
        _up(here)
        here.provider.mode, here.provider.retry_after = mode, int(seconds)
        here.fire("outage")
        pause(seconds)
        attempts = len(here.provider.asked)
        here.provider.mode = OK
        begun = Clock().monotonic()
        came = until(partial(_has, here, "firing outage"), 330)
        delay = Clock().monotonic() - begun if came else float("inf")
    if mode == LATER:
        return Found(ok=True, figure=attempts, unit=f"attempts within retry_after {seconds:g}", note=f"{delay:.1f} s")
    return Found(ok=True, figure=delay, unit="s after the provider is back", note=f"{attempts} attempts")


_ASKED = "(for comparison)"
_RANDOM, _AFTER = "kill -9 at random times", "kill after the provider's 200"
ROWS = (
    Row(1, _RANDOM, _ASKED, at_random, NAME, full_only=True),
    Row(1, _RANDOM, _ASKED, partial(at_random, setup=SNAPSHOTS), SNAPSHOTS.name, full_only=True),
    Row(1, _RANDOM, _ASKED, partial(at_random, setup=PAIR), PAIR.name, full_only=True),
    Row(2, _AFTER, _ASKED, after_the_200, NAME),
    Row(2, _AFTER, _ASKED, partial(after_the_200, setup=SNAPSHOTS), SNAPSHOTS.name, full_only=True),
    Row(11, "provider 500 for 10 minutes", _ASKED, error_500, NAME),
    Row(12, "429 while a page waits", _ASKED, too_many, NAME, full_only=True),
)
