"""Whether the poll loop, the engine and the web still answer: what systemd's watchdog and the heartbeat hang on."""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from mppmon.clock import Clock

LOOP, ENGINE, WEB, DATABASE = "poll loop", "engine", "web", "database"

REFUSED_FOR = timedelta(minutes=5)
"""How long the database may refuse before somebody outside is to notice."""

STARVES_AFTER = timedelta(hours=1)
"""How long it may refuse before systemd is to start us anew, which loses what is not saved and cures a lost file."""

_Knock = Callable[[Callable[[], None]], None]
"""Lets a part call this as soon as it comes to it; called from the poll loop."""


class Alive:
    """Knocks at every part and notes who answers. Times by the monotonic clock; answers come from any thread."""

    def __init__(self, clock: Clock, doors: Mapping[str, _Knock], refused_since: Callable[[], datetime | None]) -> None:
        self._clock, self._doors, self._refused_since = clock, doors, refused_since
        self._lock = threading.Lock()
        now = clock.monotonic()
        self._answered = dict.fromkeys((LOOP, *doors), now)
        self._asked: set[str] = set()

    def ticked(self) -> None:
        """Note that the poll loop released what was due."""
        self._answer(LOOP)

    def knock(self) -> None:
        """Ask every part that is not being asked already: who hangs gets one question, not a queue of them."""
        for name, door in self._doors.items():
            with self._lock:
                if name in self._asked:
                    continue
                self._asked.add(name)
            door(lambda name=name: self._answer(name))  # type: ignore[misc]  # a default binds the name of now

    def _answer(self, name: str) -> None:
        with self._lock:
            self._asked.discard(name)
            self._answered[name] = self._clock.monotonic()

    def silent(self) -> dict[str, float]:
        """Return part -> seconds since it last answered."""
        now = self._clock.monotonic()
        with self._lock:
            return {name: max(0.0, now - at) for name, at in self._answered.items()}

    def refused(self) -> timedelta:
        """Return for how long the database has been refusing."""
        since = self._refused_since()
        return timedelta() if since is None else max(timedelta(), self._clock.now() - since)

    def missing(self, within: float, *, refused_for: timedelta = REFUSED_FOR) -> list[str]:
        """Return who has not answered within so many seconds; the database, when it refuses for too long."""
        found = [name for name, silent in self.silent().items() if silent > within]
        return [*found, DATABASE] if self.refused() > refused_for else found
