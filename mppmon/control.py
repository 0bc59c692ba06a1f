"""The way to a daemon that runs: HTTP over its control socket. What the command line and the doctor share."""

import errno
from pathlib import Path

import httpx

_REASONS = {
    errno.ENOENT: "no such socket (is --state the daemon's state directory?)",
    errno.ECONNREFUSED: "nobody listens there (was it killed? start it: systemctl start mppmon, or mppmon run)",
    errno.EACCES: "permission denied (are you in the daemon's group?)",
}


class Off(Exception):
    """Nobody answers on the socket: there is none, or nobody listens there."""


class Denied(Exception):
    """The kernel does not let this user open the socket."""


class Broken(Exception):
    """Somebody took the connection and then gave no whole answer."""


def request(
    socket: Path, method: str, path: str, *, timeout: float = 30.0, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Send one request; return the answer whatever its status. Off, Denied or Broken, each with its reason.

    `timeout` in seconds bounds each read: a peer that drips is the caller's to end.
    """
    try:
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), timeout=timeout, trust_env=False) as client:
            return client.request(method, f"http://mppmon{path}", headers=headers)
    except httpx.ConnectError as error:
        number = _errno(error)
        reason = f"{socket}: {_REASONS.get(number, str(error))}"
        raise (Denied(reason) if number == errno.EACCES else Off(reason)) from error
    except httpx.HTTPError as error:
        raise Broken(f"{socket}: {error or type(error).__name__}") from error


def _errno(error: BaseException) -> int:
    """Return what the kernel said; httpx keeps its error as the cause of its own. 0 when it said nothing."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, OSError):
        cause = cause.__cause__ or cause.__context__
    return cause.errno or 0 if isinstance(cause, OSError) else 0
