"""What people answer: a button pressed, or a few words typed. What it does is decided by whoever implements Inbox."""

import re
from dataclasses import dataclass
from typing import Protocol

from alerts.wish import asked

_VERBS = {
    "ack": "ack",
    "tangani": "ack",
    "saya tangani": "ack",
    "escalate": "escalate",
    "teruskan": "escalate",
    "details": "details",
    "rincian": "details",
}
_TYPED = re.compile(
    r"/?(" + "|".join(sorted(_VERBS, key=len, reverse=True)) + r")(?:@\w{1,64})?\s*#?([0-9]{1,9})",
    re.IGNORECASE | re.ASCII,  # of ASCII letters alone (see `wish`)
)
_NOTED = re.compile(
    r"(?:/(?:catatan|catat|note)(?:@\w{1,64})?\s*#?|(?:catatan|catat|note)\s*#)([0-9]{1,9})\s+(\S.*)",
    re.IGNORECASE | re.ASCII | re.DOTALL,
)
"""A slash or a #: "catat 2 rol kertas" is said to a colleague."""
_PRESSED = re.compile(r"(ack|escalate|details):([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answers. `address`: where from, as people's `addresses` name it; `sender`: who within a group.

    `update_id` is the provider's number of this answer: a repeat carries the same one.
    """

    channel: str
    address: str
    verb: str
    incident: int
    update_id: str
    text: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said back. `ok`: it was done."""

    text: str
    ok: bool


class Inbox(Protocol):
    """Takes replies. Answered means durable: it returns after the commit, and raises only when nothing was done.

    Who is not known is refused in the Answer, politely and without a word about incidents.
    """

    async def reply(self, reply: Reply) -> Answer: ...


def typed(text: str) -> tuple[str, int] | None:
    """Return verb and incident (0: none) of `/ack 1042`, `tangani #1042`, `Rincian 1042`, `catatan #1042 rol diganti`,
    `/senyapkan sw-lt2 2 jam alasan`; None when it is something else.
    """
    noted = _NOTED.fullmatch(text.strip())
    if noted is not None:
        return "note", int(noted[1])
    wished = asked(text)
    if wished is not None:
        return wished
    found = _TYPED.fullmatch(text.strip()[:200])
    return (_VERBS[found[1].lower()], int(found[2])) if found else None


def words_of_note(text: str) -> str:
    """Return what a typed note says, without its command and number; empty when it is none."""
    noted = _NOTED.fullmatch(text.strip())
    return noted[2] if noted is not None else ""


def pressed(data: str) -> tuple[str, int] | None:
    """Return verb and incident of a button's `ack:1042`; None when it is not one of ours."""
    found = _PRESSED.fullmatch(data)
    return (found[1], int(found[2])) if found else None
