"""What one address told a sweep, and which sightings are one device. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

SILENT = -1
"""The `way` of what answered to ICMP alone."""
_SHORTEST = 4  # characters of a serial number that tells one device from another
_NO_SERIALS = frozenset({"none", "unknown", "n/a", "default", "not specified", "0123456789", "123456789", "12345678"})
_LENT = (
    "00:00:5e:00:0",  # VRRP, RFC 5798
    "00:00:0c:07:ac",  # HSRP, as are the next two
    "00:00:0c:9f:f",
    "00:05:73:a0",
    "00:07:b4:00",  # GLBP
    "02:42:",  # Docker's bridges: made of an address that is the same everywhere
    "52:54:00:12:34:56",  # QEMU's default
)
"""Hardware addresses that several machines have, or lend each other."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """What LLDP heard on a local port: the other's chassis (a hardware address, or words) and system name."""

    port: str
    chassis: str = ""
    system: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One address that answered. Words are the device's own, cleaned: never an id. `macs` are its own, lower case with
    colons, `base` the one it goes by; `forwarding` port -> the hardware addresses behind it; `arp` address -> hardware
    address of others; `way`: which of the ways of asking it answered to.
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
    base: str = ""
    neighbours: tuple[Neighbour, ...] = ()
    forwarding: Mapping[str, frozenset[str]] = field(default_factory=dict)
    arp: Mapping[str, str] = field(default_factory=dict)
    way: int = 0


def serial_of(text: str) -> str:
    """Return a serial number as it is compared, "" for one that many devices share (empty, `0000`, `none`)."""
    plain = "".join(text.split()).casefold()
    told = len(plain) >= _SHORTEST and len(set(plain)) > 1 and " ".join(text.split()).casefold() not in _NO_SERIALS
    return plain if told else ""


def mac_of(raw: bytes) -> str:
    """Return a hardware address that one machine alone may have, else ""."""
    text = raw.hex(":")
    return text if len(raw) == 6 and any(raw) and not raw[0] & 1 and not text.startswith(_LENT) else ""  # noqa: PLR2004  # octets


def located(sightings: Iterable[Sighting], heard: Mapping[str, str]) -> list[Sighting]:
    """Return the sightings, those that told no hardware address with what `heard` (address -> hardware address) and the
    ARP tables of the others say. An address that answers for others (proxy ARP) counts for none of them.
    """
    seen = list(sightings)
    told: dict[str, set[str]] = defaultdict(set)
    for table in (heard, *(one.arp for one in seen)):
        for address, mac in table.items():
            told[address].add(mac)
    behind: dict[str, set[str]] = defaultdict(set)
    for address, macs in told.items():
        for mac in macs:
            behind[mac].add(address)
    owned = {mac for one in seen for mac in one.macs}
    return [_located(one, told.get(one.address, set()), behind, owned) for one in seen]


def _located(one: Sighting, macs: set[str], behind: Mapping[str, set[str]], owned: set[str]) -> Sighting:
    mac = next(iter(macs)) if len(macs) == 1 else ""
    if one.macs or not mac or mac in owned or len(behind[mac]) > 1:
        return one
    return replace(one, macs=frozenset({mac}), base=mac)


def merged(sightings: Iterable[Sighting]) -> list[tuple[Sighting, ...]]:
    """Return the sightings of each device together, in the order of addresses: one serial number, hardware address or
    engine ID is one device. The same whatever the order of the answers.

    Two serial numbers that differ are never one device, whatever else they share (routers lend one address to all). Nor
    does an engine ID join what has other hardware addresses: copied disks share it.
    """
    seen = sorted({one.address: one for one in sightings}.values(), key=_place)
    groups: list[list[Sighting]] = [[one] for one in seen]
    for keys in (serials_of, macs_of, engines_of):
        groups = _joined(groups, keys)
    found = [tuple(sorted(group, key=lambda one: (one.way == SILENT, _place(one)))) for group in groups]
    return sorted(found, key=lambda group: _place(group[0]))


def _joined(
    groups: Sequence[list[Sighting]], keys: Callable[[Sequence[Sighting]], frozenset[str]]
) -> list[list[Sighting]]:
    """Return the groups, those together that have one of these keys in common and are not known to be two devices."""
    by_key: dict[str, list[list[Sighting]]] = defaultdict(list)
    joined: dict[int, list[Sighting]] = {}
    for group in groups:
        home = group
        its = keys(group)
        for other in {id(one): one for key in sorted(its) for one in by_key[key]}.values():
            if _apart(other, home, engine=keys is engines_of) or other is home:
                continue
            other.extend(home)
            for key in keys(home):
                by_key[key] = [one for one in by_key[key] if one is not home]
            joined.pop(id(home), None)
            home = other
        joined[id(home)] = home
        for key in keys(home):
            if all(one is not home for one in by_key[key]):
                by_key[key].append(home)
    return list(joined.values())


def _place(one: Sighting) -> tuple[int, int]:
    address = ip_address(one.address)
    return address.version, int(address)


def serials_of(group: Sequence[Sighting]) -> frozenset[str]:
    """Return the serial numbers of a device, as they are compared."""
    return frozenset(serial for one in group if (serial := serial_of(one.serial)))


def macs_of(group: Sequence[Sighting]) -> frozenset[str]:
    """Return all hardware addresses of a device."""
    return frozenset(_all(group))


def engines_of(group: Sequence[Sighting]) -> frozenset[str]:
    """Return the engine IDs of a device."""
    return frozenset(one.engine for one in group if one.engine)


def _all(group: Sequence[Sighting]) -> Iterator[str]:
    for one in group:
        yield from one.macs


def _apart(one: Sequence[Sighting], other: Sequence[Sighting], *, engine: bool) -> bool:
    mine, its = serials_of(one), serials_of(other)
    if mine and its:
        return not mine & its
    return engine and bool(macs_of(one) and macs_of(other) and not macs_of(one) & macs_of(other))
