"""The demo's chat: as much of the Telegram Bot API as our channel uses, on loopback, and buttons to press.

Messages are kept in memory. A person's presses and words wait as updates until the bot takes them by `getUpdates`.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mppmon.demo.simulator.http import BadBody, Request, Response, answer_json, fields

MAX_KEPT = 2_000
MAX_TEXT = 4096  # as at Telegram: longer ones are refused
MAX_WAIT = 60.0


@dataclass(frozen=True, slots=True)
class Button:
    """One button below a message."""

    text: str
    data: str


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message in a chat. `by`: `bot`, or `person`; `notes`: what the bot answered to presses of its buttons."""

    id: int
    chat: str
    by: str
    text: str
    at: str
    buttons: tuple[Button, ...] = ()
    notes: tuple[str, ...] = ()


class NoSuchButton(LookupError):
    """There is no such message, or it has no such button."""


class Chat:
    """The chat server. `token`: the bot's; `now`: the simulator's wall time."""

    def __init__(self, token: str, now: Callable[[], datetime]) -> None:
        self._token = token
        self._now = now
        self._messages: dict[int, ChatMessage] = {}
        self._updates: dict[int, Mapping[str, object]] = {}
        self._pressed: dict[str, int] = {}  # callback query id -> message
        self._last_message = 0
        self._last_update = 0
        self._news = asyncio.Event()

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """The newest MAX_KEPT messages, oldest first."""
        return tuple(self._messages.values())

    def press(self, message: int, data: str, chat: str | None = None) -> int:
        """Press a button; return the update's id. `chat`: who presses, by default the chat it stands in."""
        found = self._messages.get(message)
        if found is None or data not in {button.data for button in found.buttons}:
            raise NoSuchButton(f"chat: found message {message} with button {data!r}, expected one that is there")
        person = _person(chat or found.chat)
        query = f"press-{self._last_update + 1}"
        self._pressed[query] = message
        return self._tell(
            {"callback_query": {"id": query, "from": person, "message": self._shown(found), "data": data}}
        )

    def say(self, chat: str, text: str) -> int:
        """Say something to the bot; return the update's id."""
        message = self._keep(chat, "person", text, ())
        return self._tell({"message": {**self._shown(message), "from": _person(chat)}})

    async def answer(self, request: Request) -> Response:  # noqa: PLR0911  # one return per method of the API
        """Answer the bot: `/bot<token>/<method>` as at api.telegram.org."""
        who, _, method = request.path.removeprefix("/bot").rpartition("/")
        if who != self._token:
            return _refused(401, "Unauthorized")
        try:
            given = fields(request)
            match method:
                case "getMe":
                    return _granted({"id": 1, "is_bot": True, "first_name": "mppmon", "username": "mppmon_bot"})
                case "sendMessage":
                    return self._send(given)
                case "answerCallbackQuery":
                    return self._note(given)
                case "getUpdates":
                    return _granted(await self._wait(given))
                case _:
                    return _refused(404, "Not Found")
        except (BadBody, KeyError, TypeError, ValueError) as error:
            return _refused(400, f"Bad Request: {error}")

    def _send(self, given: Mapping[str, object]) -> Response:
        text = str(given["text"])
        if not text or len(text) > MAX_TEXT:
            return _refused(400, "Bad Request: message is too long" if text else "Bad Request: message text is empty")
        message = self._keep(str(given["chat_id"]), "bot", text, _buttons(given.get("reply_markup")))
        return _granted(self._shown(message))

    def _note(self, given: Mapping[str, object]) -> Response:
        message = self._pressed.pop(str(given["callback_query_id"]), None)
        if message is None or message not in self._messages:
            return _refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        found = self._messages[message]
        self._messages[message] = replace(found, notes=(*found.notes, str(given.get("text", ""))))
        return _granted(value=True)

    async def _wait(self, given: Mapping[str, object]) -> list[Mapping[str, object]]:
        offset = int(str(given.get("offset", 0)))
        seconds = min(float(str(given.get("timeout", 0))), MAX_WAIT)
        limit = int(str(given.get("limit", 100)))
        for old in [number for number in self._updates if number < offset]:
            del self._updates[old]
        if not self._updates and seconds > 0:
            self._news.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                pass  # an empty answer is the answer
        return [update for number, update in self._updates.items() if number >= offset][:limit]

    def _keep(self, chat: str, by: str, text: str, buttons: tuple[Button, ...]) -> ChatMessage:
        self._last_message += 1
        message = ChatMessage(self._last_message, chat, by, text, self._now().isoformat(), buttons)
        self._messages[message.id] = message
        if len(self._messages) > MAX_KEPT:
            del self._messages[next(iter(self._messages))]
        return message

    def _tell(self, update: Mapping[str, object]) -> int:
        self._last_update += 1
        self._updates[self._last_update] = {"update_id": self._last_update, **update}
        self._news.set()
        return self._last_update

    def _shown(self, message: ChatMessage) -> dict[str, object]:
        """Return a message as the Bot API shows it."""
        seconds = int(datetime.fromisoformat(message.at).timestamp())
        chat = {"id": int(message.chat) if message.chat.lstrip("-").isdigit() else message.chat, "type": "private"}
        return {"message_id": message.id, "date": seconds, "chat": chat, "text": message.text}


def _person(chat: str) -> dict[str, object]:
    number = int(chat) if chat.lstrip("-").isdigit() else 0
    return {"id": number, "is_bot": False, "first_name": chat}


def _buttons(markup: object) -> tuple[Button, ...]:
    if markup is None:
        return ()
    read = json.loads(markup) if isinstance(markup, str) else markup
    rows = read.get("inline_keyboard", []) if isinstance(read, dict) else []
    return tuple(Button(str(one["text"]), str(one["callback_data"])) for row in rows for one in row)


def _granted(value: object) -> Response:
    return answer_json({"ok": True, "result": value})


def _refused(status: int, why: str) -> Response:
    return answer_json({"ok": False, "error_code": status, "description": why}, status)
