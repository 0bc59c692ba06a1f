"""What both sides hand over to: a bot API and a webhook in one, which notes when each message came."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Receipt:
    """`at`: monotonic seconds, `wall`: Unix seconds; `path`: what was asked; `text`: the body, as it came."""

    at: float
    wall: float
    path: str
    text: str


@dataclass
class Provider:
    """Receipts, oldest first."""

    port: int = 0
    receipts: list[Receipt] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        """Return where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def first(self, path: str, word: str) -> float | None:
        """Return when the first message came whose path and text hold these."""
        with self.lock:
            return next((one.at for one in self.receipts if path in one.path and word in one.text), None)


@contextmanager
def provider() -> Iterator[Provider]:
    """Take messages until the block ends."""
    kept = Provider()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            with kept.lock:
                kept.receipts.append(Receipt(time.monotonic(), time.time(), self.path, body))  # noqa: TID251  # real time is measured
                number = len(kept.receipts)
            answer = json.dumps({"ok": True, "result": {"message_id": number}}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        kept.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield kept
        finally:
            server.shutdown()
            thread.join()
