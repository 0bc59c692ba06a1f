"""How every thing is at this moment: faults that last, uptime, and how long it has worked. Time is handed in."""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mppmon.demo.simulator import faults
from mppmon.demo.simulator.faults import Condition, Fault
from mppmon.demo.simulator.things import Things

STOPPED_BY = frozenset({"jammed", "no-paper", "absent", "status-500"})
"""Conditions under which a thing answers but does no work."""


@dataclass(slots=True)
class _Life:
    """When it was switched on; its seconds of work and of silence up to `at`. All on the monotonic clock."""

    booted: float
    at: float
    worked: float = 0.0
    silent: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing at one moment: what its living values are computed from. `uptime` and `worked` in seconds.

    `seed` is a number of its own, stable over runs. `ports`: per port that serves a child, seconds for which the child
    was silent; `dark`: numbers of the ports (from 1) whose child is silent now.
    """

    id: str
    seed: int
    place: str
    uptime: float
    worked: float
    shows: frozenset[str]
    ports: tuple[float, ...] = ()
    dark: frozenset[int] = frozenset()


def seed_of(name: str) -> int:
    """Return a number that differs between things and is the same in every run."""
    return zlib.crc32(name.encode())


class World:
    """All things and the faults that last. `changed` is called after every change."""

    def __init__(self, things: Things, *, at: float) -> None:
        self.things = things
        self._faults: dict[Fault, float] = {}
        self._lives = {name: _Life(booted=at - seed_of(name) % 2_000_000, at=at) for name in things.by_id}
        self._conditions: Mapping[str, Condition] = faults.conditions(things, ())
        self._listeners: list[Callable[[], None]] = []

    def listen(self, changed: Callable[[], None]) -> None:
        """Have `changed` called after every change of faults."""
        self._listeners.append(changed)

    @property
    def active(self) -> Mapping[Fault, float]:
        """Faults that last, and since when (monotonic seconds)."""
        return self._faults

    def condition(self, thing: str) -> Condition:
        """Return how this thing is."""
        return self._conditions[thing]

    def begin(self, name: str, device: str | None, *, at: float) -> tuple[Fault, bool]:
        """Begin a fault; False if it lasts already. Raises UnknownFault or FaultMisplaced."""
        fault = faults.check(self.things, name, device)
        if fault in self._faults:
            return fault, False
        self._faults[fault] = at
        self._settle(at)
        return fault, True

    def mend(self, name: str, device: str | None, *, at: float) -> tuple[Fault, bool]:
        """Mend a fault; False if it did not last. Raises UnknownFault or FaultMisplaced."""
        fault = faults.check(self.things, name, device)
        if self._faults.pop(fault, None) is None:
            return fault, False
        self._settle(at)
        if name == "power-off":
            self._lives[fault[1]].booted = at
            for child in self.things.children.get(fault[1], ()):
                self._lives[child].silent = 0.0  # a switch counts from nought again
        return fault, True

    def scene(self, thing: str, *, at: float) -> Scene:
        """Return this thing at this moment."""
        life = self._lives[thing]
        below = self.things.children.get(thing, ())
        return Scene(
            id=thing,
            seed=seed_of(thing),
            place=self.things.by_id[thing].place,
            uptime=at - life.booted,
            worked=self._worked(thing, at),
            shows=self._conditions[thing].shows,
            ports=tuple(self._silent(child, at) for child in below),
            dark=frozenset(port for port, child in enumerate(below, 1) if self._conditions[child].silent),
        )

    def _worked(self, thing: str, at: float) -> float:
        life, condition = self._lives[thing], self._conditions[thing]
        works = not condition.silent and not condition.shows & STOPPED_BY
        return life.worked + (at - life.at if works else 0.0)

    def _silent(self, thing: str, at: float) -> float:
        life = self._lives[thing]
        return life.silent + (at - life.at if self._conditions[thing].silent else 0.0)

    def _settle(self, at: float) -> None:
        for name, life in self._lives.items():
            life.worked, life.silent, life.at = self._worked(name, at), self._silent(name, at), at
        self._conditions = faults.conditions(self.things, self._faults)
        for changed in self._listeners:
            changed()
