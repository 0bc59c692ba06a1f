"""What people ask the engine to change.

Console, chat, command line and API all send these, and nothing else changes state.
"""

import json
from dataclasses import asdict, dataclass

from mppmon.mall.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """`id`: unique per deed; sent twice (a retried request) it is done once and answered alike."""

    id: str
    principal: Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(Command):
    """I take this incident on: escalation stops."""

    incident: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(Command):
    """Pass this incident to the next step now."""

    incident: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Details(Command):
    """Tell me more about this incident. Changes nothing, but is answered by who knows the newest state."""

    incident: int
    language: str = "id"


@dataclass(frozen=True, slots=True)
class Answer:
    """Given after the commit. `code`: `ok`, `unknown-incident`, `already`, `refused`, `closed`."""

    ok: bool
    code: str
    text: str

    def to_json(self) -> str:
        """Return how the store keeps it, for a command that is sent twice."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Answer":
        """Return what `to_json` kept."""
        kept = json.loads(text)
        return cls(ok=bool(kept["ok"]), code=str(kept["code"]), text=str(kept["text"]))
