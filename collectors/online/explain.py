"""What a failed exchange says of the peer, or of the proxy before it."""

import re
import ssl
from collections.abc import Iterator
from http.client import HTTPException, IncompleteRead, RemoteDisconnected

from urllib3.exceptions import DecodeError, InvalidChunkLength, ProtocolError

from collectors.observation import Outcome
from collectors.online.budget import Spent
from collectors.online.failure import Failed
from collectors.online.line import Line, Stage
from collectors.online.reason import Reason
from collectors.online.tls import of_tls

_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")  # of http.client, which keeps the status nowhere else
_PROXY_AUTHENTICATION = "407"  # RFC 9110 section 15.5.8


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


_FAULTS: tuple[tuple[tuple[type[BaseException], ...], Reason, str], ...] = (
    ((RemoteDisconnected,), Reason.CLOSED, "it closed the connection without an answer"),  # also a reset
    ((ConnectionResetError, BrokenPipeError), Reason.RESET, "it closed the connection by force"),
    ((DecodeError,), Reason.DAMAGED, "the compressed answer is damaged"),
    ((ProtocolError, HTTPException), Reason.NOT_HTTP, "not a whole HTTP answer: it broke off or is malformed"),
)
"""What a peer that accepted did wrong; the first that fits."""


def explain(error: Exception, line: Line) -> Failed:
    """Return what ended an exchange over this line."""
    causes = list(_causes(error))
    if line.stage is Stage.PROXY:
        return _of_proxy(causes)
    found = _of_limits(causes, line) or _of_tls(causes) or _of_a_part(causes, line) or _of_http(causes)
    return found or Failed(Outcome.INVALID, f"not a usable HTTP answer ({type(error).__name__})", Reason.NOT_HTTP)


def _of_limits(causes: list[BaseException], line: Line) -> Failed | None:
    budget = line.budget
    if any(isinstance(cause, Spent) for cause in causes):
        return Failed(Outcome.INVALID, f"too much: more than {budget.limit} bytes on the wire", Reason.TOO_MUCH)
    if not budget.late and not any(isinstance(cause, TimeoutError) for cause in causes):
        return None
    if line.stage is Stage.TLS:
        return Failed(Outcome.TIMEOUT, "connected, but the TLS handshake was not completed", Reason.TLS_SLOW)
    if budget.received:
        words = f"too slow: the answer was not complete ({budget.received} bytes came)"
        return Failed(Outcome.TIMEOUT, words, Reason.TOO_SLOW)
    return Failed(Outcome.TIMEOUT, "connected, but no answer came", Reason.NO_ANSWER)


def _of_tls(causes: list[BaseException]) -> Failed | None:
    return next((of_tls(cause) for cause in causes if isinstance(cause, ssl.SSLError)), None)


def _of_a_part(causes: list[BaseException], line: Line) -> Failed | None:
    if not any(isinstance(cause, IncompleteRead | InvalidChunkLength) for cause in causes):
        return None
    if line.sized:
        return Failed(Outcome.INVALID, "not a whole HTTP answer: it is shorter than it said", Reason.WRONG_LENGTH)
    return Failed(Outcome.INVALID, "not a whole HTTP answer: it broke off in the middle", Reason.BROKEN_OFF)


def _of_http(causes: list[BaseException]) -> Failed | None:
    for kinds, reason, words in _FAULTS:
        if any(isinstance(cause, kinds) for cause in causes):
            return Failed(Outcome.INVALID, words, reason)
    return None


def _of_proxy(causes: list[BaseException]) -> Failed:
    """Return why the proxy gave no way through. It says nothing about the system behind it."""
    for cause in causes:
        found = _TUNNEL.search(str(cause))
        if found and found[1] == _PROXY_AUTHENTICATION:
            return proxy_denied()
        if found:
            return Failed(Outcome.LOCAL, f"the proxy gave no way through (status {found[1]})", Reason.PROXY_FAILED)
    return Failed(Outcome.LOCAL, "the proxy gave no way through", Reason.PROXY_FAILED)


def proxy_denied() -> Failed:
    """Return that the proxy does not know us."""
    words = "the proxy wants a user and password, or others than ours (status 407)"
    return Failed(Outcome.LOCAL, words, Reason.PROXY_DENIED)
