"""An event loop whose time passes only while nothing is to be done: a minute of timers runs in a moment."""

import asyncio
from collections.abc import Coroutine
from selectors import SelectorKey, SelectSelector
from typing import Any, TypeVar

T = TypeVar("T")


class _Passing(SelectSelector):
    """Lets the wanted time pass at once instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout:
            self.time += timeout
        if timeout is None and not ready:
            raise RuntimeError("the loop waits for something that no timer will bring")
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time()` starts at 1000 s and jumps to the next timer."""

    def __init__(self) -> None:
        self._passing = _Passing()
        super().__init__(self._passing)

    def time(self) -> float:
        return self._passing.time


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()
