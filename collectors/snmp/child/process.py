"""The daemon's side of the child process: starts it, asks it, hears of traps, and ends it."""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

from collectors.snmp.child.lines import LIMIT, Broken, Message, decode, encode
from collectors.snmp.wire.errors import Local

_ARGV = (sys.executable, "-P", "-m", "collectors.snmp.child")
_PING = 5.0  # seconds between two questions whether it lives
_SILENT = 20.0  # seconds without a line from it after which it hangs
_DRAIN = 3.0  # seconds it has to finish what it was asked
_GRACE = 0.25  # seconds after a deadline that an answer may still be under way: then the child is late, not the device

_log = logging.getLogger(__name__)


class Ended(Exception):
    """The child ended, or was ended because it hung or talked nonsense; whoever keeps it begins it anew."""


class Child:
    """One child at a time. `run` is one life of it: keep it running by something that begins it anew with pauses.

    `on_message` is told what the child says unasked (traps). `on_start` yields what a new child must know first. All in
    one loop.
    """

    def __init__(
        self,
        *,
        on_message: Callable[[Message], None] = lambda _: None,
        on_start: Callable[[], tuple[Message, ...]] = lambda: (),
        argv: tuple[str, ...] = _ARGV,
    ) -> None:
        self._on_message, self._on_start, self._argv = on_message, on_start, argv
        self._process: Process | None = None
        self._ready = asyncio.Event()
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._numbers = count(1)
        self._heard = 0.0
        self._closing = False
        self.life = 0
        """How many children there were: what one was told, the next does not know."""

    @property
    def pid(self) -> int | None:
        """Return the process id of the child that runs."""
        return self._process.pid if self._process is not None else None

    async def run(self) -> None:
        """Run a child until it ends. Returns after `close`; Ended when it ended by itself."""
        loop = asyncio.get_running_loop()
        self._closing = False
        process = await self._begin()
        self._process, self._heard = process, loop.time()
        self.life += 1
        pinging = asyncio.create_task(self._ping(process), name="snmp-child-ping")
        try:
            await self._listen(process)
        finally:
            pinging.cancel()
            self._ready.clear()
            self._process = None
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(Local("the SNMPv3 process ended"))
            await _end(process)
        if not self._closing:
            raise Ended(f"the SNMP child ended with status {process.returncode}")

    async def _begin(self) -> Process:
        """Start a process. Cancelled meanwhile, asyncio would wait for ever (3.11): it is started first, then ended."""
        start = asyncio.create_subprocess_exec(
            *self._argv, stdin=PIPE, stdout=PIPE, limit=LIMIT, start_new_session=True
        )  # a session of its own: a Ctrl-C is for the daemon, which then drains it
        starting = asyncio.create_task(start, name="snmp-child-start")
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            process = await starting
            _kill(process)
            await process.wait()
            raise

    async def close(self) -> None:
        """Let the child finish what it was asked, and end, within a few seconds; `run` returns."""
        self._closing = True
        if self._process is not None:
            await _end(self._process)

    def tell(self, message: Message) -> None:
        """Send what is not answered; nothing when no child runs (`on_start` tells the next one)."""
        if self._ready.is_set():
            self._send(message)

    async def ready(self, deadline: float) -> None:
        """Wait until a child takes questions. Local when none does before `deadline` (loop time)."""
        if self._ready.is_set():
            return
        try:
            async with asyncio.timeout_at(deadline):
                await self._ready.wait()
        except TimeoutError:
            raise Local("the SNMPv3 process is not ready") from None

    async def ask(self, message: Mapping[str, Any], *, deadline: float) -> dict[str, Any]:
        """Send a question and return the answer, which comes until `deadline` (loop time). Local when none does."""
        await self.ready(deadline)
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._send({**message, "id": number})
            async with asyncio.timeout_at(deadline + _GRACE):
                return await answer
        except TimeoutError:
            raise Local("the SNMPv3 process is late") from None
        finally:
            self._waiting.pop(number, None)

    def _send(self, message: Message) -> None:
        process = self._process
        if process is None or process.stdin is None or process.stdin.is_closing():
            raise Local("the SNMPv3 process ended")
        process.stdin.write(encode(message))

    async def _listen(self, process: Process) -> None:
        stdout = process.stdout
        assert stdout is not None  # noqa: S101  # PIPE was asked for
        while True:
            try:
                line = await stdout.readline()
            except ValueError:  # longer than LIMIT
                raise Broken(f"a line of more than {LIMIT} octets from the SNMP child") from None
            if not line:
                return
            self._heard = asyncio.get_running_loop().time()
            self._take(decode(line))

    def _take(self, message: dict[str, Any]) -> None:
        number = message.get("id")
        if number is not None:
            waiting = self._waiting.get(number) if isinstance(number, int) else None
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
        elif "ready" in message:
            self._ready.set()
            for first in self._on_start():
                self._send(first)
        elif "pong" not in message:
            self._on_message(message)

    async def _ping(self, process: Process) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_PING)
            if loop.time() - self._heard > _SILENT:
                _log.error("the SNMP child (pid %d) says nothing, it is ended", process.pid)
                _kill(process)
                return
            self.tell({"do": "ping"})


async def _end(process: Process) -> None:
    """End it whatever it does, and wait for it: no child is left behind."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(_DRAIN):
            await process.wait()
    except TimeoutError:
        _kill(process)
        await process.wait()
    except BaseException:  # cancelled while it drains
        _kill(process)
        raise


def _kill(process: Process) -> None:
    with suppress(ProcessLookupError):  # it has ended by itself meanwhile
        process.kill()
