"""The edge to the channel: which chats a bot has heard of, and whether a message arrives."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from alerts.channels.base import Channel, Failed, Reason
from alerts.channels.email import EmailChannel
from alerts.channels.pool import Pool
from alerts.channels.telegram import TelegramChannel
from alerts.channels.telegram_api import BotApi
from alerts.model import Message, NoticeKind, Notification
from alerts.settings import ChannelSettings, EmailSettings, TelegramSettings
from mppmon.setup.answers import TELEGRAM
from mppmon.setup.words import Translate

_TIMEOUT = 15.0
_UPDATES = ["message", "my_chat_member", "channel_post"]


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that the bot knows of. `group`: more than one person reads there."""

    id: str
    name: str
    group: bool


def bot_name(settings: TelegramSettings) -> str | Failed:
    """Return the bot's user name (empty when it does not say), or why its token does not work."""
    found = _call(settings, "getMe", {})
    if isinstance(found, Failed):
        return found
    name = found.get("username") if isinstance(found, dict) else None
    return name[:64] if isinstance(name, str) and name.isprintable() else ""


def chats(settings: TelegramSettings) -> list[Chat] | Failed:
    """Return the chats of the latest messages to the bot, the newest first, or why they cannot be had."""
    found = _call(settings, "getUpdates", {"offset": 0, "timeout": 0, "allowed_updates": _UPDATES})
    if isinstance(found, Failed):
        return found
    return heard(found if isinstance(found, list) else [])


def heard(updates: list[object]) -> list[Chat]:
    """Return the chats in these updates. What strangers wrote is capped, and printable."""
    known: dict[str, Chat] = {}
    for update in updates:
        for kind in _UPDATES:
            said = update.get(kind) if isinstance(update, dict) else None
            chat = said.get("chat") if isinstance(said, dict) else None
            number = chat.get("id") if isinstance(chat, dict) else None
            if not isinstance(chat, dict) or not isinstance(number, int) or isinstance(number, bool):
                continue
            words = [chat.get(key) for key in ("title", "first_name", "last_name")]
            name = " ".join(word for word in words if isinstance(word, str)) or str(number)
            name = "".join(char for char in name if char.isprintable())[:60]
            known.pop(str(number), None)
            known[str(number)] = Chat(str(number), name, chat.get("type") != "private")
    return list(reversed(known.values()))


def _call(
    settings: TelegramSettings, method: str, payload: dict[str, object]
) -> dict[str, object] | list[object] | Failed:
    async def asked() -> dict[str, object] | list[object] | Failed:
        pool = Pool(1, "init")
        try:
            return await pool.call(
                lambda line: BotApi(settings).call(method, payload, line=line, timeout=_TIMEOUT), deadline=_TIMEOUT
            )
        except TimeoutError:
            return Failed(retry=True, reason=Reason.TIMEOUT, detail=f"no end within {_TIMEOUT:g} s")
        finally:
            pool.close()

    return asyncio.run(asked())


def send(settings: ChannelSettings, address: str, text: tuple[str, ...], now: datetime) -> Failed | None:
    """Send one message; None when the provider took it."""
    message = Message(text[0], text)
    note = Notification(
        str(uuid4()), "init", None, "init", "init", address, NoticeKind.NOTICE, message, urgent=False, created_at=now
    )
    return asyncio.run(_send(settings, note))


async def _send(settings: ChannelSettings, note: Notification) -> Failed | None:
    channel: Channel = (
        EmailChannel("init", settings) if isinstance(settings, EmailSettings) else TelegramChannel("init", settings)
    )
    try:
        result = await channel.send(note)
    finally:
        await channel.close()
    return result if isinstance(result, Failed) else None


def settings_of(kind: dict[str, object], secret: Path | None) -> ChannelSettings:
    """Return the settings of a channel under trial, with its secret in a file."""
    if kind["type"] == "telegram":
        assert secret is not None  # noqa: S101  # a bot always has a token
        return TelegramSettings(
            type="telegram", token_file=secret, api=str(kind["api"]), timeout=_TIMEOUT, listen=False
        )
    values = {key: kind[key] for key in ("type", "host", "port", "security", "sender", "needs_internet")}
    return EmailSettings.model_validate(
        {**values, "username": kind.get("username"), "password_file": secret, "timeout": _TIMEOUT}
    )


def cure(failed: Failed, *, telegram: bool, api: str = TELEGRAM, _: Translate) -> str:
    """Return what went wrong and what to do, in a sentence or two. `api`: where the bot was asked."""
    sentences = _telegram(failed, api, _) if telegram else _mail(_)
    usual = _("Try again later.")
    return f"{sentences.get(failed.reason, usual)} [{failed.reason}{': ' if failed.detail else ''}{failed.detail}]"


def _telegram(failed: Failed, api: str, _: Translate) -> dict[Reason, str]:
    away = (
        _("Telegram cannot be reached. Is there internet on this machine, and is port 443 to api.telegram.org open?")
        if api == TELEGRAM
        else _("{api} cannot be reached. Is this the address of your Telegram gateway, and is it running?").format(
            api=api
        )
    )
    busy = _("Another program reads this bot's messages. Stop it, or make a bot for mppmon alone.")
    return {
        Reason.CREDENTIALS: _(
            "Telegram does not know this token. Copy it anew: write /mybots to @BotFather, choose the bot, API Token."
        ),
        Reason.REFUSED: _(
            "The bot may not write there yet. Open the bot in Telegram and press Start; in a group, add the bot first."
        ),
        Reason.UNREACHABLE: away,
        Reason.TIMEOUT: away,
        Reason.TLS: _("No safe connection to Telegram. Is this machine's date right?"),
        Reason.RATE_LIMITED: _("Telegram asks to wait a little."),
        Reason.INVALID: busy
        if failed.detail.startswith("409")
        else _("The answer was not Telegram's. Is a filter in between?"),
    }


def _mail(_: Translate) -> dict[Reason, str]:
    away = _("The mail server cannot be reached. Check its name and port (587, 465 or 25), and the firewall.")
    return {
        Reason.CREDENTIALS: _("The mail server does not take user name and password. Check both."),
        Reason.REFUSED: _("The mail server refuses sender or recipient. Check both addresses."),
        Reason.ADDRESS: _("One of the addresses is none. Check sender and recipient."),
        Reason.UNREACHABLE: away,
        Reason.TIMEOUT: away,
        Reason.TLS: _("No safe connection to the mail server. Try another encryption: starttls, tls or none."),
    }
