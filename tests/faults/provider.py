"""A provider that keeps every receipt: mail (SMTP) and a bot API or webhook (HTTP), with all the ways to fail."""

import json
import threading
from asyncio import AbstractEventLoop, all_tasks, new_event_loop, run_coroutine_threadsafe
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from mppmon.clock import Clock

TOKEN = "123456:TOKEN-of-the-faults"  # noqa: S105  # the fake's
LIMIT = 4096  # UTF-16 units of one message, as at Telegram
OK, DROP, ERROR, LATER, HANG, DRIP = "ok", "drop", "500", "429", "hang", "drip"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One message that arrived. `key`: the Message-ID's (mail), else empty. `at`: monotonic seconds."""

    at: float
    key: str
    to: str
    text: str
    way: str


@dataclass
class Provider:
    """`mode`, `cut` (no way leads to the bot's API) and `retry_after` may be changed at any time.

    `asked` counts every attempt with its time and mode.
    """

    file: Path
    mode: str = OK
    cut: bool = False
    retry_after: int = 30
    receipts: list[Receipt] = field(default_factory=list)
    asked: list[tuple[float, str, str]] = field(default_factory=list)
    whole: list[bytes | dict[str, Any]] = field(default_factory=list)  # each mail, and what each call of the API gave
    updates: list[dict[str, Any]] = field(default_factory=list)  # what people say to the bot, once
    trouble: list[str] = field(default_factory=list)  # each refuses one poll for updates, in these words
    on_receipt: Callable[[Receipt], None] = lambda _: None
    over: threading.Event = field(default_factory=threading.Event)
    http: int = 0
    smtp: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, key: str, to: str, text: str, way: str) -> None:
        """Write a receipt down before it is answered."""
        with self.lock:
            receipt = Receipt(Clock().monotonic(), key, to, text, way)
            self.receipts.append(receipt)
            with self.file.open("a", encoding="utf-8") as log:
                log.write(json.dumps(asdict(receipt), ensure_ascii=False) + "\n")
        self.on_receipt(receipt)

    def attempt(self, way: str) -> str:
        """Note an attempt; return how it is to be answered."""
        with self.lock:
            self.asked.append((Clock().monotonic(), way, self.mode))
            return HANG if self.cut and way == "chat" else self.mode

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        """Take a mail, or not."""
        mode = self.attempt("mail")
        if mode not in {OK, DROP}:
            return "451 later"
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.whole.append(content)
        if mode == OK:
            key = str(mail["Message-ID"]).strip("<>").partition("@")[0]
            self.keep(key, envelope.rcpt_tos[0], mail.get_content().strip(), "mail")
        return "250 OK"


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"

    def do_POST(self) -> None:
        provider = self.server.provider
        payload: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.close_connection = True
        if self.path.endswith("/getUpdates"):
            self._updates(provider)
            return
        if self.path.endswith(("/sendMessage", "/answerCallbackQuery")):
            provider.whole.append(payload)
        mode = provider.attempt("hook" if "webhook" in self.path else "chat")
        if mode == ERROR:
            self._say(500, {"ok": False, "error_code": 500})
        elif mode == LATER:
            self._say(429, {"ok": False, "error_code": 429, "parameters": {"retry_after": provider.retry_after}})
        elif mode == HANG:
            provider.over.wait(60)
        elif mode == DRIP:
            self._drip()
        else:
            self._take(payload, kept=mode == OK)

    def _updates(self, provider: Provider) -> None:
        if provider.trouble:
            words = provider.trouble.pop()
            self._say(400, {"ok": False, "error_code": 400, "description": words})
            return
        if not provider.updates:
            provider.over.wait(0.5)
        said = list(provider.updates)
        del provider.updates[: len(said)]
        self._say(200, {"ok": True, "result": said})

    def _take(self, payload: dict[str, Any], *, kept: bool) -> None:
        provider, text = self.server.provider, str(payload.get("text", ""))
        if len(text.encode("utf-16-le")) // 2 > LIMIT:
            self._say(400, {"ok": False, "error_code": 400, "description": "message is too long"})
            return
        if kept and "alerts" in payload:
            for one in payload["alerts"]:
                name = one["labels"]["alertname"]
                provider.keep(f"{one['fingerprint']}:{one['status']}", "hook", f"{one['status']} {name}", "hook")
        elif kept:
            provider.keep("", str(payload["chat_id"]), text, "chat")
        self._say(200, {"ok": True, "result": {"message_id": len(provider.receipts)}})

    def _drip(self) -> None:
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not self.server.provider.over.wait(0.1):
                self.wfile.write(b"x")
                self.wfile.flush()
        except OSError:
            return  # cut off by the other side: what the row is about

    def _say(self, status: int, body: object) -> None:
        content = json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            return  # killed while it listened

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the signature of http.server
        """Stay quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    provider: Provider

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that hangs up."""


@contextmanager
def provider(folder: Path) -> Iterator[Provider]:
    """Serve on free loopback ports while the context lasts."""
    made = Provider(folder / "receipts.jsonl")
    server = _Server(("127.0.0.1", 0), _Handler)
    server.provider, made.http = made, server.server_address[1]
    loop = new_event_loop()
    threads = [threading.Thread(target=server.serve_forever), threading.Thread(target=loop.run_forever)]
    for thread in threads:
        thread.start()
    try:
        mail = run_coroutine_threadsafe(
            loop.create_server(lambda: SMTP(made, hostname="mail.test", loop=loop), "127.0.0.1", 0), loop
        ).result(10)
        made.smtp = mail.sockets[0].getsockname()[1]
        yield made
        loop.call_soon_threadsafe(mail.close)
    finally:
        made.over.set()
        server.shutdown()
        server.server_close()
        _end(loop)
        for thread in threads:
            thread.join(10)
        loop.close()


def _end(loop: AbstractEventLoop) -> None:
    def last() -> None:
        for task in all_tasks(loop):
            task.cancel()
        loop.call_later(0.05, loop.stop)

    loop.call_soon_threadsafe(last)
