"""A daemon on trial: the simulated small mall, the provider, and a process that may be killed and started again."""

import atexit
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml

from mppmon import control
from mppmon.clock import Clock
from mppmon.demo.simulator.launch import Control
from mppmon.demo.workplace import free_port
from mppmon.engine.watching import SELF
from mppmon.mall.principal import SYSTEM
from mppmon.state import control_socket, database_file
from mppmon.store import Store
from mppmon.store.migrate import migrate
from mppmon.store.paths import database_url
from tests.faults.nursery import Process, nursery
from tests.faults.oracle import Judgement, Life, Owed, judge
from tests.faults.points import ARM
from tests.faults.provider import OK, TOKEN, Provider, Receipt, provider
from tests.servers.daemon_process import write_config
from tests.servers.prometheus import pause
from tests.simulator.small_mall import simulated

_OFTEN = {"liveness": 0.5, "telemetry": 0.5, "confirm": [0.1, 0.2, 0.4]}
"""Seconds: a fault is seen, confirmed and told within two, so that a row waits for little else than its own fault."""
READY = 40.0  # seconds a start may take on a machine with other work


def until(look: Callable[[], Any], within: float) -> Any:  # noqa: ANN401  # whatever is looked at
    """Look until it is true; return the last look, also when it never was."""
    end = (clock := Clock()).monotonic() + within
    while not (found := look()) and clock.monotonic() < end:
        pause(0.05)
    return found


