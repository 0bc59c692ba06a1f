"""Host names to addresses, off the loop. The last good addresses of a name are used while its resolver thinks or fails.

Each poll has a name looked up anew behind it, so that an address that changed is followed by the next poll (a re-poll
comes half a second after a failure), and neither a slow nor a dead resolver costs a poll any of its time.
"""

import asyncio
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from collectors.observation import Outcome
from collectors.online.failure import Failed, of_resolver, silent_resolver

Address = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
"""Address family and what `connect` takes."""


def literal(host: str) -> bool:
    """Return whether `host` is an IP address (also with a scope, `fe80::1%eth0`), which needs no resolver."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class Names:
    """Looks names up in `threads` threads of its own, each name once at a time. For one loop, closed by `close`.

    A look-up cannot be stopped: it ends by the resolver's own limits, and holds up nothing but other names.
    """

    def __init__(self, threads: int, prefix: str) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"{prefix}-names")
        self._known: dict[tuple[str, int], list[Address]] = {}
        self._asking: dict[tuple[str, int], asyncio.Future[list[Address]]] = {}
        self._took: dict[tuple[str, int], float] = {}

    def took(self, host: str, port: int) -> float:
        """Return how many seconds the newest look-up of a name took that gave an answer; 0 for an address."""
        return self._took.get((host, port), 0.0)

    async def resolve(self, host: str, port: int, *, deadline: float) -> list[Address]:
        """Return the addresses of `host`, as the system orders them. `deadline`: loop time.

        `Failed` UNREACHABLE: no such name. `Failed` LOCAL: the resolver is at fault, also when it is silent until then.
        """
        try:
            written = _written(host, port) if "%" not in host else _written.__wrapped__(host, port)
        except socket.gaierror as error:
            raise of_resolver(host, error) from error
        if written is not None:
            return written
        asking = self._ask(host, port)
        known = self._known.get((host, port))
        if known is not None:
            return known
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(asking)
        except TimeoutError as error:
            raise silent_resolver(host) from error
        except socket.gaierror as error:
            raise of_resolver(host, error) from error
        except UnicodeError as error:
            raise Failed(Outcome.LOCAL, "the configured host name is not a valid one") from error

    def close(self) -> None:
        """Let the threads go; a look-up under way ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, host: str, port: int) -> "asyncio.Future[list[Address]]":
        key = (host, port)
        if key not in self._asking:
            loop = asyncio.get_running_loop()
            began = loop.time()
            asking = loop.run_in_executor(self._pool, _look_up, host, port, 0)
            self._asking[key] = asking
            asking.add_done_callback(lambda done: self._answered(key, done, loop.time() - began))
        return self._asking[key]

    def _answered(self, key: tuple[str, int], done: "asyncio.Future[list[Address]]", seconds: float) -> None:
        self._asking.pop(key, None)
        if done.cancelled():
            return
        error = done.exception()
        if error is None:
            self._known[key] = done.result()
            self._took[key] = seconds
        elif isinstance(error, socket.gaierror) and of_resolver(key[0], error).outcome is Outcome.UNREACHABLE:
            self._known.pop(key, None)  # the resolver says that there is no such name any more


@lru_cache(maxsize=16_384)  # a scope (`%eth0`) is left out: the number of an interface may be another one tomorrow
def _written(host: str, port: int) -> list[Address] | None:
    """Return the address that `host` is, None where it is a name. Read anew it would take 8 of the 190 us of processor
    time that a knock at a TCP port takes.
    """
    return _look_up(host, port, socket.AI_NUMERICHOST) if literal(host) else None


def _look_up(host: str, port: int, flags: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, where) for family, _, _, _, where in found]  # type: ignore[misc]  # typeshed also knows no-IPv6
