"""What people ask the engine to change.

Console, chat, command line and API all send these, and nothing else changes state.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID, uuid5

from mppmon.mall.principal import Principal

_KEYS = UUID("b0f6a2f1-64a7-5f0e-8f63-2f9f5b1f0d11")  # name space of command keys; never to change


_ABOUT = ("incident", "into", "text", "match", "start", "silence")
"""Fields that say what a command is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`id`: unique per deed; sent twice (a retried request) it is done once and answered alike."""

    id: str
    principal: Principal

    @property
    def key(self) -> str:
        """Return what the store knows it by: an id is its sender's own, nobody else can use it up."""
        return str(uuid5(_KEYS, f"{self.principal.name}\x1f{self.id}"))

    @property
    def deed(self) -> str:
        """Return what is to be done, in short: an id that comes again with another deed is an error of its sender."""
        about = [str(value) for name in _ABOUT if (value := getattr(self, name, None)) is not None]
        return " ".join((type(self).__name__.lower(), *about))


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Command):
    """I take this incident on: escalation stops."""

    incident: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(Command):
    """Pass this incident to the next step now."""

    incident: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Command):
    """This incident is the same fault as another one, and goes on there. Both by number."""

    incident: int
    into: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(Command):
    """Keep a few words about this incident, for colleagues."""

    incident: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Details(Command):
    """Tell me more about this incident. Changes nothing, but is answered by who knows the newest state."""

    incident: int
    language: str = "id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush(Command):
    """Call nobody about what matches for a while. `match`: label -> accepted values, at least one label."""

    match: tuple[tuple[str, tuple[str, ...]], ...]
    seconds: float
    reason: str
    start: datetime | None = None  # None: now
    name: str = ""
    planned: bool = False  # maintenance, not a reaction to noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak(Command):
    """End a silence now."""

    silence: str
    typed: str = ""
    planned: bool | None = None  # True: it has to be maintenance, False: it must not be

    @property
    def deed(self) -> str:
        """Return what was typed, if it was: once obeyed, the same words mean another silence, or none."""
        return f"speak {self.typed or self.silence}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Given after the commit. `code`: `ok`, `unknown-incident`, `already`, `nobody`, `refused`, `invalid`, `id-reused`.

    `incident`: the number of the incident it was done to, or would have been: not the one that was asked for, where
    that goes on in another. `called`: names of those who are called now. `since`: when that was closed (ISO 8601).
    """

    ok: bool
    code: str
    text: str
    incident: int | None = None
    called: tuple[str, ...] = ()
    since: str = ""

    def kept(self, command: Command) -> str:
        """Return how the store keeps it, for a command that is sent twice."""
        return json.dumps({**asdict(self), "deed": command.deed}, sort_keys=True)

    @classmethod
    def again(cls, text: str, command: Command) -> "Answer":
        """Return what `kept` made, for a command of the same id."""
        kept = json.loads(text)
        if kept.get("deed", command.deed) != command.deed:
            said = f"this id was used for `{kept['deed']}` before, expected a new one for `{command.deed}`"
            return cls(ok=False, code="id-reused", text=said)
        incident, called = kept.get("incident"), kept.get("called", ())
        return cls(
            ok=bool(kept["ok"]),
            code=str(kept["code"]),
            text=str(kept["text"]),
            incident=None if incident is None else int(incident),
            called=tuple(str(one) for one in called),
            since=str(kept.get("since", "")),
        )
