"""Devices to propose, and how an inventory knows them. Pure. Ids are of ours: kind and address, never words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collectors.snmp.discovery.known import Known, matched
from collectors.snmp.discovery.sighting import Sighting, macs_of, merged, serial_of
from collectors.snmp.discovery.tree import tree


@dataclass(frozen=True, slots=True)
class Proposed:
    """A device that a sweep found, once. `known`: it is in the inventory; `moved_from`: there at another address.
    `addresses`: all it answered at; `mac`: the hardware address it goes by; `macs`: all; `way`: which of the ways of
    asking it answered to.
    """

    id: str
    kind: str
    address: str = ""
    addresses: tuple[str, ...] = ()
    vendor: str = ""
    model: str = ""
    serial: str = ""
    profile: str = ""
    parents: tuple[str, ...] = ()
    mac: str = ""
    macs: tuple[str, ...] = ()
    engine: str = ""
    way: int = 0
    known: bool = False
    moved_from: str = ""


def propose(sightings: Sequence[Sighting], inventory: Sequence[Known], gateway: str = "") -> list[Proposed]:
    """Return every device once, with what it hangs on. The same whatever the order of `sightings`."""
    groups = merged(sightings)
    homes = matched(groups, inventory)
    taken = {one.id for one in inventory}
    names: list[str] = []
    for at, group in enumerate(groups):
        match = homes.get(at)
        names.append(match.id if match else _unused(f"{_kind(group)}-{_host(group[0].address)}", taken))
        taken.add(names[at])
    grown = tree(groups, _root(groups, gateway))
    above = {at: [names[parent] for parent in parents] for at, parents in grown.parents.items()}
    passive: list[Proposed] = []
    for (switch, port), below in sorted(grown.shared.items()):
        own = _between(names[switch], port, [homes[at] for at in below if at in homes], inventory)
        if own is None:
            name = _unused(f"{names[switch][:24]}-port-{_host(port)}", taken)
            taken.add(name)
        else:
            name = own.id
        passive.append(Proposed(name, "passive", parents=(names[switch],), known=own is not None))
        for at in below:
            above[at] = [name if parent == names[switch] else parent for parent in above[at]]
    found = [_device(group, names[at], homes.get(at), tuple(above.get(at, ()))) for at, group in enumerate(groups)]
    return found + passive


def _root(groups: Sequence[Sequence[Sighting]], gateway: str) -> int:
    """Return where the way out goes: the gateway that is named, else the only router. -1: not known."""
    named = [at for at, group in enumerate(groups) if any(one.address == gateway for one in group)]
    routers = [at for at, group in enumerate(groups) if _kind(group) == "router"]
    return (named or (routers if not gateway else []) or [-1])[0]


def _between(switch: str, port: str, below: Sequence[Known], inventory: Sequence[Known]) -> Known | None:
    """Return the passive switch of the inventory that stands at this port, whatever it is called."""
    own = f"{switch[:24]}-port-{_host(port)}"[:40]
    passive = [one for one in inventory if one.kind == "passive" and switch in one.parents]
    over = {parent for one in below for parent in one.parents}
    return next((one for one in passive if one.id in over), next((one for one in passive if one.id == own), None))


def _device(group: Sequence[Sighting], name: str, match: Known | None, parents: tuple[str, ...]) -> Proposed:
    best = group[0]
    addresses = {one.address for one in group}
    stays = [one for one in match.addresses if one in addresses] if match else []
    moved = bool(match and match.addresses and not stays)
    return Proposed(
        id=name,
        kind=_kind(group),
        address=stays[0] if stays else best.address,
        addresses=tuple(one.address for one in group),
        vendor=_first(one.vendor for one in group),
        model=_first(one.model for one in group),
        serial=_first(one.serial for one in group if serial_of(one.serial)),
        profile=best.profile,
        parents=parents,
        mac=_mac(group),
        macs=tuple(sorted(macs_of(group))),
        engine=_first(one.engine for one in group),
        way=best.way,
        known=match is not None,
        moved_from=match.addresses[0] if match and moved else "",
    )


def _first(texts: Iterable[str]) -> str:
    return next((text for text in texts if text), "")


def _mac(group: Sequence[Sighting]) -> str:
    """Return the address that it goes by, else the first of those that a maker gave, else of all."""
    macs = sorted(macs_of(group), key=lambda mac: (bool(int(mac[:2], 16) & 2), mac))
    return next((one.base for one in group if one.base in macs), macs[0] if macs else "")


def _kind(group: Sequence[Sighting]) -> str:
    return next((one.kind for one in group if one.kind != "unknown"), "unknown")


def _host(text: str) -> str:
    return "-".join("".join(c if c in "0123456789abcdef" else " " for c in text.lower()).split())[:30]


def _unused(base: str, taken: set[str]) -> str:
    number, found = 2, base[:40]
    while found in taken:
        found, number = f"{base[:36]}-{number}", number + 1
    return found
