"""Which thing of a list is which device of the configuration, and the ids of those that are new. Pure.

Whatever the order of the rows, the result is the same: devices are given out by asset code, then serial number, then
address, and ids in the order of what things are told apart by.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mppmon.setup.inventory.item import Fault, Item, identity, keys
from mppmon.setup.inventory.known import Known
from mppmon.setup.words import Translate, free, slug

_KEYS = ("asset", "serial", "address")
Where = Callable[[int, str], str]
"""Row, key -> the column as a person finds it."""


def twins(items: Iterable[Item], where: Where, _: Translate) -> list[Fault]:
    """Return a fault for every row that repeats an asset code, serial number or address of an earlier one, or that
    nothing tells apart from an earlier one.
    """
    names = {"asset": _("asset code"), "serial": _("serial number"), "address": _("address")}
    seen: dict[tuple[str, str], int] = {}
    found: list[Fault] = []
    for item in sorted(items, key=lambda one: one.row):
        its = list(keys(_values(item))) or [("", base_id(item))]
        first = next((one for one in its if one in seen), None)
        if first is None:
            seen.update(dict.fromkeys(its, item.row))
            continue
        row = seen[first]
        if first[0]:
            said = str(_values(item)[first[0]])
            text = _("{value}, as in row {row}").format(value=f"'{said}'", row=row)
            found.append(
                Fault(item.row, where(item.row, first[0]), text, _("another {key}").format(key=names[first[0]]))
            )
        else:
            expected = _("an asset code, a serial number or an address that tells it from row {row}").format(row=row)
            found.append(Fault(item.row, "", _("none of them"), expected))
    return found


def match(items: Sequence[Item], known: Known) -> dict[int, str]:
    """Return row -> id of every item: a device that exists, or a new id."""
    ordered = sorted(items, key=lambda one: (identity(one), base_id(one)))
    found: dict[int, str] = {}
    for wanted in _KEYS:
        _claim(found, ordered, known, wanted)
    claimed = set(found.values())
    for item in ordered:
        base = base_id(item)
        if item.row in found or base in claimed or base not in known.devices:
            continue
        if _may_be(item, known.devices[base]):
            found[item.row] = base
            claimed.add(base)
    taken = {*known.devices, *known.gone}
    for item in ordered:
        if item.row not in found:
            found[item.row] = free(base_id(item), taken)
            taken.add(found[item.row])
    return found


def _claim(found: dict[int, str], ordered: Iterable[Item], known: Known, wanted: str) -> None:
    """Add the items that one key (`asset`, ...) recognises; a device goes to one item."""
    index: dict[str, str] = {}
    for device, values in known.devices.items():
        for key, value in keys(values):
            if key == wanted:
                index.setdefault(value, device)
    claimed = set(found.values())
    for item in ordered:
        its = index.get(dict(keys(_values(item))).get(wanted, ""))
        if item.row not in found and its is not None and its not in claimed:
            found[item.row] = its
            claimed.add(its)


def base_id(item: Item) -> str:
    """Return the id an item has unless it is taken: `a1-pc`, else made of its name, else of its kind and place."""
    if item.counters:
        return slug(f"{item.counters[0]}-{item.role}")
    if item.name:
        return slug(item.name)
    return slug(f"{item.role}-{item.place or ''}")


def _may_be(item: Item, device: Mapping[str, object]) -> bool:
    """Whether a device of the same id may be this item: nothing that tells them apart differs."""
    its = dict(keys(_values(item)))
    return all(its.get(key, value) == value for key, value in keys(device))


def _values(item: Item) -> dict[str, str | None]:
    return {"asset": item.asset, "serial": item.serial, "address": item.address}
