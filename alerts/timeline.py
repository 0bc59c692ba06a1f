"""What happened to an incident, as it happened: its row tells only how it stands now. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """What may happen to an incident."""

    OPENED = "opened"
    RETURNED = "returned"  # mended, and back before anybody was told of its end
    REOPENED = "reopened"  # closed, and back within the time in which that is the same incident
    ACKNOWLEDGED = "acknowledged"
    PASSED = "passed"  # to the next step of its policy, by a person
    NOTE = "note"
    MERGED = "merged"  # it goes on in another incident
    JOINED = "joined"  # another incident goes on in this one
    SILENCED = "silenced"  # from then on something covered it: nobody was called
    MENDED = "mended"
    CLOSED = "closed"


OPEN_TO_AGENCIES = frozenset(EventKind) - {EventKind.PASSED, EventKind.NOTE, EventKind.SILENCED}
"""The others are the work of the mall's staff among themselves."""


@dataclass(frozen=True, slots=True)
class Event:
    """`incident`: its id. `who`: a person's id, a login, or empty where nobody did it. `text`: a note's words, the
    number of the other incident, how often it happened, a silence's reason with its end, why it was closed.
    """

    id: str
    incident: str
    at: datetime
    kind: EventKind
    who: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about an incident, for colleagues."""

    at: datetime
    who: str
    text: str


LONGEST_NOTE = 500
"""Characters."""


def note_problem(text: str) -> str:
    """Return what is wrong with the words of a note, empty if nothing is."""
    if not text.strip():
        return "found no words, expected what colleagues should know"
    if not text.isprintable():
        return "found a line break or a character that cannot be shown, expected one line of text"
    if len(text) > LONGEST_NOTE:
        return f"found {len(text)} characters, expected at most {LONGEST_NOTE}"
    return ""
