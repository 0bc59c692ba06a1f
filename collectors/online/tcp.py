"""Names and connections in the poll loop, under one deadline.

A device that is off takes no worker of a thread pool: it only has an entry in the loop until its deadline.
"""

import asyncio
import ipaddress
import socket
from concurrent.futures import Executor

from collectors.observation import Outcome
from collectors.online.failure import Failed, of_resolver, of_socket

Address = tuple[int, tuple[str, int] | tuple[str, int, int, int]]
"""Address family and what `connect` takes."""


def literal(host: str) -> bool:
    """Return whether `host` is an IP address (also with a scope, `fe80::1%eth0`), which needs no resolver."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _look_up(host: str, port: int, flags: int) -> list[Address]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    return [(family, where) for family, _, _, _, where in found]  # type: ignore[misc]  # typeshed also knows no-IPv6


async def resolve(host: str, port: int, *, names: Executor) -> list[Address]:
    """Return the addresses of `host`, as the system orders them. Names are looked up in the pool `names`.

    `Failed` UNREACHABLE: no such name. `Failed` LOCAL: the resolver is at fault. Cancelling leaves the look-up to end
    by the resolver's own limits (it cannot be stopped), in its own pool, where it holds up nothing but other names.
    """
    try:
        if literal(host):
            return _look_up(host, port, socket.AI_NUMERICHOST)
        return await asyncio.get_running_loop().run_in_executor(names, _look_up, host, port, 0)
    except socket.gaierror as error:
        raise of_resolver(host, error) from error
    except UnicodeError as error:
        raise Failed(Outcome.LOCAL, "the configured host name is not a valid one") from error


async def connect(addresses: list[Address], *, deadline: float) -> socket.socket:
    """Return a connected, non-blocking socket to the first of `addresses` that accepts. `deadline`: loop time.

    Each address gets an equal share of the time that is left, so that a black hole among them does not eat it all.
    `Failed` says why the first, which the system prefers, did not accept.
    """
    loop = asyncio.get_running_loop()
    failed: Failed | None = None
    for index, (family, where) in enumerate(addresses):
        share = (deadline - loop.time()) / (len(addresses) - index)
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            failed = failed or of_socket(error)
            continue
        try:
            sock.settimeout(0.0)
            async with asyncio.timeout(share):
                await loop.sock_connect(sock, where)
        except OSError as error:
            sock.close()
            failed = failed or of_socket(error)
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise failed or Failed(Outcome.UNREACHABLE, "the name has no address")
