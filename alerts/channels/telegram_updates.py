"""What Telegram's updates say. Bytes of strangers in, small records out; what is not understood is None. Pure."""

from dataclasses import dataclass
from typing import Any

from alerts.inbox import pressed, typed


@dataclass(frozen=True, slots=True)
class Update:
    """A button pressed (`callback` is its id), or words typed. `asked`: verb and incident, None when neither fits.

    `chat`: where it was said, as people's addresses name it. `sender`: who said it.
    """

    id: int
    chat: str
    sender: str
    asked: tuple[str, int] | None
    text: str
    callback: str | None = None
    private: bool = True


def update_id(raw: object) -> int | None:
    """Return the number by which an update is confirmed, of any update."""
    found = raw.get("update_id") if isinstance(raw, dict) else None
    return found if isinstance(found, int) else None


def read(raw: object) -> Update | None:
    """Return what an update says to us; None for everything that is not a button or a text."""
    number = update_id(raw)
    if number is None or not isinstance(raw, dict):
        return None
    query, message = raw.get("callback_query"), raw.get("message")
    if isinstance(query, dict):
        data, callback = _text(query, "data", 64), _text(query, "id", 64)
        return _update(number, query, query.get("message"), data, pressed(data), callback=callback)
    if isinstance(message, dict):
        text = _text(message, "text", 1000)
        return _update(number, message, message, text, typed(text), callback=None)
    return None


def _update(
    number: int,
    said: dict[str, Any],
    message: object,
    text: str,
    asked: tuple[str, int] | None,
    *,
    callback: str | None,
) -> Update | None:
    sender = _id(said.get("from"))
    chat = message.get("chat") if isinstance(message, dict) else None
    place = _id(chat) or sender  # the message of an old button may be gone
    if not place:
        return None
    private = not isinstance(chat, dict) or chat.get("type") == "private"
    return Update(number, place, sender, asked, text, callback, private=private)


def _id(raw: object) -> str:
    found = raw.get("id") if isinstance(raw, dict) else None
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def _text(raw: dict[str, Any], key: str, limit: int) -> str:
    found = raw.get(key)
    return found[:limit] if isinstance(found, str) else ""
