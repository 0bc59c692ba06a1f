"""Commands whose answer is awaited: for a bounded time, and each only once however often it is sent."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future

from mppmon.engine.commands import Answer, Command
from mppmon.web.limits import Limits

_MOST = 100
"""Commands that may wait for a database that refuses; each is kept in the engine's unfinished turn."""


_LAST = 1.0
"""Seconds a command is still waited for once the process is about to end: less than open requests have."""


class NotYetDurable(Exception):
    """The command is taken, and not committed yet. Sent again under the same key, it is waited for again. `ending`: by
    the next life of the daemon, for this one is about to end.
    """

    def __init__(self, *, ending: bool) -> None:
        super().__init__("not yet durable")
        self.ending = ending


class TooManyPending(Exception):
    """So many commands wait for the database that no other is taken."""


class Pending:
    """Lives in the web's loop. A command that waits is joined by its key, never given to the engine a second time."""

    def __init__(self, submit: Callable[[Command], Future[Answer]], limits: Limits) -> None:
        self._submit = submit
        self._wait = limits.answer
        self._waiting: dict[str, tuple[Command, asyncio.Future[Answer]]] = {}
        self._bounds: set[asyncio.Timeout] = set()
        self._ending = False

    def hasten(self) -> None:
        """Answer soon whatever waits: the process is about to end, and cuts off requests that are still open."""
        self._ending, self._wait = True, min(self._wait, _LAST)
        last = asyncio.get_running_loop().time() + self._wait
        for bound in self._bounds:
            when = bound.when()
            if when is None or when > last:
                bound.reschedule(last)

    async def answer(self, command: Command) -> Answer:
        """Return the answer, given after the commit. Raises NotYetDurable after a while, and what the engine raises.

        ValueError: another command waits under this key.
        """
        known = self._waiting.get(command.key)
        if known is None:
            if len(self._waiting) >= _MOST:
                raise TooManyPending
            known = command, asyncio.wrap_future(self._submit(command))
            self._waiting[command.key] = known
            known[1].add_done_callback(lambda done: self._done(command.key, done))
        elif known[0] != command:
            raise ValueError("another command waits under this key")
        bound = asyncio.timeout(self._wait)
        self._bounds.add(bound)
        try:
            async with bound:
                return await asyncio.shield(known[1])  # who leaves takes nothing from the engine
        except TimeoutError:
            raise NotYetDurable(ending=self._ending) from None
        finally:
            self._bounds.discard(bound)

    def _done(self, key: str, done: asyncio.Future[Answer]) -> None:
        del self._waiting[key]
        if not done.cancelled():
            done.exception()  # taken note of: nobody may be waiting any more
