"""Sends what the agent shows to mppmon, where nobody can ask: one POST over TLS now and then, always of the newest.

What could not be sent is not kept: it is old by the time it could be. Nothing of an answer is done but to wait as it
says; a redirect is a failure.
"""

import hmac
import logging
import re
import secrets
import select
import socket
import ssl
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from .push_settings import Push

_LOG = logging.getLogger("mppmon-agent")
_WHOLE = 10.0  # seconds of one attempt, but for looking up the name
_FIRST, _LONGEST = 2.0, 60.0  # seconds after a first failure, and at most
_PATIENT = 3600.0  # at most so long we wait if told to
_JITTER = 0.1  # of an interval, either way
_MOST = 8192  # bytes of an answer that are looked at
_GZIP = 31  # zlib: a window of 2^15, with gzip's header
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_RETRY = re.compile(rb"\r\nretry-after:[ \t]*(\d{1,6})[ \t]*\r\n", re.IGNORECASE)
_RANDOM = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one went: nothing wrong (""), or what, in words; `refused`: again is no use soon. `wait`: as we were told."""

    wrong: str = ""
    refused: bool = False
    wait: float = 0.0


class Pusher:
    """Sends until stopped. `text` returns the metrics of now."""

    def __init__(self, push: Push, token: bytes, text: Callable[[], bytes], *, monotonic: Callable[[], float]) -> None:
        """ssl.SSLError or OSError: the `ca_file` is no good."""
        self._push, self._token, self._text, self._monotonic = push, token, text, monotonic
        self._context = ssl.create_default_context(cafile=push.ca_file)
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2
        if push.pin is not None:
            self._context.check_hostname = False  # its pin says more than its name
            self._context.verify_mode = ssl.CERT_NONE  # likewise
        self._failures = 0
        self._said: str | None = None  # not even of the first one
        self._woken, self._wake = socket.socketpair()

    @property
    def url(self) -> str:
        """Where it sends to."""
        host = f"[{self._push.host}]" if ":" in self._push.host else self._push.host
        return f"https://{host}:{self._push.port}{self._push.path}"

    def run(self) -> None:
        """Send until `stop`."""
        pause = _RANDOM.uniform(0, min(self._push.every, 5.0))  # a power cut starts all PCs at once
        while not select.select([self._woken], [], [], pause)[0]:
            try:
                attempt = self.once()
            except Exception:  # noqa: BLE001  # the next attempt may do better; without one the PC would be silent
                _LOG.exception("push failed")
                attempt = Attempt("a fault of the agent's own")
            pause = self.pause(attempt)

    def stop(self) -> None:
        """End `run`. From any thread."""
        self._wake.send(b"x")

    def close(self) -> None:
        """Give its sockets back; it runs no more."""
        self._woken.close()
        self._wake.close()

    def pause(self, attempt: Attempt) -> float:
        """Return after how many seconds to send again, and say what changed."""
        if attempt.wrong != self._said:
            self._said = attempt.wrong
            _LOG.warning("push: %s", attempt.wrong) if attempt.wrong else _LOG.info("push: taken")
        if not attempt.wrong:
            self._failures = 0
            return self._push.every * _RANDOM.uniform(1 - _JITTER, 1 + _JITTER)
        self._failures += 1
        longest = max(_LONGEST, self._push.every)
        backoff = longest if attempt.refused else min(longest, _FIRST * 2.0 ** min(self._failures - 1, 16))
        return max(backoff * _RANDOM.uniform(0.5, 1.0), min(attempt.wait, _PATIENT))

    def once(self) -> Attempt:
        """Send once."""
        push, until = self._push, self._monotonic() + _WHOLE
        try:
            with socket.create_connection((push.host, push.port), timeout=_WHOLE / 2) as plain:
                plain.settimeout(self._left(until))
                with self._context.wrap_socket(plain, server_hostname=push.host) as sock:
                    return self._exchange(sock, until)
        except ssl.SSLCertVerificationError as error:
            return Attempt(f"its certificate is not good: {error.verify_message}", refused=True)
        except TimeoutError:
            return Attempt("no answer in time")
        except OSError as error:
            return Attempt(f"cannot be reached: {error.strerror or type(error).__name__}")

    def _exchange(self, sock: ssl.SSLSocket, until: float) -> Attempt:
        shown = sha256(sock.getpeercert(binary_form=True) or b"").hexdigest()
        if self._push.pin is not None and not hmac.compare_digest(shown, self._push.pin):
            return Attempt("another machine answers: its certificate has not our pin", refused=True)
        made = self._monotonic()
        packer = zlib.compressobj(wbits=_GZIP)
        body = packer.compress(self._text()) + packer.flush()
        sock.settimeout(self._left(until))
        sock.sendall(self._head(len(body), self._monotonic() - made) + body)
        head = b""
        while b"\r\n\r\n" not in head and len(head) < _MOST:
            sock.settimeout(self._left(until))
            more = sock.recv(_MOST - len(head))
            if not more:
                break
            head += more
        return attempt_of(head)

    def _head(self, length: int, age: float) -> bytes:
        push = self._push
        host = f"[{push.host}]" if ":" in push.host else push.host
        lines = (
            f"POST {push.path} HTTP/1.1",
            f"Host: {host}:{push.port}",
            "Content-Type: text/plain; version=0.0.4",
            "Content-Encoding: gzip",
            f"Content-Length: {length}",
            f"X-Mppmon-Age: {max(0.0, age):.3f}",
            "Connection: close",
        )
        return "\r\n".join(lines).encode("ascii") + b"\r\nAuthorization: Bearer " + self._token + b"\r\n\r\n"

    def _left(self, until: float) -> float:
        left = until - self._monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def attempt_of(head: bytes) -> Attempt:
    """Return what an answer means. Its words are not looked at, nor logged."""
    status = _STATUS.match(head)
    if status is None:
        return Attempt("the answer is not one of HTTP")
    number = int(status[1])
    if 200 <= number < 300:  # noqa: PLR2004  # RFC 9110: successful
        return Attempt()
    found = _RETRY.search(head)
    words = {401: "the token is not known there", 403: "the token is another machine's", 429: "sent too often"}
    refused = 300 <= number < 500 and number != 429  # noqa: PLR2004  # RFC 9110: a redirect, or a fault of ours
    return Attempt(words.get(number, f"status {number}"), refused=refused, wait=float(found[1]) if found else 0.0)
