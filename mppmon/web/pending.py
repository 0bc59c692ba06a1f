"""Commands whose answer is awaited: for a bounded time, and each only once however often it is sent."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future

from mppmon.engine.commands import Answer, Command
from mppmon.web.limits import Limits

_MOST = 100
"""Commands that may wait for a database that refuses; each is kept in the engine's unfinished turn."""


class NotYetDurable(Exception):
    """The command is taken, and not committed yet. Sent again under the same key, it is waited for again."""


class TooManyPending(Exception):
    """So many commands wait for the database that no other is taken."""


class Pending:
    """Lives in the web's loop. A command that waits is joined by its key, never given to the engine a second time."""

    def __init__(self, submit: Callable[[Command], Future[Answer]], limits: Limits) -> None:
        self._submit = submit
        self._wait = limits.answer
        self._waiting: dict[str, tuple[Command, asyncio.Future[Answer]]] = {}

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
        try:
            async with asyncio.timeout(self._wait):
                return await asyncio.shield(known[1])  # who leaves takes nothing from the engine
        except TimeoutError:
            raise NotYetDurable from None

    def _done(self, key: str, done: asyncio.Future[Answer]) -> None:
        del self._waiting[key]
        if not done.cancelled():
            done.exception()  # taken note of: nobody may be waiting any more
