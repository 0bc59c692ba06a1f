"""The way to a daemon that runs: HTTP over its control socket. What the command line and the doctor share."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

_REASONS = {
    errno.ENOENT: "no such socket (is --state the daemon's state directory?)",
    errno.ECONNREFUSED: "nobody listens there (was it killed? start it: systemctl start mppmon, or mppmon run)",
    errno.EACCES: "permission denied (are you in the daemon's group?)",
}


_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""A socket of this machine: reading every root certificate for it would be most of a command's time."""


class Off(Exception):
    """Nobody answers on the socket: there is none, or nobody listens there."""


class Denied(Exception):
    """The kernel does not let this user open the socket."""


class Broken(Exception):
    """Somebody took the connection and then gave no whole answer."""


def request(
    address: Path, method: str, path: str, *, timeout: float = 30.0, headers: dict[str, str] | None = None
) -> httpx.Response:
    """Send one request; return the answer whatever its status. Off, Denied or Broken, each with its reason.

    `timeout` in seconds bounds each read: a peer that drips is the caller's to end.
    """
    _knock(address, timeout)
    import httpx  # noqa: PLC0415  # 9 MB that the daemon, which shares the command line's modules, never needs

    try:
        transport = httpx.HTTPTransport(uds=str(address), verify=_NO_TLS)
        with httpx.Client(transport=transport, timeout=timeout, trust_env=False) as client:
            return client.request(method, f"http://mppmon{path}", headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:  # the latter: longer than any request may be
        raise Broken(f"{address}: {str(error) or type(error).__name__}") from error


def _knock(path: Path, timeout: float) -> None:
    """Raise what the kernel says of the socket, in its own words: httpx wraps them, and leaves its socket open."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(timeout)
        try:
            probe.connect(str(path))
        except TimeoutError as error:
            raise Broken(f"{path}: nobody took the connection within {timeout:g} s") from error
        except OSError as error:
            reason = f"{path}: {_REASONS.get(error.errno or 0, str(error))}"
            raise (Denied(reason) if error.errno == errno.EACCES else Off(reason)) from error
