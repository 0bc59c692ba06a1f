"""Does what a step of the tour asks for, whatever state the mall is in: look, do the next thing, look again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from mppmon.clock import Clock
from mppmon.demo.simulator.launch import ControlRefused
from mppmon.demo.tour.facts import Facts
from mppmon.demo.tour.step import Act, Begin, Mend, Press, Start, Step, There, Wait, next_act

if TYPE_CHECKING:
    from datetime import datetime

_LAST_WORDS = 5.0  # seconds in which the phone still hears that the last fault is over
_LOOK = 0.3
"""Seconds between two looks."""
SLOW = 45.0
"""Seconds after which the page says that this takes longer than usual. It is waited for all the same."""

Eyes = Callable[[], Awaitable[Facts]]
Hands = Callable[[Begin | Mend | Press | Start], Awaitable[None]]


class CannotGoOn(RuntimeError):
    """What a step needs cannot be done; the text says why."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A step that is being done. `waits`: for what, now; `slow`: longer than usual."""

    step: Step
    waits: Wait
    slow: bool


class Guide:
    """One step at a time for the whole demo: another step takes over, the same again changes nothing.

    `look` tells what is true now; `do` does one thing, or raises CannotGoOn.
    """

    def __init__(self, look: Eyes, do: Hands, clock: Clock, *, counter: str) -> None:
        self._look = look
        self._do = do
        self._clock = clock
        self._counter = counter
        self._task: asyncio.Task[None] | None = None
        self._step = Step.HEALTHY
        self._waits = Wait.TURN
        self._since = 0.0
        self.failed: tuple[Step, str] | None = None
        self.fresh: datetime | None = None
        """When the tour was last begun anew, by playing its first step to the end; what was told before is past."""

    @property
    def under_way(self) -> UnderWay | None:
        """Return the step that is being done, None when none is."""
        if self._task is None or self._task.done():
            return None
        return UnderWay(self._step, self._waits, self._clock.monotonic() - self._since > SLOW)

    def judge(self, step: Step, facts: Facts) -> Act:
        """Return what a step still needs."""
        return next_act(step, facts, counter=self._counter)

    def play(self, step: Step) -> None:
        """Begin to do a step. From the loop's thread."""
        if self.under_way is not None:
            if self._step is step:
                return
            self.stop()
        self._step, self._waits, self._since, self.failed = step, Wait.TURN, self._clock.monotonic(), None
        self._task = asyncio.create_task(self._play(step))

    def stop(self) -> None:
        """Give up what is being done."""
        if self._task is not None:
            self._task.cancel()

    async def _play(self, step: Step) -> None:
        pressed: set[int] = set()
        mended = False
        try:
            while True:
                facts = await self._look()
                match next_act(step, facts, pressed=pressed, counter=self._counter):
                    case There():
                        if step is Step.HEALTHY:
                            if mended:
                                self._waits = Wait.TOLD
                                await asyncio.sleep(_LAST_WORDS)
                            self.fresh = self._clock.now()
                        return
                    case Wait() as waits:
                        self._waits = waits
                    case Press() as press:
                        await self._do(press)
                        pressed.add(press.message)
                    case act:
                        mended = True
                        await self._do(act)
                await asyncio.sleep(_LOOK)
        except (CannotGoOn, ControlRefused, httpx.HTTPError) as error:
            self.failed = step, str(error)
