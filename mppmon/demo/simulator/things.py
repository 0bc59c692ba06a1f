"""What is simulated: a plain list of things, each behind the doors by which it is asked. No mall needed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class DoorWay(StrEnum):
    """How a thing is asked at a door."""

    SNMP = "snmp"  # UDP, v2c, community `public`
    AGENT = "agent"  # HTTP, our PC agent's exposition at `path`
    HTTP = "http"  # HTTP, an online system whose page holds `contains`
    TCP = "tcp"  # a port that is open, and says nothing


@dataclass(frozen=True, slots=True)
class Door:
    """One address and port of a thing. Port 0: a free one is chosen, and told when the simulator is ready."""

    way: DoorWay
    address: str
    port: int
    path: str = "/"
    contains: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """One simulated thing. `kind`, `parents`, `power`, `via`, `outside` as in the inventory; several parents are
    redundant, and so is what feeds it.

    Without doors it is only a place in the topology: a passive switch, a peripheral (seen through `via`), or a device
    that somebody else serves. `recording`: name of the SNMP recording, by default that of its kind.
    """

    id: str
    kind: str
    place: str = ""
    parents: tuple[str, ...] = ()
    power: tuple[str, ...] = ()
    via: str | None = None
    outside: bool = False
    doors: tuple[Door, ...] = ()
    recording: str | None = None


class BadThings(ValueError):
    """The list does not hang together; the text names the thing and what is wrong with it."""


@dataclass(frozen=True)
class Things:
    """The list, indexed. `uplink`: the thing that stands for the mall's own line. Raises BadThings."""

    by_id: Mapping[str, Thing]
    uplink: str | None = None

    @classmethod
    def of(cls, things: Iterable[Thing], uplink: str | None = None) -> "Things":
        """Index the list; names must be unique and references known."""
        found: dict[str, Thing] = {}
        for thing in things:
            if thing.id in found:
                raise BadThings(f"thing {thing.id}: named twice, expected unique ids")
            found[thing.id] = thing
        for thing in found.values():
            for above in (*thing.parents, *thing.power, *((thing.via,) if thing.via else ())):
                if above not in found:
                    raise BadThings(
                        f"thing {thing.id}: found parent, power or via {above!r}, expected the id of a thing"
                    )
        if uplink is not None and uplink not in found:
            raise BadThings(f"uplink: found {uplink!r}, expected the id of a thing")
        return cls(found, uplink)

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Thing -> those that name it as a parent, in the order of their ids: the order of a switch's ports."""
        found: dict[str, list[str]] = {}
        for thing in self.by_id.values():
            for above in thing.parents:
                found.setdefault(above, []).append(thing.id)
        return {above: tuple(sorted(below)) for above, below in found.items()}

    @cached_property
    def behind(self) -> Mapping[str, tuple[str, ...]]:
        """PC -> the peripherals that hang on it, in the order of their ids."""
        found: dict[str, list[str]] = {}
        for thing in self.by_id.values():
            if thing.via:
                found.setdefault(thing.via, []).append(thing.id)
        return {above: tuple(sorted(below)) for above, below in found.items()}
