"""Names to addresses, off the loop. The last good address of a name is used while its resolver thinks or fails."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from ipaddress import ip_address
from typing import cast

from collectors.snmp.wire.errors import Local
from collectors.snmp.wire.sockets import Address

Resolved = tuple[socket.AddressFamily, Address]

KEEP = 300.0  # seconds; then a name is asked anew
_DOUBTED = 30.0  # seconds; then a name that led nowhere is asked anew
_RESOLVERS = 2  # threads: a dead resolver blocks these, and nobody else


class Resolver:
    """Resolves in two threads of its own; numeric addresses at once."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="snmp-resolve")
        self._known: dict[tuple[str, int], tuple[float, Resolved]] = {}
        self._asking: dict[tuple[str, int], asyncio.Future[Resolved]] = {}

    async def resolve(self, host: str, port: int, *, deadline: float) -> Resolved:
        """Return family and address of `host`. Local when no answer comes before `deadline` (loop time).

        A name known of old is looked up anew behind the poll: waiting for a dead resolver would leave a poll no time
        to ask the device itself, which would then be said to be down.
        """
        numeric = _numeric(host, port)
        if numeric is not None:
            return numeric
        loop = asyncio.get_running_loop()
        key = (host, port)
        known = self._known.get(key)
        if known is not None and loop.time() - known[0] < KEEP:
            return known[1]
        asking = self._asking.get(key)
        if asking is None:
            asking = loop.run_in_executor(self._pool, _lookup, host, port, 0)
            asking.add_done_callback(lambda done: self._answered(key, done, loop.time()))
            self._asking[key] = asking
        if known is not None:
            return known[1]
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(asking)
        except (OSError, TimeoutError) as error:
            raise Local("its name cannot be resolved") from error

    def doubt(self, host: str, port: int) -> None:
        """Look a name up anew soon: the device did not answer where it was known to be."""
        known = self._known.get((host, port))
        if known is not None:
            self._known[host, port] = (min(known[0], asyncio.get_running_loop().time() - KEEP + _DOUBTED), known[1])

    def close(self) -> None:
        """Let the threads go; a lookup under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _answered(self, key: tuple[str, int], done: "asyncio.Future[Resolved]", now: float) -> None:
        self._asking.pop(key, None)
        if not done.cancelled() and done.exception() is None:
            self._known[key] = (now, done.result())


@lru_cache(maxsize=16_384)
def _numeric(host: str, port: int) -> Resolved | None:
    """Return a numeric address as the socket wants it, None for a name. It never changes, so it is worked out once."""
    try:
        ip_address(host)
    except ValueError:
        return None
    return _lookup(host, port, socket.AI_NUMERICHOST)


def _lookup(host: str, port: int, flags: int) -> Resolved:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=flags | socket.AI_NUMERICSERV)
    family, _, _, _, address = found[0]
    return family, cast("Address", address)
