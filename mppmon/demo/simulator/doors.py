"""A TCP door that can be shut as a power cut shuts it: connections are neither accepted nor refused, just unanswered.

Closing the socket would not do: the kernel of a host that is up refuses at once, and a refusal is an answer. So a shut
door keeps listening with a backlog of nought that is full already (its own connection waits in it); Linux then drops
every further SYN. What was dropped is seen in the socket's own drop counter (SO_MEMINFO), read every `COUNT_EVERY`
seconds while the door is shut, so that withheld answers are noted like given ones.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable

Visitor = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Serves one connection; the door closes it."""

BACKLOG = 128
COUNT_EVERY = 0.05
_SO_MEMINFO = 55  # asm-generic/socket.h; Python has no name for it
_DROPS = 8  # SK_MEMINFO_DROPS, the ninth number (linux/sock_diag.h)


class TcpDoor:
    """One listening address. `dropped` is called for every connection that a shut door left unanswered."""

    def __init__(self, visitor: Visitor, dropped: Callable[[], None]) -> None:
        self._visitor = visitor
        self._dropped = dropped
        self._loop = asyncio.get_running_loop()
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._plug: socket.socket | None = None
        self._drops = 0
        self._counting: asyncio.TimerHandle | None = None
        self._visits: set[asyncio.Task[None]] = set()

    def open(self, address: str, port: int) -> int:
        """Listen, and return the port. OSError when the address cannot be had."""
        try:
            self._sock.setblocking(False)  # noqa: FBT003  # its only form
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._sock.bind((address, port))
            self._sock.listen(BACKLOG)
        except OSError:
            self._sock.close()
            raise
        self._loop.add_reader(self._sock, self._accept)
        bound: int = self._sock.getsockname()[1]
        return bound

    @property
    def shut(self) -> bool:
        """Whether connections are left unanswered."""
        return self._plug is not None

    def set_shut(self, *, shut: bool) -> None:
        """Shut or open the door. Conversations under way are cut off."""
        if shut == self.shut:
            return
        if shut:
            self._shut()
        else:
            self._reopen()

    def _shut(self) -> None:
        self._loop.remove_reader(self._sock)
        for visit in self._visits:
            visit.cancel()
        self._turn_away()
        self._sock.listen(0)
        self._plug = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._plug.setblocking(False)  # noqa: FBT003  # its only form
        self._plug.connect_ex(self._sock.getsockname())
        self._drops = self._dropped_so_far()
        self._counting = self._loop.call_later(COUNT_EVERY, self._count)

    def _reopen(self) -> None:
        self._count()
        self._unplug()
        self._turn_away()
        self._sock.listen(BACKLOG)
        self._loop.add_reader(self._sock, self._accept)

    def _unplug(self) -> None:
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None
        if self._plug is not None:
            self._plug.close()
            self._plug = None

    def _turn_away(self) -> None:
        """Drop the connections that the kernel completed and nobody has served."""
        with contextlib.suppress(BlockingIOError):
            while True:
                self._sock.accept()[0].close()

    def _dropped_so_far(self) -> int:
        memory = self._sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 4 * (_DROPS + 1))
        drops: int = struct.unpack(f"{_DROPS + 1}I", memory)[_DROPS]
        return drops

    def _count(self) -> None:
        drops = self._dropped_so_far()
        for _ in range(drops - self._drops):
            self._dropped()
        self._drops = drops
        self._counting = self._loop.call_later(COUNT_EVERY, self._count)

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while True:
                connection, _ = self._sock.accept()
                connection.setblocking(False)  # noqa: FBT003  # its only form
                visit = self._loop.create_task(self._serve(connection))
                self._visits.add(visit)
                visit.add_done_callback(self._visits.discard)

    async def _serve(self, connection: socket.socket) -> None:
        try:
            reader, writer = await asyncio.open_connection(sock=connection)
        except BaseException:
            connection.close()
            raise
        try:
            await self._visitor(reader, writer)
        except ConnectionError:
            pass  # the visitor left first
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def close(self) -> None:
        """Stop listening and wait for the conversations under way to end."""
        self._loop.remove_reader(self._sock)
        self._unplug()
        self._sock.close()
        visits = list(self._visits)
        for visit in visits:
            visit.cancel()
        await asyncio.gather(*visits, return_exceptions=True)
