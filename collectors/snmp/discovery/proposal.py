"""Devices to propose, and how an inventory knows them. Pure. Ids are of ours: kind and address, never words."""

from collections.abc import Sequence
from dataclasses import dataclass

from collectors.snmp.discovery.sighting import Sighting, merged, serial_of
from collectors.snmp.discovery.tree import tree


@dataclass(frozen=True, slots=True)
class Known:
    """A device of the inventory, as discovery knows it again."""

    id: str
    address: str = ""
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A device to take into the inventory. `known`: it is in it; `moved_from` then says at which other address."""

    id: str
    kind: str
    address: str = ""
    vendor: str = ""
    model: str = ""
    serial: str = ""
    profile: str = ""
    parents: tuple[str, ...] = ()
    known: bool = False
    moved_from: str = ""


def propose(sightings: Sequence[Sighting], inventory: Sequence[Known], gateway: str = "") -> list[Proposed]:
    """Return every device once, with what it hangs on. A device is known again by serial number, then by address."""
    groups = merged(sightings)
    taken = {one.id for one in inventory}
    homes: list[tuple[str, Known | None]] = []
    free = list(inventory)
    matches = [_by_serial(group, free) for group in groups]
    for at, group in enumerate(groups):
        match = matches[at] or _by_address(group, [one for one in free if one not in matches])
        if match is not None:
            matches[at] = match
        name = match.id if match is not None else _unused(f"{_kind(group)}-{_host(group[0].address)}", taken)
        taken.add(name)
        homes.append((name, match))
    root = next((at for at, group in enumerate(groups) if any(one.address == gateway for one in group)), -1)
    if root < 0:
        root = next((at for at, group in enumerate(groups) if _kind(group) == "router"), -1)
    grown = tree(groups, root)
    above = {at: homes[parent][0] for at, parent in grown.parents.items()}
    passive: list[Proposed] = []
    for (switch, port), below in sorted(grown.shared.items()):
        own = f"{homes[switch][0][:24]}-port-{_host(port)}"[:40]
        passive.append(
            Proposed(own, "passive", parents=(homes[switch][0],), known=own in {one.id for one in inventory})
        )
        above.update(dict.fromkeys(below, own))
    return [_device(group, *homes[at], above.get(at, "")) for at, group in enumerate(groups)] + passive


def _device(group: Sequence[Sighting], name: str, match: Known | None, parent: str) -> Proposed:
    best = group[0]
    addresses = [one.address for one in group]
    moved = match is not None and bool(match.address) and match.address not in addresses
    stays = match is not None and match.address in addresses
    return Proposed(
        id=name,
        kind=_kind(group),
        address=match.address if match is not None and stays else best.address,
        vendor=best.vendor,
        model=best.model,
        serial=best.serial if serial_of(best.serial) else "",
        profile=best.profile,
        parents=(parent,) if parent else (),
        known=match is not None,
        moved_from=match.address if match is not None and moved else "",
    )


def _kind(group: Sequence[Sighting]) -> str:
    return next((one.kind for one in group if one.kind != "unknown"), "unknown")


def _host(text: str) -> str:
    return "-".join(part for part in "".join(c if c in "0123456789abcdef" else " " for c in text.lower()).split())[:30]


def _by_serial(group: Sequence[Sighting], inventory: Sequence[Known]) -> Known | None:
    serials = {serial_of(one.serial) for one in group} - {""}
    return next((one for one in inventory if serial_of(one.serial) in serials), None)


def _by_address(group: Sequence[Sighting], inventory: Sequence[Known]) -> Known | None:
    """Return who is at this address, unless its serial number is another: then another device stands there now."""
    told = any(serial_of(one.serial) for one in group)
    addresses = {one.address for one in group}
    return next((one for one in inventory if one.address in addresses and not (told and serial_of(one.serial))), None)


def _unused(base: str, taken: set[str]) -> str:
    number, found = 2, base[:40]
    while found in taken:
        found, number = f"{base[:36]}-{number}", number + 1
    return found
