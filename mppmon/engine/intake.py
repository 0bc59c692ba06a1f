"""The bounded queue between those who see, those who act and the one thread that decides.

Below its bound everything is kept. Above it a newer observation of a check replaces the queued one of the same outcome:
the newest per check stays, and so does every disagreeing one. Commands and calls are never dropped.
"""

import threading
from collections import deque
from collections.abc import Callable

from collectors.observation import Observation, Outcome

Item = Observation | Callable[[], None] | None
"""An observation, a call to be run by the engine's thread, or None: a tick of time."""


class Intake:
    """Thread-safe; `take` blocks without a timeout (a timed wait would hang under faketime): the poll loop sends
    ticks.
    """

    def __init__(self, bound: int = 20_000) -> None:
        self._bound = bound
        self._items: deque[Item | _Slot] = deque()
        self._newest: dict[str, _Slot] = {}
        self._ready = threading.Condition()
        self._ticking = False
        self._awake = False
        self.replaced = 0

    def __len__(self) -> int:
        return len(self._items)

    def observe(self, observation: Observation) -> None:
        """Queue an observation. Good news waits for the next tick, so that a turn serves many; bad news does not."""
        with self._ready:
            newest = self._newest.get(observation.check)
            if (
                newest is not None
                and len(self._items) >= self._bound
                and newest.observation.outcome is observation.outcome
            ):
                newest.observation = observation
                self.replaced += 1
                return
            slot = _Slot(observation)
            self._newest[observation.check] = slot
            self._items.append(slot)
            if observation.outcome is not Outcome.OK:
                self._wake()

    def call(self, call: Callable[[], None]) -> None:
        """Queue a call for the engine's thread."""
        with self._ready:
            self._items.append(call)
            self._wake()

    def tick(self) -> None:
        """Let the engine look at the time; ticks that queue up behind a slow commit count as one."""
        with self._ready:
            if not self._ticking:
                self._ticking = True
                self._items.append(None)
                self._wake()

    def take(self) -> list[Item]:
        """Wait for work; return all of it, oldest first."""
        with self._ready:
            while not self._awake:
                self._ready.wait()
            taken, self._items = self._items, deque()
            self._newest.clear()
            self._awake = self._ticking = False
        return [item.observation if isinstance(item, _Slot) else item for item in taken]

    def _wake(self) -> None:
        self._awake = True
        self._ready.notify()


class _Slot:
    """A place in the queue whose observation a newer one may take."""

    __slots__ = ("observation",)

    def __init__(self, observation: Observation) -> None:
        self.observation = observation
