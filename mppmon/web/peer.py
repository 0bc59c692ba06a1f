"""Who is at the other end of a connection: read from the kernel (SO_PEERCRED), never from a header."""

import asyncio
import os
import pwd
import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from alerts.model import Person
from mppmon.mall.principal import Principal, Role
from mppmon.web.limits import BUSY, Gate, Slots

PEER = "peer"
"""Key of the connection's Peer in the state of every request."""

_UCRED = struct.Struct("3i")  # pid, uid, gid (unix(7))


@dataclass(frozen=True, slots=True)
class Peer:
    """`uid` None: a TCP connection, of which we know nothing but that it came over loopback."""

    uid: int | None


class PeerProtocol(H11Protocol):
    """HTTP as uvicorn speaks it, with the peer of a Unix socket noted before the first request, and within limits.

    One deadline runs from a request's beginning to its last byte, however slowly bytes drip in between; another while
    a client does not read what it asked for. Uvicorn's own keep-alive ends the quiet between requests.
    """

    def __init__(self, *args: Any, gate: Gate, **more: Any) -> None:  # noqa: ANN401  # uvicorn's own
        super().__init__(*args, **more)
        self._gate = gate
        self._slots: Slots | None = None
        self._incomplete: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn types it
        """Note the peer; turn away what is over the limit."""
        peer = Peer(peer_uid(transport.get_extra_info("socket")))
        slots = self._gate.slots(peer.uid)
        if not slots.take():
            transport.write(BUSY)
            transport.close()
            return
        self._slots = slots
        self.app_state = {**self.app_state, PEER: peer}
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the slot back."""
        if self._slots is None:
            return
        self._slots.give_back()
        self._slots = None
        for timer in (self._incomplete, self._unread):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what was sent, while it is little and comes in time."""
        if self._slots is None or self.transport.is_closing():
            return
        self._received += len(data)
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Also bound how long the answer may lie unread."""
        super().on_response_complete()
        self._watch()
        if self.transport.is_closing():
            self._bound_unread()

    def pause_writing(self) -> None:
        """End a connection whose client does not read."""
        super().pause_writing()
        self._bound_unread()

    def resume_writing(self) -> None:
        """Go on: the client reads again."""
        super().resume_writing()
        if self._unread is not None and not self.transport.is_closing():
            self._unread.cancel()
            self._unread = None

    def timeout_keep_alive_handler(self) -> None:
        """End a quiet connection, also when its client has left an answer unread."""
        self.transport.abort()

    def _watch(self) -> None:
        """Start or end the deadline of a request, by what has come of it so far."""
        if self.conn.their_state not in {h11.IDLE, h11.SEND_BODY}:
            self._received = 0
            self._end_wait()
            return
        if self._received > self._gate.limits.head_bytes + self._gate.limits.body_bytes:
            self.transport.abort()
        elif self._incomplete is None and self.timeout_keep_alive_task is None:
            self._incomplete = self.loop.call_later(self._gate.limits.request, self.transport.abort)

    def _bound_unread(self) -> None:
        if self._unread is None:
            self._unread = self.loop.call_later(self._gate.limits.unread, self.transport.abort)

    def _end_wait(self) -> None:
        if self._incomplete is not None:
            self._incomplete.cancel()
            self._incomplete = None


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
