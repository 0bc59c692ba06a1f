"""A Telegram Bot API on loopback that keeps every call it gets and can be told to fail in every way we know of."""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

TOKEN = "123456:TOKEN-that-nobody-may-see"  # noqa: S105  # the fake's
_DRIP = 0.05  # seconds between two bytes

OK = {"ok": True, "result": {"message_id": 77}}
HANG = "hang"  # takes the request and says nothing
DRIP_HEADER = "drip-header"  # one header byte at a time, without end
DRIP_BODY = "drip-body"
DROP = "drop"  # closes the connection
NOISE = "noise"  # no HTTP at all

Behaviour = str | tuple[int, object]


@dataclass
class TelegramFake:
    """`script[method]`: what the next calls get; then OK. `calls`: (method, payload) in the order received."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    script: dict[str, deque[Behaviour]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Behaviour] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)
    news: threading.Condition = field(default_factory=threading.Condition)
    updates: list[dict[str, Any]] = field(default_factory=list)

    def say(self, method: str, *behaviours: Behaviour) -> None:
        """Answer the next calls of a method like this."""
        self.script[method].extend(behaviours)

    def push(self, *updates: dict[str, Any]) -> None:
        """Let these updates be there for getUpdates until they are confirmed."""
        with self.news:
            self.updates.extend(updates)
            self.news.notify_all()

    def of(self, method: str) -> list[dict[str, Any]]:
        """Return the payloads of all calls of a method."""
        return [payload for called, payload in list(self.calls) if called == method]

    def answer(self, method: str, payload: dict[str, Any]) -> Behaviour:
        """Keep the call, return what it gets."""
        with self.news:
            self.calls.append((method, payload))
            if self.script[method]:
                return self.script[method].popleft()
            if method in self.always:
                return self.always[method]
            if method != "getUpdates":
                return 200, OK
            self.updates[:] = [one for one in self.updates if one["update_id"] >= payload["offset"]]
            self.news.wait_for(lambda: bool(self.updates) or self.over.is_set(), timeout=0.5)
            return 200, {"ok": True, "result": list(self.updates)}


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        payload = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prefix, _, method = urlsplit(self.path).path.rpartition("/")  # a whole URL when we are the proxy
        if prefix != f"/bot{TOKEN}":
            self._json(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
            return
        behaviour = self.server.fake.answer(method, payload)
        if isinstance(behaviour, tuple):
            self._json(*behaviour)
        elif behaviour == HANG:
            self.server.fake.over.wait(30)
        elif behaviour == DRIP_HEADER:
            self._drip(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x")
        elif behaviour == DRIP_BODY:
            self._drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" ")
        elif behaviour == NOISE:
            self.wfile.write(b"\x00\xff no http\r\n\r\n")
        self.close_connection = True

    def _json(self, status: int, body: object) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _drip(self, head: bytes, drop: bytes) -> None:
        try:
            self.wfile.write(head)
            while not self.server.fake.over.wait(_DRIP):
                self.wfile.write(drop)
                self.wfile.flush()
        except OSError:
            return  # cut off by the other side: what the test is about

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the signature of http.server
        """Stay quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    fake: TelegramFake

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that hangs up."""


@contextmanager
def telegram_fake() -> Iterator[TelegramFake]:
    """Serve a fake on a free loopback port; all its threads end with it."""
    fake = TelegramFake()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.fake = fake
    fake.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        fake.over.set()
        with fake.news:
            fake.news.notify_all()
        server.shutdown()
        thread.join()
        server.server_close()
