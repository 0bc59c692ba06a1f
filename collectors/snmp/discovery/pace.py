"""So many questions a second, whoever asks them."""

import asyncio
from typing import Generic

from collectors.snmp.wire.asker import Asker, Where
from collectors.snmp.wire.exchange import Reply
from collectors.snmp.wire.request import Request


class Pace:
    """Gives one turn after the other, `rate` of them in each second."""

    def __init__(self, rate: float) -> None:
        self._apart = 1 / rate
        self._next = 0.0

    async def turn(self) -> float:
        """Wait for the next turn; return the seconds that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        mine = max(began, self._next)
        self._next = mine + self._apart
        if mine > began:
            await asyncio.sleep(mine - began)
        return loop.time() - began


class Paced(Generic[Where]):
    """An Asker whose questions wait for their turn; that wait is no part of their time. Repeats are not counted."""

    def __init__(self, asker: Asker[Where], pace: Pace) -> None:
        self._asker, self._pace = asker, pace

    async def ask(self, endpoint: Where, request: Request, *, timeout: float, deadline: float) -> Reply:  # noqa: ASYNC109  # the pause before a repeat, not a bound on this call
        """Ask when it is its turn, see `Asker.ask`."""
        waited = await self._pace.turn()
        return await self._asker.ask(endpoint, request, timeout=timeout, deadline=deadline + waited)
