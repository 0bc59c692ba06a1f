"""The daemon's look at itself: every ten seconds its figures go to /metrics and, as readings, to the engine.

Lives in the poll loop. See docs/adr/0023-it-watches-itself.md.
"""

import asyncio
import logging
import socket
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from mppmon.config import Loaded
from mppmon.daemon.alive import LOOP, STARVES_AFTER, Alive
from mppmon.daemon.broom import Broom
from mppmon.daemon.canary import Canary
from mppmon.daemon.heartbeat import Heart
from mppmon.daemon.host import Host
from mppmon.daemon.parts import Parts
from mppmon.daemon.systemd import Systemd
from mppmon.daemon.ways import Asked, Taken
from mppmon.engine.core import Engine
from mppmon.engine.itself import Figure
from mppmon.engine.snapshot import Snapshot
from mppmon.exporter import SelfMetrics
from mppmon.exporter.figures import PREFIX
from mppmon.mall.principal import SYSTEM
from mppmon.store import Store, StoreError

_log = logging.getLogger(__name__)

EVERY = 10.0
"""Seconds between two looks."""

_SOON = 2.0  # seconds from a start to its first look
_WATCH = 1.0  # seconds between two knocks
_STILL = 30  # looks in a row that find no tick of the poll loop
_RECENT = 900.0  # seconds for which a jump of the clock counts
_PATIENCE = 5.0  # seconds the engine may take for the age of the oldest message
SILENT = 30.0
"""Seconds without an answer after which a part is called silent."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Whom it looks at."""

    engine: Engine
    metrics: SelfMetrics
    parts: Parts
    host: Host
    alive: Alive
    asked: Asked
    taken: Taken
    systemd: Systemd
    ended: Callable[[], None]
    heart: Heart
    canary: Canary
    set_aside: Callable[[], bool]


class SelfWatch:
    """One look after the other. `loaded`: the configuration in use."""

    def __init__(self, watched: Watched, loaded: Callable[[], Loaded]) -> None:
        self._of, self._loaded = watched, loaded
        self._broom = Broom(watched.engine, watched.metrics, loaded)
        self._name = socket.gethostname()
        self._jumps: deque[float] = deque()
        self._fed = 0.0
        self._still = 0
        self._said: tuple[str, ...] = ()

    def jumped(self, _seconds: float) -> None:
        """Note that the clock was set."""
        self._jumps.append(_now())

    async def run(self) -> None:
        """Watch every second, look every ten, until cancelled; the first time soon: a start may be bad news itself."""
        looked = _now() - EVERY + _SOON
        while True:
            self.watch()
            if _now() - looked >= EVERY:
                looked = _now()
                await self.look()
                await self._broom.sweep()
            await asyncio.sleep(_WATCH)

    async def look(self) -> None:
        """Take all figures, show them, and let the engine judge them."""
        oldest = await self._oldest()
        figures = [*self._figures(oldest), *(_figure(name, value) for name, value in self._of.heart.look())]
        for person, channel, failed in await self._of.canary.look():
            figures.append(_figure("canary_failed", float(failed), person=person, channel=channel))
        self._of.metrics.figures.show((one.metric, one.labels, one.value) for one in figures)
        self._of.engine.look_at_itself(figures, host=self._name)

    def watch(self) -> None:
        """Knock at all parts, and feed systemd's watchdog while all answer. To be called every second or so."""
        alive, systemd = self._of.alive, self._of.systemd
        alive.knock()
        within = min(SILENT, systemd.watchdog / 2) if systemd.watchdog else SILENT
        missing = tuple(alive.missing(within))
        if missing != self._said:
            self._said = missing
            if missing:
                _log.critical("no answer within %g s from: %s", within, ", ".join(missing))
            systemd.status(f"no answer from: {', '.join(missing)}" if missing else "at work")
        # The loop turns (we run) and releases no poll any more: nobody would be called. Counted: after a stop of the
        # whole process the first look comes before the first tick.
        self._still = self._still + 1 if LOOP in missing else 0
        if self._still >= _STILL:
            _log.critical("the poll loop has ended")
            self._of.ended()
        now = _now()
        hangs = alive.missing(within, refused_for=STARVES_AFTER)
        if systemd.watchdog is not None and not hangs and now - self._fed >= systemd.watchdog / 4:
            self._fed = now
            systemd.feed()

    async def _oldest(self) -> float:
        def ask(store: Store, now: datetime) -> float:
            made = store.oldest_unsent(SYSTEM)
            return 0.0 if made is None else max(0.0, (now - made).total_seconds())

        try:
            return await asyncio.wait_for(asyncio.wrap_future(self._of.engine.call(ask)), _PATIENCE)
        except (StoreError, TimeoutError):
            return 0.0  # the database refuses: that is said by itself

    def _figures(self, oldest: float) -> Iterator[Figure]:
        of, now = self._of, _now()
        late, commit = of.metrics.worst()
        yield _figure("queue_depth", float(len(of.engine.intake)))
        yield _figure("lateness_worst_seconds", late)
        yield _figure("commit_worst_seconds", commit)
        yield _figure("database_refused_seconds", of.alive.refused().total_seconds())
        yield _figure("outbox_oldest_seconds", oldest)
        while self._jumps and now - self._jumps[0] > _RECENT:
            self._jumps.popleft()
        yield _figure("clock_jumps_recent", float(len(self._jumps)))
        yield _figure("clock_unset_seconds", _unset(of.engine.snapshot))
        for way, quiet, overdue in of.asked.look(now):
            yield _figure("way_quiet_seconds", quiet, way=way)
            yield _figure("way_overdue_seconds", overdue, way=way)
        channels = {name: one.needs_internet for name, one in self._loaded().channels.items()}
        for channel, failing in of.taken.look(channels, now, cut=of.engine.snapshot.blind):
            yield _figure("channel_failing_seconds", failing, channel=channel)
        for task, at_work, failures in of.parts.look(now):
            yield _figure("task_alive", float(at_work), task=task)
            yield _figure("task_failures", float(failures), task=task)
        for part, silent in of.alive.silent().items():
            yield _figure("part_silent_seconds", silent, part=part)
        yield _figure("database_set_aside", float(of.set_aside()))
        for name, value in of.host.look():
            yield _figure(name, value)


def _unset(snapshot: Snapshot) -> float:
    since = snapshot.clock_unsure_since
    return 0.0 if since is None else max(0.0, (snapshot.at - since).total_seconds())


def _figure(name: str, value: float, **labels: str) -> Figure:
    return Figure(f"{PREFIX}{name}", tuple(sorted(labels.items())), value)


def _now() -> float:
    return asyncio.get_running_loop().time()
