"""The way to a daemon that runs: HTTP over its control socket. What the command line, the demo and the doctor share."""

import errno
import json
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote

_REASONS = {
    errno.ENOENT: "no such socket (is --state the daemon's state directory?)",
    errno.ECONNREFUSED: "nobody listens there (was it killed? start it: systemctl start mppmon, or mppmon run)",
    errno.EACCES: "permission denied (are you in the daemon's group?)",
}
_LONGEST = 65_536
"""Characters of a path: more than the daemon takes of a whole request."""
_IN_A_PATH = "%/?&=+:,;@~"
"""Characters that mean something in a path or a query, beside letters and digits: others are told by their number."""


class Off(Exception):
    """Nobody answers on the socket: there is none, or nobody listens there."""


class Denied(Exception):
    """The kernel does not let this user open the socket."""


class Broken(Exception):
    """Somebody took the connection and then gave no whole answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its HTTP status."""

    status_code: int
    content: bytes

    @property
    def text(self) -> str:
        """The body as text; what is not UTF-8 in it is replaced."""
        return self.content.decode("utf-8", "replace")

    def json(self) -> Any:  # noqa: ANN401  # whatever it holds
        """Return the body's JSON. ValueError when it is none."""
        return json.loads(self.content)


class _Line(HTTPConnection):
    """A connection to a socket of this machine. The standard library's client is there in a tenth of httpx' time."""

    def __init__(self, address: Path, timeout: float) -> None:
        super().__init__("mppmon", timeout=timeout)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._address))


def request(
    address: Path, method: str, path: str, *, timeout: float = 30.0, headers: dict[str, str] | None = None
) -> Answer:
    """Send one request; return the answer whatever its status. Off, Denied or Broken, each with its reason.

    `timeout` in seconds bounds each read: a peer that drips is the caller's to end.
    """
    if len(path) > _LONGEST:
        raise Broken(f"{address}: the request is too long")
    line = _Line(address, timeout)
    try:
        _connect(line, address, timeout)
        line.request(method, quote(path, safe=_IN_A_PATH, errors="replace"), headers=headers or {})
        answer = line.getresponse()
        return Answer(answer.status, answer.read())
    except (HTTPException, OSError) as error:
        raise Broken(f"{address}: {str(error) or type(error).__name__}") from error
    finally:
        line.close()


def _connect(line: _Line, address: Path, timeout: float) -> None:
    """Raise what the kernel says of the socket, in our words."""
    try:
        line.connect()
    except TimeoutError as error:
        raise Broken(f"{address}: nobody took the connection within {timeout:g} s") from error
    except OSError as error:
        reason = f"{address}: {_REASONS.get(error.errno or 0, str(error))}"
        raise (Denied(reason) if error.errno == errno.EACCES else Off(reason)) from error