@dataclass
class Trial:
    """One state directory and what is around it. `kills`: how often the daemon was killed."""

    folder: Path
    config: Path
    simulator: Control
    provider: Provider
    port: int
    process: Process | None = None
    kills: int = 0
    lives: list[Life] = field(default_factory=list)
    killed: bool = False
    seen: int = 0
    beginning: "Mark | None" = None
    doors: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    prefix: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> Path:
        """The state directory."""
        return self.folder / "state"

    @property
    def trap(self) -> Path:
        """The arming file."""
        return self.folder / "arm"

    def begin(self) -> None:
        """Start the daemon; return at once. One behind a `prefix` is a program of its own from the start."""
        if self.process is not None and self.process.poll() is None:
            raise RuntimeError("the daemon before it is still there: two on trial would prove nothing")
        self.lives.append(Life(Clock().monotonic(), self.killed))
        self.killed = False
        log = self.folder / "daemon.log"
        arguments, armed = [str(self.config), str(self.state)], {ARM: str(self.trap)}
        if not self.prefix:
            self.process = nursery(tuple(self.environment.items())).begin(arguments, log, armed)
            return
        with log.open("ab") as file:
            self.process = subprocess.Popen(
                [*self.prefix, sys.executable, "-m", "tests.faults.daemon", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                cwd=Path(__file__).parents[2],
                env=os.environ | armed | dict(self.environment),
            )

    def start(self) -> None:
        """Start it and wait until it answers; one that runs is left alone."""
        if self.process is not None and self.process.poll() is None:
            return
        self.begin()
        if not until(lambda: self.status() or self._ended(), READY) or self._ended():
            raise RuntimeError(f"not up: {self.log()[-800:]}")

    def start_under(self, environment: Mapping[str, str]) -> None:
        """Start it under another clock."""
        self.environment = environment
        self.start()

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def log(self) -> str:
        """Return what it said."""
        return (self.folder / "daemon.log").read_text("utf-8", "replace")

    def stop(self, number: signal.Signals = signal.SIGTERM, within: float = 10.0) -> int | None:
        """Stop it by a signal; return its exit status, None if it is still there."""
        if self.process is None:
            return None
        self.process.send_signal(number)
        self._count(killed=number is signal.SIGKILL)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            if number is signal.SIGKILL:
                raise
            return None

    def _count(self, *, killed: bool) -> None:
        self.kills += killed
        self.killed = self.killed or killed

    def died(self, within: float = 25.0) -> bool:
        """Return whether it died at the armed point."""
        assert self.process is not None
        try:
            died = self.process.wait(within) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            died = False
        self._count(killed=died)
        self.trap.unlink(missing_ok=True)
        return died

    def arm(self, point: str) -> None:
        """Let it die at this point."""
        self.trap.write_text(point, encoding="utf-8")

    def status(self) -> dict[str, Any]:
        """Return its status, nothing when nobody answers."""
        try:
            answer = control.request(control_socket(self.state), "GET", "/api/v1/status", timeout=5)
            found: dict[str, Any] = answer.json() if answer.status_code == httpx.codes.OK else {}
        except (control.Off, control.Broken, ValueError):
            return {}
        return found

    def well(self, within: float = READY) -> bool:
        """Wait until both services are delivered and nothing is open but what is about the daemon itself."""

        def look() -> bool:
            view = self.status()
            about_us = [one for one in view.get("incidents", ()) if one["root"] == SELF]
            return (
                bool(view)
                and view["counts"]["services"]["delivered"] == 2
                and len(view["incidents"]) == len(about_us)  # its page about a clock that jumped is right
            )  # both

        return bool(until(look, within))

    def incident(self, within: float = 20.0) -> int | None:
        """Wait for an open incident; return its number."""
        found = until(lambda: self.status().get("incidents"), within)
        return int(found[0]["number"]) if found else None

    def acknowledge(self, number: int, key: str) -> str:
        """Take an incident on under a command id; return the answer's code, empty when nobody answered."""
        try:
            answer = control.request(
                control_socket(self.state),
                "POST",
                f"/api/v1/incidents/{number}/acknowledge",
                headers={"Idempotency-Key": key},
            )
        except (control.Off, control.Broken):
            return ""
        try:
            return str(answer.json().get("code", answer.status_code))
        except ValueError:
            return str(answer.status_code)  # cut off at the end of the daemon

    def news(self) -> list[Receipt]:
        """Return what arrived since the last `forget`."""
        return self.provider.receipts[self.seen :]

    def forget(self) -> None:
        """Count from here."""
        self.provider.mode = OK
        self.provider.asked.clear()
        self.seen = len(self.provider.receipts)

    def about_services(self) -> list[Receipt]:
        """Return what arrived about services, without what the daemon tells about itself."""
        return [one for one in self.news() if "Kartu Keluarga" in one.text or "KTP" in one.text]

    def arrived(self, count: int, within: float = 25.0) -> bool:
        """Wait until so many messages with different texts have come since `forget`."""
        return bool(until(lambda: len({one.text for one in self.news()}) >= count, within))

    def states(self, subject: str) -> list[str]:
        """Return what a subject became, in the order of deciding."""
        with Store.open(database_url(self.state), read_only=True) as store:
            found = store.transitions(
                SYSTEM,
                start=datetime(2000, 1, 1, tzinfo=UTC),
                end=datetime(2300, 1, 1, tzinfo=UTC),
                subjects=(subject,),
            )
        return [one.new for one in found]

    def taken(self) -> bool:
        """Return whether the database says that somebody has the incident, without asking the daemon."""
        with closing(sqlite3.connect(f"{database_file(self.state).as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute("select count(*) from incident where status = 'acknowledged'").fetchone()
        return bool(found[0])

    def settled(self, within: float = READY) -> bool:
        """Wait until nothing is left to be sent: what is sent once more comes before the next fault begins."""
        return bool(until(lambda: all(one.status in {"sent", "dead"} for one in self.owed()), within))

    def mark(self) -> "Mark":
        """Return this instant, from which on a fault is judged."""
        return Mark(Clock().monotonic(), len(self.owed()))

    def owed(self) -> list[Owed]:
        """Return the outbox in the order of deciding, read as any database tool would."""
        if not database_file(self.state).exists():
            return []
        with closing(sqlite3.connect(f"{database_file(self.state).as_uri()}?mode=ro", uri=True)) as database:
            return [Owed(*row) for row in database.execute(_OUTBOX)]

    def judge(self, since: "Mark | None" = None) -> Judgement:
        """Hold the receipts against the database, since a mark, by default since this trial was taken."""
        mark = since or self.beginning or Mark(float("-inf"), 0)
        return judge(self.owed()[mark.owed :], list(self.provider.receipts), self.lives, since=mark.at)


_OUTBOX = "select key, incident, status, reason from outbox order by seq"


@dataclass(frozen=True)
class Mark:
    """An instant (monotonic seconds), and how many messages were owed by then."""

    at: float
    owed: int


def edit(config: Path, file: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change one file of a configuration."""
    whole = yaml.safe_load((config / file).read_text("utf-8"))
    change(whole)
    (config / file).write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")


def chatty(config: Path) -> None:
    """Let Ani be reached by the bot instead of by mail."""

    def people(whole: dict[str, Any]) -> None:
        whole["people"]["ani"]["addresses"] = {"chat": "101"}
        whole["people"]["budi"] = {"name": "Budi", "addresses": {"surat": "budi@mall.test"}}
        whole["policies"]["utama"]["steps"] = [
            {"notify": ["roster:teknisi"], "wait": 3},
            {"notify": ["person:budi"], "wait": 600},
        ]

    edit(config, "people.yaml", people)


_ONE_AT_A_TIME = threading.Lock()


@cache
def _empty_database() -> Path:
    """Return a database of our schema with nothing in it: what a migration costs is not on trial here."""
    made = tempfile.TemporaryDirectory(prefix="faults-")
    atexit.register(made.cleanup)
    migrate(database_url(Path(made.name)), Path(made.name), now=Clock().now())
    return database_file(Path(made.name))


def _impatient(whole: dict[str, Any]) -> None:
    for device in whole["devices"].values():
        if "liveness" in device:
            device["liveness"]["timeout"] = 0.4


@dataclass
class _House:
    """The one trial that is kept for the next row: each simulator and daemon at work takes a sixth of a core."""

    stack: ExitStack
    change: Callable[[Path], None] | None = None
    here: Trial | None = None
    lent: bool = False

    def of(self, folder: Path, change: Callable[[Path], None]) -> Trial:
        """Return the trial of this configuration; that of another one is ended."""
        if self.here is None or self.change is not change:
            self.stack.close()
            self.here, self.change = self.stack.enter_context(fresh(folder, change)), change
        return self.here


_house: list[_House] = []


@contextmanager
def sharing() -> Iterator[None]:
    """Let trials in a row of one configuration be one: a start costs more than most faults in short form."""
    with ExitStack() as stack:
        _house.append(_House(stack))
        try:
            yield
        finally:
            _house.pop()


def unchanged(_config: Path) -> None:
    """Leave it as it is."""


@contextmanager
def trial(folder: Path, change: Callable[[Path], None] = unchanged) -> Iterator[Trial]:
    """Return a trial of its own, or the shared one of this configuration, calmed down."""
    if not _house or _house[-1].lent:
        with fresh(folder, change) as here:
            yield here
        return
    house = _house[-1]
    here = house.of(folder, change)
    here.provider.over.clear()
    here.simulator.mend()
    here.start()
    here.forget()
    here.well()
    here.settled()
    here.forget()
    here.beginning = here.mark()
    house.lent = True
    try:
        yield here
    finally:
        house.lent = False


@contextmanager
def fresh(folder: Path, change: Callable[[Path], None] = unchanged) -> Iterator[Trial]:
    """Set up everything but the daemon; on the way out whatever runs is stopped by its pid."""
    folder.mkdir(parents=True, exist_ok=True)
    with simulated(folder) as simulator, provider(folder) as made:
        port = free_port()
        config = write_config(folder / "mall", simulator.ready.doors, made.smtp, port)
        token = folder / "token"
        token.write_text(TOKEN)

        def channels(whole: dict[str, Any]) -> None:
            whole["channels"]["surat"]["timeout"] = 2
            whole["channels"]["chat"] = {
                "type": "telegram",
                "needs_internet": False,
                "token_file": str(token),
                "api": f"http://127.0.0.1:{made.http}",
                "timeout": 2,
            }

        edit(config, "channels.yaml", channels)
        edit(config, "daemon.yaml", lambda whole: whole["intervals"].update(_OFTEN))
        edit(config, "devices.yaml", _impatient)
        change(config)
        here = Trial(folder, config, simulator.control, made, port, doors=simulator.ready.doors)
        here.state.mkdir()
        with _ONE_AT_A_TIME:  # Alembic keeps its context in a module
            empty = _empty_database()
        shutil.copyfile(empty, database_file(here.state))
        try:
            yield here
        finally:
            made.over.set()
            if here.process is not None and here.process.poll() is None:
                here.process.kill()
                here.process.wait(10)
