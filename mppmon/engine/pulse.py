"""Whether the poll loop was at work all the time: the process may have been stopped (SIGSTOP, a virtual machine that
slept), and the clock may be set. Pure; who beats says the time.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

ALIVE = timedelta(seconds=30)
"""A longer silence is time nobody watched: above all that a busy machine does to the loop."""

TOLERANCE = timedelta(seconds=2)
"""A clock that goes back by less is left alone: observations of so little time are merely late."""


@dataclass(frozen=True, slots=True)
class Stood:
    """Nobody watched in `[since, until)`."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class SetBack:
    """The clock showed `was`, and then the earlier `now`."""

    was: datetime
    now: datetime

    @property
    def by(self) -> timedelta:
        """Return how far."""
        return self.was - self.now


class Pulse:
    """The time of the newest beat."""

    def __init__(self, now: datetime) -> None:
        self._newest = now

    def beat(self, now: datetime) -> Stood | SetBack | None:
        """Beat; return what happened since the beat before, None: nothing."""
        before, self._newest = self._newest, now
        if now - before > ALIVE:
            return Stood(before, now)
        return SetBack(before, now) if before - now > TOLERANCE else None
