"""The agencies' online systems as they are seen from this PC's network: only those that its own config names.

One request each, with one deadline for all of it; of the answer only the status line is read, unless the config wants a
text or a value. Redirects are answers.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from ..config import System  # noqa: TID252  # the agent imports relatively only: contract D
from . import Fact
from .page import LONGEST, LONGEST_HEAD, needs_body, well, whole

_SECONDS = 5.0  # for everything of one system; only the system's own resolver bounds itself
_PIECE = 65_536  # bytes


class Systems:
    """`wanted`: by the name in the metrics. `now`: Unix time."""

    def __init__(
        self, wanted: Mapping[str, System], *, monotonic: Callable[[], float], now: Callable[[], float]
    ) -> None:
        self._wanted = wanted
        self._monotonic = monotonic
        self._now = now
        self._context: ssl.SSLContext | None = None

    def read(self) -> list[Fact]:
        """Ask each once, one after the other."""
        facts: list[Fact] = []
        for name, wanted in self._wanted.items():
            reached, good, ends = self._ask(wanted)
            its = (("system", name),)
            facts += [Fact("system_reached", float(reached), its), Fact("system_ok", float(good), its)]
            if ends is not None:
                facts.append(Fact("system_certificate_left_seconds", ends - self._now(), its))
        return facts

    def _ask(self, wanted: System) -> tuple[bool, bool, float | None]:
        """Return whether it accepted a connection, whether it answered as wanted, and when its certificate ends, of
        one that is believed only.
        """
        parts, ends = urlsplit(wanted.url), None
        secure, host = parts.scheme == "https", parts.hostname or ""
        until = self._monotonic() + _SECONDS
        try:
            sock = socket.create_connection((host, parts.port or (443 if secure else 80)), timeout=_SECONDS)
        except OSError:  # also a name that is not known
            return False, False, None
        try:
            with self._secured(sock, host, until) if secure else sock as line:
                ends = _ends(line)
                path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
                ours = "User-Agent: mppmon-agent\r\nConnection: close"
                line.settimeout(self._left(until))
                line.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{ours}\r\n\r\n".encode())
                return True, well(self._answer(line, wanted, until), wanted), ends
        except (OSError, UnicodeError):  # TLS, a deadline, a hang-up
            return True, False, ends

    def _secured(self, sock: socket.socket, host: str, until: float) -> socket.socket:
        if self._context is None:
            self._context = ssl.create_default_context()
        try:
            sock.settimeout(self._left(until))
            return self._context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise

    def _answer(self, line: socket.socket, wanted: System, until: float) -> bytes:
        """Return its first line at least, or all of it where its text is wanted."""
        said, more = b"", needs_body(wanted)
        longest, enough = (LONGEST, whole) if more else (LONGEST_HEAD, _has_line)
        while len(said) < longest and not enough(said):
            line.settimeout(self._left(until))
            piece = line.recv(_PIECE if more else LONGEST_HEAD)
            if not piece:
                break
            said += piece
        return said

    def _left(self, until: float) -> float:
        left = until - self._monotonic()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        return left


def _has_line(said: bytes) -> bool:
    return b"\n" in said


def _ends(line: socket.socket) -> float | None:
    """Return the Unix time at which the server's certificate ends, None in clear."""
    shown = line.getpeercert() if isinstance(line, ssl.SSLSocket) else None
    ends = shown.get("notAfter") if shown else None
    return float(ssl.cert_time_to_seconds(ends)) if isinstance(ends, str) else None
