"""A Telegram channel against the fake: what the tests of sending and of listening share."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from alerts.channels.telegram import TelegramChannel
from alerts.inbox import Inbox
from alerts.model import Action, Message, NoticeKind, Notification
from alerts.settings import TelegramSettings
from tests.servers.telegram_fake import Behaviour, TelegramFake

AT = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
_T = TypeVar("_T")


def notification(message: Message | None = None) -> Notification:
    found = message or Message(
        "s",
        ("🔴 Cetak KTP-el <b>TERHENTI</b> · Loket_A3 *x*", "Gangguan #1042"),
        (Action("ack", "Saya tangani", 1042), Action("details", "Rincian", 1042)),
    )
    return Notification("k1", "i1", "p1", "sari", "telegram", "555", NoticeKind.PAGE, found, urgent=True, created_at=AT)


def settings(fake: TelegramFake, token_file: Path, *, timeout: float = 5.0) -> TelegramSettings:
    return TelegramSettings(type="telegram", token_file=token_file, api=fake.url, timeout=timeout)


def with_channel(
    found: TelegramSettings, use: Callable[[TelegramChannel], Awaitable[_T]], inbox: Inbox | None = None
) -> _T:
    async def story() -> _T:
        channel = TelegramChannel("telegram", found, inbox)
        try:
            return await use(channel)
        finally:
            await channel.close()

    return asyncio.run(story())


def refused(code: int, text: str, **parameters: object) -> Behaviour:
    return code, {"ok": False, "error_code": code, "description": text, "parameters": parameters}


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not so():  # noqa: ASYNC110  # what is waited for happens in other threads
            await asyncio.sleep(0.01)
