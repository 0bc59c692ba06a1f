"""What one exchange may cost: time until a deadline, and bytes on the wire. Enforced at every read of the socket.

`requests` and `http.client` start their timeout anew with each read, so that a server which sends one byte a second can
hold them for hours; and they read header and chunk lines of any length.
"""

import socket
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class Spent(OSError):
    """More bytes came than were allowed. An OSError, so that HTTP libraries let it through."""


class Budget:
    """Of one exchange. `clock` and `deadline` are loop time in seconds, `limit` is bytes on the wire."""

    __slots__ = ("_clock", "deadline", "limit", "received")

    def __init__(self, *, clock: Callable[[], float], deadline: float, limit: int) -> None:
        self._clock = clock
        self.deadline = deadline
        self.limit = limit
        self.received = 0

    def now(self) -> float:
        """Return loop time in seconds. `loop.time` only reads the monotonic clock: a worker thread may call it."""
        return self._clock()

    def left(self) -> float:
        """Return the seconds left; TimeoutError when there are none."""
        seconds = self.deadline - self._clock()
        if seconds <= 0:
            raise TimeoutError("the deadline is over")
        return seconds

    @property
    def late(self) -> bool:
        """Whether the deadline is over."""
        return self._clock() >= self.deadline

    def take(self, count: int) -> int:
        """Note `count` received bytes and return it; `Spent` past the limit."""
        self.received += count
        if self.received > self.limit:
            raise Spent(f"more than {self.limit} bytes")
        return count


class PlainSocket(socket.socket):
    """A TCP socket whose reads all share one budget."""

    budget: Budget | None = None

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int = 0, flags: int = 0) -> int:
        if self.budget is None:
            return super().recv_into(buffer, nbytes, flags)
        self.settimeout(self.budget.left())
        return self.budget.take(super().recv_into(buffer, nbytes, flags))


class TlsSocket(ssl.SSLSocket):
    """Likewise over TLS. The context makes these (`sslsocket_class`); the budget is set after the handshake, which one
    `settimeout` bounds as a whole.
    """

    budget: Budget | None = None

    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002  # ssl's signature
        """Note on a refused certificate how many the server sent: only its own, or a whole chain (`sent`)."""
        try:
            super().do_handshake(block)
        except ssl.SSLCertVerificationError as error:
            error.sent = self._sent()  # type: ignore[attr-defined]  # ours, read by `tls.of_tls`
            raise

    def sendall(self, data: "ReadableBuffer", flags: int = 0) -> None:
        """Where the server hung up meanwhile, raise the reason it gave, which only a read shows (TLS 1.3: it judges our
        certificate after the handshake).
        """
        try:
            super().sendall(data, flags)
        except ssl.SSLEOFError:
            self.recv(1)
            raise

    def _sent(self) -> int:
        try:
            return len(self._sslobj.get_unverified_chain())  # type: ignore[attr-defined]  # public from Python 3.13 on
        except (AttributeError, ValueError, TypeError, ssl.SSLError):
            return 0  # not known

    def recv_into(self, buffer: "WriteableBuffer", nbytes: int | None = None, flags: int = 0) -> int:
        if self.budget is None:
            return super().recv_into(buffer, nbytes, flags)
        self.settimeout(self.budget.left())
        return self.budget.take(super().recv_into(buffer, nbytes, flags))
