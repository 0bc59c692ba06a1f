"""Telegram: messages with buttons by the Bot API, answers by long polling (a mall has no public address)."""

from typing import Any

from alerts.address import chat
from alerts.channels.base import Failed, Reason, Result, Sent
from alerts.channels.pool import Pool
from alerts.channels.telegram_api import BotApi
from alerts.channels.telegram_listen import Listener
from alerts.inbox import Inbox
from alerts.message import shorten
from alerts.model import Message, NoticeKind, Notification
from alerts.settings import TelegramSettings

_WORKERS = 4
_SHORT = 512  # when even that is refused for its length, as a gateway may
_LIMIT = 2_048  # half of Telegram's 4,096, which counts UTF-16 units: safe whatever the characters are


class TelegramChannel:
    """One bot. `inbox`: who takes people's answers; None: nobody listens."""

    concurrency = _WORKERS
    limit = _LIMIT

    def __init__(self, id: str, settings: TelegramSettings, inbox: Inbox | None = None) -> None:  # noqa: A002  # as in config
        self.name = id
        self.needs_internet = settings.needs_internet
        self._timeout, self._sound = settings.timeout, settings.rings
        self._api = BotApi(settings)
        self._pool = Pool(_WORKERS, f"telegram-{id}")
        self._listener = Listener(id, settings, self._api, inbox) if inbox is not None and settings.listen else None

    async def send(self, notification: Notification) -> Result:
        """Hand the message to Telegram. Never raises for what Telegram or the network does."""
        result = await self._send(notification, _LIMIT)
        if isinstance(result, Failed) and result.reason is Reason.TOO_LONG:
            return await self._send(notification, _SHORT)
        return result

    def _rings(self, notification: Notification) -> bool:
        """Whether the phone makes a sound: for somebody who must act now. That it is mended, taken by a colleague, or
        the list of what else failed after a first page, is read when there is time for it.
        """
        if self._sound != "urgent":
            return self._sound == "always" and notification.kind is not NoticeKind.CANARY
        return notification.urgent and not notification.about

    async def _send(self, notification: Notification, limit: int) -> Result:
        payload = compose(chat(notification.address), notification.message, limit=limit)
        if not self._rings(notification):
            payload["disable_notification"] = True
        try:
            answer = await self._pool.call(
                lambda line: self._api.call("sendMessage", payload, line=line, timeout=self._timeout),
                deadline=self._timeout,
            )
        except TimeoutError:
            return Failed(retry=True, reason=Reason.TIMEOUT, detail=f"no end within {self._timeout:g} s")
        if isinstance(answer, Failed):
            return answer
        return Sent(str(answer.get("message_id", "")) if isinstance(answer, dict) else "")

    async def listen(self) -> None:
        """Take answers until cancelled. Returns at once when nobody listens."""
        if self._listener is not None:
            await self._listener.run()

    async def close(self) -> None:
        """Give up what is under way."""
        self._pool.close()
        if self._listener is not None:
            self._listener.close()


def compose(chat: str, message: Message, *, limit: int = _LIMIT) -> dict[str, Any]:
    """Return what sendMessage wants. No parse mode: nothing in the text can become markup."""
    short = shorten(message, limit)
    payload: dict[str, Any] = {"chat_id": chat, "text": short.text, "link_preview_options": {"is_disabled": True}}
    if short.actions:
        row = [{"text": one.label, "callback_data": f"{one.verb}:{one.incident}"} for one in short.actions]
        payload["reply_markup"] = {"inline_keyboard": [row]}
    return payload
