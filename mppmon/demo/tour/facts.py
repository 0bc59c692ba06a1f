"""What is true in the demo at this moment, parsed from what simulator and daemon tell. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.model import Person
from alerts.roster import on_call
from mppmon.config import Loaded
from mppmon.demo import messages

CHAT = "telegram"
_UP = "up"


@dataclass(frozen=True, slots=True)
class Received:
    """One message on somebody's phone. `message`: its id in the chat, None for a mail; `mine`: said by the person;
    `buttons`: (text, data); `notes`: what the bot answered to a press.
    """

    at: datetime
    text: str
    message: int | None = None
    mine: bool = False
    buttons: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def calls(self) -> bool:
        """Whether it asks somebody to act."""
        return not self.mine and messages.calls(self.text)

    @property
    def resolves(self) -> bool:
        """Whether it says that something is over."""
        return not self.mine and messages.resolves(self.text)


@dataclass(frozen=True, slots=True)
class Open:
    """An open incident. `taken_by`: who acknowledged it."""

    number: int
    root: str
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class View:
    """What the daemon shows: open incidents, devices that are not up, and whether every service is delivered."""

    incidents: tuple[Open, ...]
    not_up: frozenset[str]
    all_delivered: bool

    @property
    def calm(self) -> bool:
        """Whether nothing at all is wrong."""
        return self.all_delivered and not self.incidents and not self.not_up

    def incident_of(self, device: str) -> Open | None:
        """Return the open incident whose cause this device is."""
        return next((one for one in self.incidents if one.root == device), None)


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. `active`: faults that last, as `fault@device`; `silent`: things that answer nothing; `phone`: what the
    person on duty received, oldest first; `others`: names of the others and what they received; `view`: None while the
    daemon does not answer.
    """

    running: bool
    active: frozenset[str]
    silent: frozenset[str]
    phone: tuple[Received, ...]
    others: tuple[tuple[str, Received], ...] = ()
    view: View | None = None

    @property
    def disturbed(self) -> bool:
        """Whether something is broken, or an incident is still open."""
        return bool(self.active) or (self.view is not None and bool(self.view.incidents))

    def pages_of(self, number: int) -> list[Received]:
        """Return the calls on the phone of whoever is on duty about this incident."""
        return [one for one in self.phone if one.calls and about(one, number)]

    def others_called(self, number: int) -> list[str]:
        """Return who else was called about this incident, in order."""
        return list(dict.fromkeys(name for name, one in self.others if one.calls and about(one, number)))


def about(received: Received, number: int) -> bool:
    """Return whether a message is about this incident: `Gangguan #12` ends a line, or `#12 ...` begins one
    in a message about many.
    """
    lines = [line.strip() for line in received.text.splitlines()]
    return any(line.endswith(f"#{number}") or line.startswith(f"#{number} ") for line in lines)


def on_duty(loaded: Loaded, now: datetime) -> Person:
    """Return the first person on duty who has a chat; without one, the first who has."""
    reachable = [one for one in loaded.people.values() if CHAT in one.addresses]
    duty = {on_call(rotation, now) for rotation in loaded.rotations.values()}
    return next((one for one in reachable if one.id in duty), reachable[0])


def phone_of(
    person: Person, chat: Iterable[Mapping[str, Any]], mails: Iterable[Mapping[str, Any]]
) -> tuple[Received, ...]:
    """Return what one person received by chat and by mail, oldest first."""
    addresses = set(person.addresses.values())
    chats = [_chat(one) for one in chat if one["chat"] in addresses]
    letters = [
        Received(datetime.fromisoformat(one["at"]), one["text"]) for one in mails if addresses.intersection(one["to"])
    ]
    return tuple(sorted(chats + letters, key=lambda one: one.at))


def view_of(status: Mapping[str, Any]) -> View:
    """Return what the daemon's status says."""
    services = status["counts"]["services"]
    return View(
        tuple(Open(one["number"], one["root"], one["acknowledged_by"]) for one in status["incidents"]),
        frozenset(one["device"] for one in status["devices"] if one["function"] != _UP and not one["off"]),
        services["delivered"] == sum(services.values()),
    )


def _chat(one: Mapping[str, Any]) -> Received:
    return Received(
        datetime.fromisoformat(one["at"]),
        one["text"],
        one["id"],
        one["by"] != "bot",
        tuple((button["text"], button["data"]) for button in one["buttons"]),
        tuple(note for note in one["notes"] if note),
    )
