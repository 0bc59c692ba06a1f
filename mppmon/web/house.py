"""What the web needs from the daemon, handed in by it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from fastapi import HTTPException, Request

from mppmon.clock import Clock
from mppmon.engine.core import Engine
from mppmon.mall.principal import Principal
from mppmon.web.live import Broadcast
from mppmon.web.peer import PEER, Peer, principal_of


class Ready(Protocol):
    """Whether the daemon does its work."""

    def __call__(self) -> Mapping[str, bool]:
        """Return part -> whether it is ready (`database`, `engine`, `polling`)."""


class Settings(Protocol):
    """The configuration on disk, against the one in use. Answers are JSON, with `done` and `problems`."""

    async def plan(self) -> Mapping[str, object]:
        """Say what a reload would change."""

    async def reload(self, author: str) -> Mapping[str, object]:
        """Take over what is on disk."""


@dataclass(frozen=True, slots=True)
class House:
    """The daemon's parts, as the web sees them. `database`: its URL; `poll`: one poll of a device, as JSON; `icmp`: the
    sockets it pings with (dgram, raw, none).
    """

    engine: Engine
    clock: Clock
    metrics: Callable[[], Sequence[bytes]]
    ready: Ready
    poll: Callable[[str], Awaitable[Mapping[str, object]]]
    database: str
    broadcast: Broadcast
    settings: Settings
    icmp: str = "none"


def house_of(request: Request) -> House:
    """Return the house of this app (a FastAPI dependency)."""
    house = request.app.state.house
    assert isinstance(house, House)  # noqa: S101  # set by create_app
    return house


def peer_of(request: Request) -> Peer:
    """Return who is at the other end."""
    peer = getattr(request.state, PEER)
    assert isinstance(peer, Peer)  # noqa: S101  # set by PeerProtocol
    return peer


def principal(request: Request) -> Principal:
    """Return who asks (a FastAPI dependency); 403 for a user nobody knows."""
    found = principal_of(peer_of(request), house_of(request).engine.snapshot.loaded.people.values())
    if found is None:
        raise HTTPException(403, "your login is not in people.yaml (`login:`)")
    return found
