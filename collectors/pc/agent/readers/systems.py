"""The agencies' online systems as they are seen from this PC's network: only those that its own config names.

One request each, with one deadline for all of it; of the answer only the status line is read. Redirects are answers.
"""

import socket
import ssl
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from . import Fact

_SECONDS = 5.0  # for everything of one system; only the system's own resolver bounds itself
_LONGEST = 4096  # bytes until the first line of an answer has to be over


class Systems:
    """`urls`: name in the metrics -> http or https URL."""

    def __init__(self, urls: Mapping[str, str], *, monotonic: Callable[[], float]) -> None:
        self._urls = urls
        self._monotonic = monotonic
        self._context: ssl.SSLContext | None = None

    def read(self) -> list[Fact]:
        """Ask each once, one after the other."""
        facts: list[Fact] = []
        for name, url in self._urls.items():
            reached, good = self._ask(url)
            its = (("system", name),)
            facts += [Fact("system_reached", float(reached), its), Fact("system_ok", float(good), its)]
        return facts

    def _ask(self, url: str) -> tuple[bool, bool]:
        """Return whether it accepted a connection, and whether it answered without an error."""
        parts = urlsplit(url)
        secure, host = parts.scheme == "https", parts.hostname or ""
        until = self._monotonic() + _SECONDS
        try:
            sock = socket.create_connection((host, parts.port or (443 if secure else 80)), timeout=_SECONDS)
        except OSError:  # also a name that is not known
            return False, False
        try:
            with self._secured(sock, host, until) if secure else sock as line:
                path = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
                ours = "User-Agent: mppmon-agent\r\nConnection: close"
                line.settimeout(self._left(until))
                line.sendall(f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n{ours}\r\n\r\n".encode())
                return True, _well(self._first_line(line, until))
        except (OSError, UnicodeError):  # TLS, a deadline, a hang-up
            return True, False

    def _secured(self, sock: socket.socket, host: str, until: float) -> socket.socket:
        if self._context is None:
            self._context = ssl.create_default_context()
        try:
            sock.settimeout(self._left(until))
            return self._context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise

    def _first_line(self, line: socket.socket, until: float) -> bytes:
        said = b""
        while b"\n" not in said and len(said) < _LONGEST:
            line.settimeout(self._left(until))
            piece = line.recv(_LONGEST)
            if not piece:
                break
            said += piece
        return said

    def _left(self, until: float) -> float:
        left = until - self._monotonic()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        return left


def _well(said: bytes) -> bool:
    """Return whether this begins an HTTP answer that is no error."""
    words = said.split(b"\n", 1)[0].split()
    return len(words) > 1 and words[0].startswith(b"HTTP/") and words[1][:1] in {b"2", b"3"}
