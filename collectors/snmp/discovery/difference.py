"""What a sweep saw otherwise than the inventory has it. Pure. Nothing here takes anything out of an inventory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from collectors.snmp.discovery.known import Known
from collectors.snmp.discovery.proposal import Proposed
from collectors.snmp.discovery.sighting import serial_of

What = Literal["moved", "kind", "model", "serial", "parents", "replaced", "twice", "not-seen"]

_ALIKE = (
    frozenset({"pc", "server", "kiosk", "display"}),
    frozenset({"printer", "card-printer", "receipt-printer"}),
)
"""Kinds that SNMP does not tell apart."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: of device `id`, what the inventory says (`was`) and what was seen (`now`). `replaced`:
    another device stands at its address, `now`; `twice`: what answers there is device `now` of the inventory.
    """

    id: str
    what: What
    was: str = ""
    now: str = ""


def differences(found: Sequence[Proposed], inventory: Sequence[Known], asked: Collection[str]) -> list[Difference]:
    """Return the differences, in the order of the inventory. `asked`: the addresses that the sweep asked."""
    seen = {one.id: one for one in found if one.known}
    by_id = {one.id: one for one in inventory}
    there = {address: one for one in found for address in one.addresses}
    out: list[Difference] = []
    for known in inventory:
        mine = seen.get(known.id)
        if mine is not None:
            out += _changed(known, mine, by_id)
        elif others := [there[one] for one in known.addresses if one in there]:
            what: What = "twice" if others[0].known else "replaced"
            out.append(Difference(known.id, what, known.addresses[0], others[0].id))
        elif known.addresses and all(one in asked for one in known.addresses):
            out.append(Difference(known.id, "not-seen", known.addresses[0]))
    return out


def _changed(known: Known, mine: Proposed, by_id: Mapping[str, Known]) -> list[Difference]:
    out: list[Difference] = []
    if mine.moved_from:
        out.append(Difference(known.id, "moved", mine.moved_from, mine.address))
    if not _same_kind(known.kind, mine.kind):
        out.append(Difference(known.id, "kind", known.kind, mine.kind))
    if known.model and mine.model and not _same_words(known.model, mine.model):
        out.append(Difference(known.id, "model", known.model, mine.model))
    if serial_of(known.serial) and mine.serial and serial_of(known.serial) != serial_of(mine.serial):
        out.append(Difference(known.id, "serial", known.serial, mine.serial))
    if known.parents and not set(mine.parents) <= _over(known, by_id):
        out.append(Difference(known.id, "parents", ", ".join(known.parents), ", ".join(mine.parents)))
    return out


def more(known: Known, mine: Proposed) -> dict[str, object]:
    """Return what the inventory does not say yet of a device, by which it will be known again: keys of devices.yaml."""
    found: dict[str, object] = {}
    if mine.serial and not known.serial:
        found["serial"] = mine.serial
    if mine.mac and not known.macs:
        found["mac"] = mine.mac
    if mine.engine and not known.engine:
        found["engine_id"] = mine.engine
    if mine.parents and not known.parents:
        found["parents"] = list(mine.parents)
    return found


def _same_kind(known: str, seen: str) -> bool:
    return seen in {"unknown", known} or not known or any(known in alike and seen in alike for alike in _ALIKE)


def _same_words(one: str, other: str) -> bool:
    """Whether one model's name is part of the other, as people shorten them."""
    first, second = one.casefold().split(), other.casefold().split()
    return set(first) <= set(second) or set(second) <= set(first) or "".join(first) in "".join(second)


def _over(known: Known, by_id: Mapping[str, Known]) -> set[str]:
    """Return its parents, and what stands above those of them that cannot be asked."""
    found, waiting = set(known.parents), list(known.parents)
    while waiting:
        parent = by_id.get(waiting.pop())
        if parent is not None and parent.kind == "passive":
            waiting += [one for one in parent.parents if one not in found]
            found |= set(parent.parents)
    return found
