"""E-mail against real and misbehaving servers on loopback."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.channels.base import Failed, Reason, Result, Sent
from alerts.channels.email import EmailChannel, compose
from alerts.model import Message, NoticeKind, Notification
from alerts.settings import EmailSettings
from tests.servers.smtp_servers import PASSWORD, Mailbox, certificate, mail_server, raw_server

pytestmark = pytest.mark.server
AT = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
LINES = ("🔴 Cetak KTP-el TERHENTI · Loket A3", "Sejak 09.12 WIB", ".", "Gangguan #1042")


def notification(*, address: str = "sari@mpp.example", message: Message | None = None, key: str = "k1") -> Notification:
    found = message or Message(f"{LINES[0]} · #1042", LINES)
    return Notification(key, "i1", "p1", "sari", "mail", address, NoticeKind.PAGE, found, urgent=True, created_at=AT)


def settings(port: int, **change: Any) -> EmailSettings:  # noqa: ANN401  # a table of changes
    given = {
        "type": "email", "needs_internet": False, "host": "127.0.0.1", "port": port, "security": "none",
        "sender": "mppmon <mppmon@mall.example>", "timeout": 5.0,
    }  # fmt: skip
    return EmailSettings.model_validate({**given, **change})


def send(
    server: AbstractAsyncContextManager[int],
    *notifications: Notification,
    context: Any = None,  # noqa: ANN401  # an SSLContext
    **change: Any,  # noqa: ANN401  # a table of changes
) -> list[Result]:
    async def story() -> list[Result]:
        async with server as port:
            channel = EmailChannel("mail", settings(port, **change), context=context)
            try:
                return [await channel.send(one) for one in notifications or (notification(),)]
            finally:
                await channel.close()

    return asyncio.run(story())


def test_a_page_arrives_readable_and_marked() -> None:
    mailbox = Mailbox()
    assert send(mail_server(mailbox)) == [Sent("<k1@mall.example>")]
    (mail,) = mailbox.taken
    assert mailbox.to == [["sari@mpp.example"]]
    assert mail["Subject"] == "🔴 Cetak KTP-el TERHENTI · Loket A3 · #1042"
    assert mail["Message-ID"] == "<k1@mall.example>"
    assert mail["References"] == "<incident-i1@mall.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == AT
    assert mail["To"] == "sari@mpp.example"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"
    assert mail.get_content().splitlines() == list(LINES)


def test_a_repeat_carries_the_same_message_id() -> None:
    mailbox = Mailbox()
    send(mail_server(mailbox), notification(), notification(), notification(key="k2"))
    assert [mail["Message-ID"] for mail in mailbox.taken] == [
        "<k1@mall.example>",
        "<k1@mall.example>",
        "<k2@mall.example>",
    ]


def test_a_line_break_in_a_subject_smuggles_nothing() -> None:
    mailbox = Mailbox()
    evil = Message("jam\r\nBcc: everybody@mpp.example\n\nhi", LINES)
    send(mail_server(mailbox), notification(message=evil))
    assert mailbox.taken[0]["Subject"] == "jam Bcc: everybody@mpp.example hi"
    assert mailbox.taken[0]["Bcc"] is None
    assert mailbox.to == [["sari@mpp.example"]]


@pytest.mark.parametrize(
    "address", ["", "sari", "sari@mpp.example\nBcc: x@y.example", "säri@mpp.example", "a@b.example, c@d.example"]
)
def test_what_is_no_single_address_is_refused_without_asking(address: str) -> None:
    mailbox = Mailbox()
    (result,) = send(mail_server(mailbox), notification(address=address))
    assert isinstance(result, Failed)
    assert (result.retry, result.reason, mailbox.taken) == (False, Reason.ADDRESS, [])


def test_a_message_that_is_too_long_is_shortened() -> None:
    mail = compose(
        notification(message=Message("s", ("x" * 99, *["y" * 99] * 99, "z"))), sender="a@b.example", limit=500
    )
    assert len(mail.get_content().rstrip("\n")) == 500


@pytest.mark.parametrize(
    ("stage", "answer", "result"),
    [
        ("rcpt", "550 5.1.1 no such user", Failed(retry=False, reason=Reason.REFUSED, detail="550 5.1.1 no such user")),
        ("rcpt", "451 greylisted", Failed(retry=True, reason=Reason.TEMPORARY, detail="451 greylisted")),
        ("rcpt", "421 closing", Failed(retry=True, reason=Reason.TEMPORARY, detail="421 closing")),
        ("mail", "550 quota", Failed(retry=True, reason=Reason.CREDENTIALS, detail="550 quota")),
        ("mail", "450 later", Failed(retry=True, reason=Reason.TEMPORARY, detail="450 later")),
        ("data", "554 spam", Failed(retry=False, reason=Reason.REFUSED, detail="554 spam")),
        ("data", "452 disk full", Failed(retry=True, reason=Reason.TEMPORARY, detail="452 disk full")),
    ],
)
def test_later_and_never_are_told_apart(stage: str, answer: str, result: Failed) -> None:
    mailbox = Mailbox()
    setattr(mailbox, stage, answer)
    assert send(mail_server(mailbox)) == [result]


async def hangs(_writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def drips(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"2")
        await writer.drain()
        await asyncio.sleep(0.05)


async def hangs_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


def says(greeting: bytes) -> Callable[[asyncio.StreamWriter], Awaitable[None]]:
    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        await asyncio.Event().wait()

    return answer


@pytest.mark.parametrize("misbehaves", [hangs, drips, says(b"220 hi\r\n")])
def test_a_server_that_hangs_or_drips_is_cut_off_and_holds_no_thread(
    misbehaves: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> None:
    async def story() -> list[Result]:
        async with raw_server(misbehaves) as port, mail_server(Mailbox()) as good:
            channel = EmailChannel("mail", settings(port, timeout=0.3))
            slow = list(await asyncio.gather(*(channel.send(notification()) for _ in range(4))))
            slow += await asyncio.gather(*(channel.send(notification()) for _ in range(4)))
            channel._settings = settings(good, timeout=5.0)  # noqa: SLF001  # the same threads, a good server
            try:
                return [*slow, await channel.send(notification())]
            finally:
                await channel.close()

    *slow, last = asyncio.run(story())
    assert all(isinstance(one, Failed) and one.retry for one in slow)
    assert {one.reason for one in slow if isinstance(one, Failed)} <= {Reason.TIMEOUT, Reason.UNREACHABLE}
    assert last == Sent("<k1@mall.example>")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (hangs_up, Reason.UNREACHABLE),
        (says(b"554 no service for you\r\n"), Reason.TEMPORARY),  # about the server, not about this message
        (says(b"\xff\xfe\x00\r\n"), Reason.INVALID),
        (says(b"220-" + b"x" * 20_000 + b"\r\n"), Reason.TEMPORARY),
    ],
)
def test_a_server_that_is_out_of_order_is_tried_again(
    answer: Callable[[asyncio.StreamWriter], Awaitable[None]], reason: Reason
) -> None:
    (result,) = send(raw_server(answer), timeout=2.0)
    assert isinstance(result, Failed)
    assert (result.retry, result.reason) == (True, reason)


def test_nobody_there() -> None:
    async def story() -> Result:
        async with mail_server(Mailbox()) as port:
            pass
        return await EmailChannel("mail", settings(port)).send(notification())

    assert asyncio.run(story()) == Failed(retry=True, reason=Reason.UNREACHABLE, detail="ConnectionRefusedError")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_encryption_is_used_and_verified(security: str, tmp_path: Path) -> None:
    server, client = certificate(tmp_path)
    mailbox = Mailbox()

    def offered() -> AbstractAsyncContextManager[int]:
        return mail_server(mailbox, starttls=server) if security == "starttls" else mail_server(mailbox, tls=server)

    assert send(offered(), security=security, context=client) == [Sent("<k1@mall.example>")]
    assert mailbox.encrypted == [True]
    (result,) = send(offered(), security=security)  # the system does not know this certificate
    assert isinstance(result, Failed)
    assert (result.retry, result.reason, len(mailbox.taken)) == (True, Reason.TLS, 1)


def test_a_server_without_starttls_gets_no_message_in_the_clear() -> None:
    mailbox = Mailbox()
    (result,) = send(mail_server(mailbox), security="starttls")
    assert isinstance(result, Failed)
    assert (result.retry, result.reason, mailbox.taken) == (True, Reason.TLS, [])


def test_a_handshake_that_hangs_is_cut_off(tmp_path: Path) -> None:
    _, client = certificate(tmp_path)
    (result,) = send(raw_server(drips), security="tls", context=client, timeout=0.3)
    assert isinstance(result, Failed)
    assert result.retry


@pytest.mark.parametrize(("password", "result"), [(PASSWORD, "sent"), ("wrong-but-secret", "credentials")])
def test_signing_in(password: str, result: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = tmp_path / "password"
    path.write_text(f"{password}\n", "utf-8")
    server, client = certificate(tmp_path)
    offered = mail_server(Mailbox(), starttls=server, login=True)
    (found,) = send(offered, username="mppmon", password_file=path, security="starttls", context=client)
    assert (found.reason.value if isinstance(found, Failed) else "sent") == result
    assert password not in repr(found)
    assert password not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("alerts"))


def test_a_password_file_that_is_missing_is_waited_for(tmp_path: Path) -> None:
    (result,) = send(mail_server(Mailbox()), username="mppmon", password_file=tmp_path / "password")
    assert result == Failed(retry=True, reason=Reason.CREDENTIALS, detail="password file password: FileNotFoundError")
