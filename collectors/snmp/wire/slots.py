"""A counter of free places with a fair queue: how many requests may be in flight, per device and in all."""

import asyncio
from collections import deque

from collectors.snmp.wire.errors import Local


class Slots:
    """`free` places. The hot path takes one by `if slots.free: slots.free -= 1`; only a full house waits."""

    __slots__ = ("_waiters", "free")

    def __init__(self, size: int) -> None:
        self.free = size
        self._waiters: deque[asyncio.Future[None]] | None = None  # made when somebody waits: there are many of us

    async def take(self, deadline: float) -> None:
        """Take a place, waiting in line until `deadline` (loop time); Local if none came free: nothing was asked."""
        if self.free > 0:
            self.free -= 1
            return
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[None] = loop.create_future()
        if self._waiters is None:
            self._waiters = deque()
        self._waiters.append(waiter)
        timer = loop.call_at(deadline, _give_up, waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
                self.release()  # the place was handed over in the same turn as the cancellation
            raise
        finally:
            timer.cancel()

    def release(self) -> None:
        """Give a place back: to the first who still waits, if any."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self.free += 1


def _give_up(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_exception(Local("too many requests in flight: not sent before the deadline"))
