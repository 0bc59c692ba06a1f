"""What the simulator is asked to serve: one JSON line on its stdin.

{"things": [{"id": "sw-1", "kind": "switch", "doors": [{"way": "snmp", "address": "127.0.1.1", "port": 0}]}],
"log": "truth.jsonl", "control": {"socket": "sim.sock"}, "offset_seconds": 0}
"""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, IPvAnyAddress, field_validator, model_validator

from mppmon.demo.simulator.things import Door, DoorWay, Thing, Things

MAX_REQUEST = 4_000_000
"""Bytes the request line may have."""
Port = Annotated[int, Field(ge=0, le=65535)]


def _loopback(address: str) -> str:
    if not IPvAnyAddress(address).is_loopback:  # type: ignore[operator]  # pydantic returns ipaddress' objects
        raise ValueError(f"found {address!r}, expected a loopback address")
    return address


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Listening(_Strict):
    address: str = "127.0.0.1"
    port: Port = 0

    @field_validator("address")
    @classmethod
    def _stays_here(cls, address: str) -> str:
        return _loopback(address)


class DoorRequest(_Listening):
    """One address of a thing. Port 0: a free one."""

    way: DoorWay
    path: str = "/"
    contains: str = ""


class ThingRequest(_Strict):
    """One thing; see `things.Thing`."""

    id: str
    kind: str
    place: str = ""
    parents: tuple[str, ...] = ()
    power: tuple[str, ...] = ()
    via: str | None = None
    outside: bool = False
    doors: tuple[DoorRequest, ...] = ()
    recording: str | None = None


class ControlRequest(_Strict):
    """Where the control API listens: a Unix socket, or a port of 127.0.0.1 (0: a free one)."""

    socket: Path | None = None
    port: Port | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.socket is None) == (self.port is None):
            raise ValueError("found both or none of socket and port, expected one")
        return self


class MailboxRequest(_Listening):
    """The mailbox; `file` keeps what arrives, as JSON lines."""

    file: Path


class ChatRequest(_Listening):
    """The chat server, and the bot's token (a made-up one: it opens nothing but this server)."""

    token: str


class SimulatorRequest(_Strict):
    """All of it. `uplink`: the thing that stands for the mall's line. `offset_seconds`: added to the wall clock."""

    version: Literal[1] = 1
    things: tuple[ThingRequest, ...]
    uplink: str | None = None
    log: Path
    control: ControlRequest
    offset_seconds: float = 0.0
    mailbox: MailboxRequest | None = None
    chat: ChatRequest | None = None

    def listed(self) -> Things:
        """Return the things, indexed. Raises BadThings."""
        return Things.of((_thing(one) for one in self.things), self.uplink)

    @classmethod
    def of(cls, things: Things, **rest: Any) -> "SimulatorRequest":  # noqa: ANN401  # the other fields, validated here
        """Build a request from things. Raises pydantic's ValidationError."""
        listed = [
            {**{name: getattr(one, name) for name in ThingRequest.model_fields}, "doors": [*map(_door, one.doors)]}
            for one in things.by_id.values()
        ]
        return cls.model_validate({"things": listed, "uplink": things.uplink, **rest})


def _door(door: Door) -> dict[str, object]:
    return {name: getattr(door, name) for name in DoorRequest.model_fields}


def _thing(asked: ThingRequest) -> Thing:
    doors = tuple(Door(one.way, one.address, one.port, one.path, one.contains) for one in asked.doors)
    rest = {name: getattr(asked, name) for name in ThingRequest.model_fields if name != "doors"}
    return Thing(**rest, doors=doors)
