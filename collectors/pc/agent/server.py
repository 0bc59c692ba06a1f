"""The agent's HTTP server: `GET /metrics` and `GET /healthz`, read-only, bounded in threads, time and bytes.

Over TLS when it has a certificate: the handshake is made in the worker and counts against the request's deadline.
"""

import hmac
import io
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LOG = logging.getLogger("mppmon-agent")
THREADS = 2
_WAITING = 8  # connections accepted and not yet answered; more are closed at once
_SECONDS = 2.0  # from accepting a connection to having read its request
_LONGEST = 8192  # bytes of a request, all of its headers included
_FRESH = 1.0  # seconds an answer may be given again: so often the PC is read at most, whoever asks


class Answers:
    """Renders the registry, at most once a second, one at a time."""

    def __init__(self, registry: CollectorRegistry, *, monotonic: Callable[[], float]) -> None:
        self._registry = registry
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._text = b""
        self._at = float("-inf")

    def text(self) -> bytes:
        """Return Prometheus text (exposition format 0.0.4)."""
        with self._lock:
            if self._monotonic() - self._at >= _FRESH:
                self._text = generate_latest(self._registry)
                self._at = self._monotonic()
            return self._text


class _Deadline(io.RawIOBase):
    """Reads of a connection that share one deadline and a number of bytes: a client that drips cannot hold the thread,
    nor one that floods fill the memory.
    """

    def __init__(self, sock: socket.socket, monotonic: Callable[[], float], until: float) -> None:
        super().__init__()
        self._sock = sock
        self._monotonic = monotonic
        self._until = until
        self._room = _LONGEST

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        left = self._until - self._monotonic()
        if left <= 0:
            raise TimeoutError("the client took too long")
        if self._room <= 0:
            raise ConnectionAbortedError("the request is too long")
        self._sock.settimeout(left)
        read = self._sock.recv_into(memoryview(buffer)[: self._room])
        self._room -= read
        return read


class _Handler(BaseHTTPRequestHandler):
    server: "AgentServer"
    server_version = "mppmon-agent"
    sys_version = ""

    def __init__(self, request: socket.socket, client_address: object, server: "AgentServer", until: float) -> None:
        self._until = until
        super().__init__(request, client_address, server)  # which also answers

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_Deadline(self.connection, self.server.monotonic, self._until))

    def do_GET(self) -> None:  # http.server's name
        """Answer the two paths there are."""
        if self.path == "/healthz":
            self._answer(200, b"ok\n", "text/plain; charset=utf-8")
        elif self.path != "/metrics":
            self._answer(404, b"not found\n", "text/plain; charset=utf-8")
        elif not self._allowed():
            self._answer(401, b"token required\n", "text/plain; charset=utf-8")
        else:
            self._answer(200, self.server.answers.text(), CONTENT_TYPE_PLAIN_0_0_4)

    def _allowed(self) -> bool:
        if self.server.token is None:
            return True
        given = self.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode("utf-8", "replace"), b"Bearer " + self.server.token)

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        if status == 401:  # noqa: PLR2004  # RFC 9110 section 15.5.2
            self.send_header("WWW-Authenticate", "Bearer")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: a scrape every 15 s is no news, and a request line is a stranger's words."""


class AgentServer(HTTPServer):
    """HTTP/1.0: one answer per connection, so that idle clients hold no thread."""

    daemon_threads = True
    request_queue_size = 16

    def __init__(
        self,
        listen: tuple[str, int],
        answers: Answers,
        *,
        token: bytes | None,
        monotonic: Callable[[], float],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.answers = answers
        self.tls = tls
        self.token = token
        self.monotonic = monotonic
        self._room = threading.BoundedSemaphore(_WAITING)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="agent")
        self.address_family = socket.AF_INET6 if ":" in listen[0] else socket.AF_INET
        super().__init__(listen, BaseHTTPRequestHandler)  # `_serve` makes the handlers

    def server_bind(self) -> None:
        """Bind without asking the resolver for our own name, as HTTPServer would."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401  # socketserver's signature
        """Hand the connection to a thread, or close it when too many wait."""
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)
            return
        self._pool.submit(self._serve, request, client_address, self.monotonic() + _SECONDS)

    def _serve(self, request: socket.socket, client_address: object, until: float) -> None:
        try:
            request = self._secured(request, until)
            _Handler(request, client_address, self, until)
        except OSError:
            pass  # the client went away, took too long, or speaks no TLS
        except Exception:  # noqa: BLE001  # the thread ends here; it is logged, and the next request is served
            _LOG.exception("a request failed")
        finally:
            self.shutdown_request(request)
            self._room.release()

    def _secured(self, request: socket.socket, until: float) -> socket.socket:
        if self.tls is None:
            return request
        left = until - self.monotonic()
        if left <= 0:
            raise TimeoutError("it waited for its turn too long")
        request.settimeout(left)  # of the whole handshake
        return self.tls.wrap_socket(request, server_side=True)

    def server_close(self) -> None:
        """Close the port and let the threads end, each within its deadline."""
        super().server_close()
        self._pool.shutdown(wait=True, cancel_futures=True)
