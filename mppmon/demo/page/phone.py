"""What a person's phone shows, chat and mail in one row, as plain values. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from mppmon.demo.tour.facts import Received
from mppmon.i18n import Speech

MAX_SHOWN = 30
"""Messages that are shown, the newest."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One message. `mail`: it came by mail; `buttons`: (text, data); `notes`: what the bot answered."""

    id: int | None
    mail: bool
    mine: bool
    head: str
    lines: tuple[str, ...]
    time: str
    buttons: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def on_phone(phone: Sequence[Received], speak: Speech) -> tuple[Shown, ...]:
    """Return the newest messages, oldest first."""
    return tuple(_shown(one, speak) for one in phone[-MAX_SHOWN:])


def _shown(one: Received, speak: Speech) -> Shown:
    head, *lines = one.text.split("\n")
    return Shown(
        one.message,
        one.message is None,
        one.mine,
        head,
        tuple(lines),
        speak.time(one.at),
        one.buttons,
        one.notes,
    )
