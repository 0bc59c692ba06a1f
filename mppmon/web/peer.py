"""Who is at the other end of a connection: read from the kernel (SO_PEERCRED), never from a header."""

import asyncio
import os
import pwd
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass

from uvicorn.protocols.http.h11_impl import H11Protocol

from alerts.model import Person
from mppmon.mall.principal import Principal, Role

PEER = "peer"
"""Key of the connection's Peer in the state of every request."""

_UCRED = struct.Struct("3i")  # pid, uid, gid (unix(7))


@dataclass(frozen=True, slots=True)
class Peer:
    """`uid` None: a TCP connection, of which we know nothing but that it came over loopback."""

    uid: int | None


class PeerProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, with the peer of a Unix socket noted before the first request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
        """Note the peer."""
        connection = transport.get_extra_info("socket")
        self.app_state = {**self.app_state, PEER: Peer(peer_uid(connection))}
        super().connection_made(transport)


def peer_uid(connection: socket.socket) -> int | None:
    """Return the user id at the other end of a Unix socket, None for any other family."""
    if connection.family is not socket.AF_UNIX:
        return None
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size)
    _, uid, _ = _UCRED.unpack(raw)
    return int(uid)


READER = Principal(Role.COORDINATOR, "loopback")
"""Until sign-in exists: who reaches the loopback port may read everything and change nothing."""


def principal_of(peer: Peer, people: Iterable[Person]) -> Principal | None:
    """Return who this is: by `people: login:`; root and the daemon's user are administrators; others are nobody."""
    if peer.uid is None:
        return READER
    name = _login(peer.uid)
    for person in people:
        if person.login is not None and person.login == name:
            return Principal(Role(person.role), name, person=person.id)
    if peer.uid in {0, os.getuid()}:
        return Principal(Role.ADMINISTRATOR, name)
    return None


def _login(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
