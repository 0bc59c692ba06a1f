"""The demo's mailbox: a mail server on the mall's own network that keeps what it is sent, also as JSON lines."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

MAX_KEPT = 2_000
MAX_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Mail:
    """One received message. `key`: the Message-ID without its brackets and host; `at`: when it arrived."""

    key: str
    to: tuple[str, ...]
    subject: str
    text: str
    at: str


def read_mail(raw: bytes, to: tuple[str, ...], at: datetime) -> Mail:
    """Read a message as a person's mail program would: decoded subject and plain text."""
    message = BytesParser(policy=policy.default).parsebytes(raw)
    body = message.get_body(("plain",))
    key = str(message["Message-ID"] or "").strip().strip("<>").partition("@")[0]
    text = str(body.get_content()) if body is not None else ""
    return Mail(key, to, str(message["Subject"] or ""), text.replace("\r\n", "\n").strip("\n"), at.isoformat())


class Mailbox:
    """Receives mail. `now` tells the simulator's wall time."""

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._now = now
        self._file = path.open("a", buffering=1, encoding="utf-8")
        self._mails: list[Mail] = []
        self._server: asyncio.Server | None = None

    @property
    def mails(self) -> tuple[Mail, ...]:
        """The newest MAX_KEPT messages, oldest first."""
        return tuple(self._mails)

    async def open(self, address: str, port: int) -> int:
        """Listen, and return the port. OSError when it cannot be had."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="mailbox.mpp.example", data_size_limit=MAX_BYTES, loop=loop), address, port
        )
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's
        """Keep a message (aiosmtpd calls this at the end of DATA)."""
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        mail = read_mail(raw, tuple(envelope.rcpt_tos), self._now())
        self._mails = [*self._mails, mail][-MAX_KEPT:]
        self._file.write(json.dumps(asdict(mail), ensure_ascii=False, separators=(",", ":")) + "\n")
        return "250 2.0.0 kept"

    async def close(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
