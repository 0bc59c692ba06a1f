"""The connected socket an exchange runs on, with what is learnt on the way."""

import socket
from enum import Enum

from collectors.online.budget import Budget, PlainSocket


class Stage(Enum):
    """How far it came."""

    CONNECTED = 1
    PROXY = 2  # the proxy was asked for the way through
    TLS = 3
    READY = 4


class Line:
    """Used once. `pin`: SHA-256 of the only certificate that is good.

    `tunnel`: host and port to be reached through the proxy at its other end, with the proxy's headers.
    """

    def __init__(
        self,
        sock: socket.socket,
        budget: Budget,
        *,
        pin: str | None = None,
        tunnel: tuple[str, int] | None = None,
        proxy_headers: dict[str, str] | None = None,
    ) -> None:
        self._sock: socket.socket | None = sock
        self.budget = budget
        self.pin = pin
        self.tunnel = tunnel
        self.proxy_headers = proxy_headers or {}
        self.stage = Stage.CONNECTED
        self.ready = 0.0
        self.sized = False  # the answer says how long it is
        self.certificate_expires: float | None = None

    def hand_over(self) -> PlainSocket:
        """Return the socket, once; its reads share the budget."""
        if self._sock is None:
            raise ConnectionError("the one connection is used up")
        seconds = self.budget.left()  # raises where the time is over: the socket is still ours then, and closed by us
        sock = PlainSocket(fileno=self._sock.detach())
        self._sock = None
        sock.budget = self.budget
        sock.settimeout(seconds)
        return sock

    def stands(self) -> None:
        """Note that the request can be sent."""
        self.stage = Stage.READY
        self.ready = self.budget.now()

    def close(self) -> None:
        """Close the socket if nobody took it."""
        if self._sock is not None:
            self._sock.close()
