"""What one address told a sweep, and which sightings are one device. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

_SHORTEST = 4  # characters of a serial number that tells one device from another
_NO_SERIALS = frozenset({"none", "unknown", "n/a", "default", "not specified", "0123456789", "123456789", "12345678"})


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What LLDP heard on a local port: the other's chassis (a hardware address, or words) and system name."""

    port: str
    chassis: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One address that answered. Words are the device's own, cleaned: never an id. `macs` are its own, lower case with
    colons; `forwarding` port -> the addresses behind it.
    """

    address: str
    kind: str = "unknown"
    vendor: str = ""
    model: str = ""
    serial: str = ""
    profile: str = ""
    name: str = ""
    engine: str = ""
    macs: frozenset[str] = frozenset()
    neighbours: tuple[Neighbour, ...] = ()
    forwarding: Mapping[str, frozenset[str]] = field(default_factory=dict)


def serial_of(text: str) -> str:
    """Return a serial number as it is compared, "" for one that many devices share (empty, `0000`, `none`)."""
    plain = "".join(text.split()).casefold()
    told = len(plain) >= _SHORTEST and len(set(plain)) > 1 and " ".join(text.split()).casefold() not in _NO_SERIALS
    return plain if told else ""


def merged(sightings: Iterable[Sighting]) -> list[tuple[Sighting, ...]]:
    """Return the sightings of each device together: one serial number, engine ID or hardware address is one device.

    Two serial numbers that differ are never one device, whatever else they share (routers lend one address to all).
    """
    groups: list[list[Sighting]] = []
    for one in sorted(sightings, key=_strength):
        same = [group for group in groups if _same(group, one)]
        if same:
            same[0].append(one)
        else:
            groups.append([one])
    return [tuple(group) for group in groups]


def _strength(one: Sighting) -> tuple[bool, str]:
    return not serial_of(one.serial), one.address


def _same(group: Sequence[Sighting], one: Sighting) -> bool:
    serials = {serial for each in group if (serial := serial_of(each.serial))}
    mine = serial_of(one.serial)
    if mine and serials:
        return mine in serials
    return any((one.engine and one.engine == each.engine) or one.macs & each.macs for each in group)


def macs_of(group: Sequence[Sighting]) -> frozenset[str]:
    """Return all hardware addresses of a device."""
    return frozenset(_all(group))


def _all(group: Sequence[Sighting]) -> Iterator[str]:
    for one in group:
        yield from one.macs
