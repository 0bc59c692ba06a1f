"""Doors that both sides knock at: one small page each, shut one by one at noted instants."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

_PAGE = b'# TYPE mppmon_agent_info gauge\nmppmon_agent_info{version="1"} 1\n'
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
    % (
        len(_PAGE),
        _PAGE,
    )
)


class Doors:
    """Servers on ports of loopback, in a loop of their own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, servers: dict[int, asyncio.Server]) -> None:
        self._loop, self._servers = loop, servers

    @property
    def ports(self) -> tuple[int, ...]:
        """Return all of them, in a fixed order."""
        return tuple(self._servers)

    def shut(self, port: int) -> float:
        """Refuse connections from now on; return the monotonic time from which that holds."""

        async def close() -> float:
            self._servers[port].close()
            return time.monotonic()  # noqa: TID251  # real time is measured

        return asyncio.run_coroutine_threadsafe(close(), self._loop).result()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_ANSWER)
        await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # somebody who only knocks
    finally:
        writer.close()


async def _open(count: int) -> dict[int, asyncio.Server]:
    servers = [await asyncio.start_server(_answer, "127.0.0.1", 0) for _ in range(count)]
    return {int(server.sockets[0].getsockname()[1]): server for server in servers}


@contextmanager
def doors(count: int) -> Iterator[Doors]:
    """Open so many doors."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield Doors(loop, asyncio.run_coroutine_threadsafe(_open(count), loop).result())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
