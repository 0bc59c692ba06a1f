"""Devices of the inventory, and which of them a sweep met again. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.snmp.discovery.sighting import Sighting, engines_of, macs_of, serial_of, serials_of

Group = Sequence[Sighting]


@dataclass(frozen=True, slots=True)
class Known:
    """A device of the inventory, as discovery knows it again. `addresses`: what is written, and what its name leads to;
    empty for what cannot be asked at an address of its own.
    """

    id: str
    addresses: tuple[str, ...] = ()
    serial: str = ""
    macs: frozenset[str] = frozenset()
    engine: str = ""
    kind: str = ""
    model: str = ""
    parents: tuple[str, ...] = ()


def matched(groups: Sequence[Group], inventory: Sequence[Known]) -> dict[int, Known]:
    """Return who each of the groups is, by serial number, then hardware address, engine ID, and address; the strongest
    first, and nobody twice. What has another serial number or other hardware addresses is another device, wherever it
    stands.
    """
    found: dict[int, Known] = {}
    free = {one.id: one for one in inventory}
    for group_keys, known_keys, apart in _WAYS:
        homes: dict[str, list[Known]] = {}
        for one in free.values():
            for key in known_keys(one):
                homes.setdefault(key, []).append(one)
        for at, group in enumerate(groups):
            if at in found:
                continue
            for key in sorted(group_keys(group)):
                its = [one for one in homes.get(key, ()) if one.id in free and not apart(group, one)]
                if its:
                    found[at] = free.pop(its[0].id)
                    break
    return found


def _other_serial(group: Group, one: Known) -> bool:
    return bool(serial_of(one.serial) and serials_of(group) and serial_of(one.serial) not in serials_of(group))


def _another(group: Group, one: Known) -> bool:
    if serial_of(one.serial) and serials_of(group):
        return _other_serial(group, one)
    return bool(one.macs and macs_of(group) and not one.macs & macs_of(group))


_WAYS: Sequence[
    tuple[
        Callable[[Group], frozenset[str]],
        Callable[[Known], frozenset[str]],
        Callable[[Group, Known], bool],
    ]
] = (
    (serials_of, lambda one: frozenset({serial_of(one.serial)} - {""}), lambda _, __: False),
    (macs_of, lambda one: one.macs, _other_serial),
    (engines_of, lambda one: frozenset({one.engine} - {""}), _another),
    (lambda group: frozenset(one.address for one in group), lambda one: frozenset(one.addresses), _another),
)
