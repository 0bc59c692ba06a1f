"""Where reports are asked for: few are made at a time, few wait, and the same one is made once for all who ask."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

from mppmon.reports import Request, run_report_async
from mppmon.web.limits import Limits, Slots

_ANY_TIME = datetime.min.replace(tzinfo=UTC)


class DeskFull(Exception):
    """As many reports as may wait are waiting."""


class Desk:
    """Lives in the web's loop. `make`: what makes a report (a child process, each)."""

    def __init__(self, limits: Limits, *, make: Callable[[Request], Awaitable[bytes]] = run_report_async) -> None:
        self._make = make
        self._turns = asyncio.Semaphore(limits.reports)
        self._asked = Slots(limits.reports + limits.reports_waiting)
        self._being_made: dict[Request, asyncio.Task[bytes]] = {}

    async def get(self, request: Request) -> bytes:
        """Return the report. Raises DeskFull, and what `make` raises.

        Who asks for the same while it is being made gets that one, accounted up to when it was first asked for.
        """
        key = replace(request, now=_ANY_TIME)
        task = self._being_made.get(key)
        if task is None:
            if not self._asked.take():
                raise DeskFull
            task = asyncio.create_task(self._in_turn(request))
            self._being_made[key] = task
            task.add_done_callback(lambda done: self._done(key, done))
        return await asyncio.shield(task)  # who leaves takes nothing from the others

    async def _in_turn(self, request: Request) -> bytes:
        async with self._turns:
            return await self._make(request)

    def _done(self, key: Request, done: "asyncio.Task[bytes]") -> None:
        self._asked.give_back()
        del self._being_made[key]
        if not done.cancelled():
            done.exception()  # taken note of: whoever asked may have left
