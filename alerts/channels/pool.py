"""Blocking libraries under a hard deadline: a bounded pool whose calls can be cut off from outside.

A socket timeout bounds one read, not a whole conversation: a peer that drips a byte a second would hold a thread for
ever. So each call has a Line that knows its sockets; when the deadline is over, or the caller is cancelled, the line
is cut, the blocked read returns, and the thread ends.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

_T = TypeVar("_T")


class Line:
    """The connections of one call. `adopt` is called in its thread, `cut` from anywhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handles: list[socket.socket] = []
        self._cut = False

    def adopt(self, sock: socket.socket) -> None:
        """Remember a connected socket. OSError when the line was cut meanwhile.

        A duplicate is kept: shutting it down ends the connection also after TLS has taken the socket over.
        """
        with self._lock:
            if self._cut:
                raise OSError("cut off by the deadline")
            self._handles.append(sock.dup())

    def cut(self) -> None:
        """End all connections: whoever reads or writes there gets an error or an end of file."""
        with self._lock:
            self._cut = True
            for handle in self._handles:
                with suppress(OSError):  # gone already
                    handle.shutdown(socket.SHUT_RDWR)

    def release(self) -> None:
        """Close our duplicates, once the call has ended."""
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()


class Pool:
    """At most `workers` blocking calls at a time, each with a total deadline.

    Its threads are begun here, all of them: where none can be begun any more (memory, a limit on tasks), a daemon that
    has been at work for long would otherwise be mute when it has something to say. RuntimeError when that is so now.
    """

    def __init__(self, workers: int, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=name)
        _begin(self._executor, workers)
        self._lines: set[Line] = set()

    async def call(self, work: Callable[[Line], _T], *, deadline: float) -> _T:
        """Run `work` in a thread. TimeoutError after `deadline` seconds, the wait for a free thread included."""
        line = Line()
        loop = asyncio.get_running_loop()
        self._lines.add(line)
        try:
            async with asyncio.timeout(deadline):
                return await loop.run_in_executor(self._executor, _run, work, line)
        finally:
            line.cut()
            self._lines.discard(line)

    def close(self) -> None:
        """Cut every line and let the threads end by themselves."""
        for line in tuple(self._lines):
            line.cut()
        self._executor.shutdown(wait=False, cancel_futures=True)


def _begin(executor: ThreadPoolExecutor, workers: int) -> None:
    """Let an executor have all its threads: it begins one for each call that finds nobody free."""
    all_there = threading.Barrier(workers)
    try:
        for _ in range(workers):
            executor.submit(all_there.wait)
    except RuntimeError:
        all_there.abort()
        executor.shutdown(wait=False)
        raise


def _run(work: Callable[[Line], _T], line: Line) -> _T:
    try:
        return work(line)
    finally:
        line.release()
