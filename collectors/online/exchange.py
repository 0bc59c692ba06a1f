"""One HTTP exchange by `requests` over a socket that is already connected, in a worker thread, within a budget.

The adapter is used without a Session: so there are no redirects, cookies, proxies and no `.netrc`, by construction.
"""

import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from http.client import HTTPException, RemoteDisconnected
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError, ProtocolError

from collectors.observation import Outcome
from collectors.online.budget import Budget, PlainSocket, Spent, TlsSocket
from collectors.online.failure import Failed
from collectors.online.tls import expiry, plain_reason

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `body` is at most `max_bytes` after decompression, `cut` when there was more.

    `connect`, `first_byte` and `total` are seconds since the exchange began: until TCP (and TLS) stood, until the
    headers were there, until the body was. `certificate_expires`: Unix time of the leaf's notAfter, over TLS.
    """

    status: int
    content_type: str
    body: bytes
    cut: bool
    connect: float
    first_byte: float
    total: float
    certificate_expires: float | None


class Line:
    """The connected socket an exchange runs on, with what is learnt on the way."""

    def __init__(self, sock: socket.socket, budget: Budget, *, pin: str | None = None) -> None:
        self._sock: socket.socket | None = sock
        self.budget = budget
        self.pin = pin
        self.ready = 0.0
        self.certificate_expires: float | None = None

    def hand_over(self) -> PlainSocket:
        """Return the socket, once; its reads share the budget."""
        if self._sock is None:
            raise ConnectionError("the one connection is used up")
        sock = PlainSocket(fileno=self._sock.detach())
        self._sock = None
        sock.budget = self.budget
        sock.settimeout(self.budget.left())
        return sock

    def close(self) -> None:
        """Close the socket if nobody took it."""
        if self._sock is not None:
            self._sock.close()


class _Plain(HTTPConnection):
    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:  # noqa: ANN401  # urllib3's own, passed through
        super().__init__(*args, **kwargs)
        self._line = line

    def _new_conn(self) -> socket.socket:
        return self._line.hand_over()

    def connect(self) -> None:
        super().connect()
        self._line.ready = self._line.budget.now()


class _Tls(_Plain, HTTPSConnection):
    """The same line, then TLS over it: `super().connect()` of the class above is HTTPSConnection's."""

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, TlsSocket):
            self.sock.budget = self._line.budget
            self.is_verified = True  # or the config says not to: no news for urllib3 to warn of at each poll
            leaf = self.sock.getpeercert(binary_form=True)
            if self._line.pin is not None and sha256(leaf or b"").hexdigest() != self._line.pin:
                raise Failed(Outcome.STRANGER, "another machine answers there: its certificate is not the pinned one")
            self._line.certificate_expires = expiry(leaf) if leaf else None


class _Adapter(HTTPAdapter):
    """`requests` on our socket, with our TLS context."""

    def __init__(self, line: Line, context: ssl.SSLContext | None) -> None:
        self._line = line
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: object) -> None:  # noqa: FBT001, FBT002  # their signature
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._pools(HTTPConnectionPool, _Plain),
            "https": self._pools(HTTPSConnectionPool, _Tls),
        }

    def cert_verify(self, conn: object, url: object, verify: object, cert: object) -> None:
        """Leave the context as it is: requests would load certifi's bundle into it for each exchange."""

    def _pools(self, pool: type[HTTPConnectionPool], kind: type[_Plain | _Tls]) -> Callable[..., HTTPConnectionPool]:
        def make(*args: Any, **kwargs: Any) -> HTTPConnectionPool:  # noqa: ANN401  # urllib3's own, passed through
            made = pool(*args, **kwargs)
            made.ConnectionCls = partial(kind, line=self._line)  # type: ignore[assignment]  # it is only called
            return made

        return make


def exchange(
    ask: requests.PreparedRequest, line: Line, *, context: ssl.SSLContext | None, max_bytes: int, began: float
) -> Answer:
    """Return the answer to `ask`, within the budget; `Failed` for everything the peer does wrong."""
    adapter = _Adapter(line, context)
    try:
        response = adapter.send(
            ask,
            stream=True,
            timeout=line.budget.left(),
            verify=context is not None and context.verify_mode is ssl.CERT_REQUIRED,
        )
        first_byte = line.budget.now()
        try:
            body, cut = _read(response, line.budget, max_bytes)
        finally:
            response.close()
    except (OSError, HTTPError, HTTPException, ValueError) as error:  # RequestException is an OSError
        raise _explain(error, line.budget) from error
    finally:
        adapter.close()
        line.close()
    return Answer(
        status=response.status_code,
        content_type=response.headers.get("Content-Type", ""),
        body=body,
        cut=cut,
        connect=line.ready - began,
        first_byte=first_byte - began,
        total=line.budget.now() - began,
        certificate_expires=line.certificate_expires,
    )


def _read(response: requests.Response, budget: Budget, max_bytes: int) -> tuple[bytes, bool]:
    """Return at most `max_bytes` of the decompressed body, and whether there was more."""
    body = bytearray()
    for chunk in response.raw.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > max_bytes:
            if response.headers.get("Content-Encoding"):  # unasked for: we send `Accept-Encoding: identity`
                raise Failed(Outcome.INVALID, f"a compression bomb: it grows past {max_bytes} bytes")
            return bytes(body[:max_bytes]), True
        budget.left()
    return bytes(body), False


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and all that it wraps: HTTP libraries wrap in `reason`, in arguments and by chaining."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [getattr(one, "reason", None), one.__cause__, one.__context__, *one.args]


_FAULTS: tuple[tuple[tuple[type[BaseException], ...], str], ...] = (
    ((RemoteDisconnected,), "it closed the connection without an answer"),  # also a ConnectionResetError
    ((ConnectionResetError, BrokenPipeError), "it closed the connection by force"),
    ((DecodeError,), "the compressed answer is damaged"),
    ((ProtocolError, HTTPException), "not a whole HTTP answer: it broke off or is malformed"),
)
"""What a peer that accepted did wrong; the first that fits."""


def _explain(error: Exception, budget: Budget) -> Failed:
    causes = list(_causes(error))
    if any(isinstance(cause, Spent) for cause in causes):
        return Failed(Outcome.INVALID, f"too much: more than {budget.limit} bytes on the wire")
    if budget.late or any(isinstance(cause, TimeoutError) for cause in causes):
        slow = f"too slow: the answer was not complete ({budget.received} bytes came)"
        return Failed(Outcome.TIMEOUT, slow if budget.received else "connected, but no answer came")
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            return Failed(Outcome.INVALID, plain_reason(cause))
    for kinds, words in _FAULTS:
        if any(isinstance(cause, kinds) for cause in causes):
            return Failed(Outcome.INVALID, words)
    return Failed(Outcome.INVALID, f"not a usable HTTP answer ({type(error).__name__})")
