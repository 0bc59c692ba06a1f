"""What the page shows, as plain values, from what the simulator tells. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.model import Person
from alerts.roster import on_call
from mppmon.config import Loaded
from mppmon.demo.page.troubles import Trouble
from mppmon.i18n import Speech

MAX_SHOWN = 60
"""Messages and mails that are shown, the newest."""

_CHAT = "telegram"


@dataclass(frozen=True, slots=True)
class Talk:
    """One person's chat in the row of tabs. `count`: messages that came."""

    chat: str
    name: str
    on_duty: bool
    count: int


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message. `buttons`: (text, data); `notes`: what the bot answered to a press."""

    id: int
    mine: bool
    head: str
    lines: tuple[str, ...]
    time: str
    buttons: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail."""

    to: str
    subject: str
    text: str
    time: str


@dataclass(frozen=True, slots=True)
class Lasting:
    """A fault that lasts and has no button of its own: begun by the command line."""

    fault: str
    device: str


def talks(loaded: Loaded, messages: Sequence[Mapping[str, Any]], now: datetime) -> tuple[Talk, ...]:
    """Return everybody who has a chat, those on duty first."""
    duty = {on_call(rotation, now) for rotation in loaded.rotations.values()}
    counts: dict[str, int] = {}
    for message in messages:
        if message["by"] == "bot":
            counts[message["chat"]] = counts.get(message["chat"], 0) + 1
    found = [
        Talk(chat, person.name, person.id in duty, counts.get(chat, 0))
        for person in loaded.people.values()
        if (chat := person.addresses.get(_CHAT)) is not None
    ]
    return tuple(sorted(found, key=lambda one: not one.on_duty))


def bubbles(messages: Sequence[Mapping[str, Any]], chat: str, speak: Speech) -> tuple[Bubble, ...]:
    """Return the newest messages of one chat, oldest first."""
    mine = [one for one in messages if one["chat"] == chat][-MAX_SHOWN:]
    return tuple(_bubble(one, speak) for one in mine)


def letters(mails: Sequence[Mapping[str, Any]], people: Mapping[str, Person], speak: Speech) -> tuple[Letter, ...]:
    """Return the newest mails, newest first."""
    names = {address: person.name for person in people.values() for address in person.addresses.values()}
    return tuple(
        Letter(
            ", ".join(names.get(one, one) for one in mail["to"]),
            mail["subject"],
            mail["text"],
            speak.time(datetime.fromisoformat(mail["at"])),
        )
        for mail in reversed(mails[-MAX_SHOWN:])
    )


def since(active: Sequence[Mapping[str, Any]], now: datetime, speak: Speech) -> dict[str, str]:
    """Return `fault@device` -> since when it lasts, in words."""
    return {
        f"{one['fault']}@{one['device']}": speak._("since {time}").format(
            time=speak.time(now - timedelta(seconds=one["seconds"]))
        )
        for one in active
    }


def others(active: Sequence[Mapping[str, Any]], offered: Sequence[Trouble]) -> tuple[Lasting, ...]:
    """Return the faults that last without a button."""
    keys = {one.key for one in offered}
    return tuple(
        Lasting(one["fault"], one["device"]) for one in active if f"{one['fault']}@{one['device']}" not in keys
    )


def _bubble(message: Mapping[str, Any], speak: Speech) -> Bubble:
    head, *lines = message["text"].split("\n")
    return Bubble(
        message["id"],
        message["by"] != "bot",
        head,
        tuple(lines),
        speak.time(datetime.fromisoformat(message["at"])),
        tuple((one["text"], one["data"]) for one in message["buttons"]),
        tuple(one for one in message["notes"] if one),
    )
