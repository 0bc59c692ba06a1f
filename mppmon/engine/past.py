"""What was believed of the last minutes, so that a verdict that comes late is fitted in at the instant it speaks of.

A device is down from its first failed probe, but that is decided seconds later, and of several devices in any order. A
service's history must not depend on that order: it is what the devices' histories make of it at each instant.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Generic, TypeVar

KEEP = timedelta(minutes=10)
"""How far back a verdict may reach: far above the seconds that confirmation and patience take."""

S = TypeVar("S")


class Course(Generic[S]):
    """One subject's states by time, oldest first, for the last minutes and what held before."""

    __slots__ = ("_ats", "_states")

    def __init__(self, at: datetime, state: S) -> None:
        self._ats = [at]
        self._states = [state]

    def __iter__(self) -> Iterator[tuple[datetime, S]]:
        return iter(zip(self._ats, self._states, strict=True))

    @property
    def newest(self) -> tuple[datetime, S]:
        """Return what holds now, and from when."""
        return self._ats[-1], self._states[-1]

    def at(self, when: datetime) -> S:
        """Return the state at an instant; before all that is kept, the oldest."""
        return self._states[max(0, bisect_right(self._ats, when) - 1)]

    def edges(self, after: datetime) -> list[datetime]:
        """Return the instants of change later than `after`."""
        return self._ats[bisect_right(self._ats, after) :]

    def change(self, at: datetime, state: S) -> None:
        """Let a state hold from an instant on; what was said of later ones is replaced."""
        place = bisect_right(self._ats, at)
        if place and self._ats[place - 1] == at:
            place -= 1
        del self._ats[place:], self._states[place:]
        if not self._states or self._states[-1] != state:
            self._ats.append(at)
            self._states.append(state)

    def forget(self, before: datetime) -> None:
        """Drop what ended before an instant."""
        gone = bisect_right(self._ats, before) - 1
        if gone > 0:
            del self._ats[:gone], self._states[:gone]


class Then(Mapping[str, S]):
    """All courses at one instant, as the mapping that `mppmon.mall.impact` asks for."""

    def __init__(self, courses: Mapping[str, Course[S]], when: datetime) -> None:
        self._courses = courses
        self._when = when

    def __getitem__(self, subject: str) -> S:
        return self._courses[subject].at(self._when)

    def __iter__(self) -> Iterator[str]:
        return iter(self._courses)

    def __len__(self) -> int:
        return len(self._courses)
