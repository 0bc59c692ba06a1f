"""Connections in the poll loop, under one deadline.

A device that is off takes no worker of a thread pool: it only has an entry in the loop until its deadline.
"""

import asyncio
import socket

from collectors.observation import Outcome
from collectors.online.failure import Failed, of_socket
from collectors.online.names import Address
from collectors.online.reason import Reason


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
    raise failed or Failed(Outcome.UNREACHABLE, "the name has no address", Reason.NAME_UNKNOWN)
