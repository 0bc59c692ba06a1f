"""What an import would change: devices added, changed field by field, unchanged, kept; roles at counters. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mppmon.setup.inventory.header import Header, below
from mppmon.setup.inventory.item import Fault, Item, Reader
from mppmon.setup.inventory.known import Known
from mppmon.setup.inventory.mapping import Columns
from mppmon.setup.inventory.settle import Settled, Value, settle
from mppmon.setup.inventory.sheet import Row, Sheet
from mppmon.setup.inventory.template import EXAMPLE
from mppmon.setup.words import Translate

Watch = Callable[[Sequence[Row]], Iterable[Row]]
"""Rows -> the same rows, while somebody watches them go by (a progress bar)."""


@dataclass(frozen=True, slots=True)
class Added:
    """A device that is new."""

    id: str
    row: int
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Changed:
    """A device of which the list says something else. `fields`: key -> (as it is, as it shall be)."""

    id: str
    row: int
    fields: Mapping[str, tuple[object, Value]]


@dataclass(frozen=True, slots=True)
class Role:
    """Devices of a role at a counter, as they shall be; `new`: those that come by this import."""

    counter: str
    role: str
    devices: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """A service that named nothing it needs, and now needs the PC that all its counters have."""

    agency: str
    service: str
    roles: tuple[str, ...] = ("pc",)


@dataclass(frozen=True, slots=True)
class Loose:
    """A service that still hangs on nothing, so that no fault stops it. `lacking`: names of its counters without PC."""

    name: str
    agency: str
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an import would do. `kept`: devices that the list does not name. `rows`: device id -> row."""

    added: tuple[Added, ...]
    changed: tuple[Changed, ...]
    unchanged: tuple[str, ...]
    kept: tuple[str, ...]
    roles: tuple[Role, ...]
    needs: tuple[Need, ...]
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...]
    rows: Mapping[str, int]
    loose: tuple[Loose, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.added or self.changed or self.roles or self.needs)


def make_plan(
    sheet: Sheet, header: Header, columns: Columns, known: Known, *, _: Translate, watch: Watch = lambda rows: rows
) -> Plan:
    """Return what importing this table would do."""
    reader = Reader(columns, known, _)
    items: list[Item] = []
    wanted = set(columns.of.values())
    rows = [row for row in below(sheet, header) if any(row.text(column) for column in wanted) and not _example(row)]
    for row in watch(rows):
        item = reader.read(row)
        if item is not None:
            items.append(item)
    settled, faults = settle(items, known, columns, _)
    return _compare(settled, known, [*reader.faults, *faults], reader.notes)


def _example(row: Row) -> bool:
    """Whether this is the example of our template, left where it was."""
    return any(cell.text.casefold().startswith(EXAMPLE) for cell in row.cells)


def _compare(settled: Sequence[Settled], known: Known, faults: list[Fault], notes: list[Fault]) -> Plan:
    added: list[Added] = []
    changed: list[Changed] = []
    unchanged: list[str] = []
    for one in settled:
        old = known.devices.get(one.id)
        if old is None:
            added.append(Added(one.id, one.item.row, one.values))
            continue
        fields = {key: (old.get(key), new) for key, new in one.values.items() if not _same(old.get(key), new)}
        if fields:
            changed.append(Changed(one.id, one.item.row, fields))
        else:
            unchanged.append(one.id)
    rows = {one.id: one.item.row for one in settled}
    roles = _roles(settled, known)
    bad = {fault.row for fault in faults}
    needs, loose = _needs(roles, known)
    return Plan(
        added=tuple(added),
        changed=tuple(changed),
        unchanged=tuple(unchanged),
        kept=tuple(slug for slug in known.devices if slug not in rows),
        roles=roles,
        needs=needs,
        faults=tuple(sorted(faults, key=lambda one: one.row)),
        notes=tuple(note for note in notes if note.row not in bad),
        rows=rows,
        loose=loose,
    )


def _same(old: object, new: Value) -> bool:
    if isinstance(new, dict):
        return isinstance(old, dict) and all(str(old.get(key)) == value for key, value in new.items())
    return old == new


def _roles(settled: Sequence[Settled], known: Known) -> tuple[Role, ...]:
    """Return the roles at counters that gain a device. None is ever taken away: a shared printer is at many."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for one in sorted(settled, key=lambda each: each.id):
        for counter in one.item.counters:
            has = {role for role, many in known.counters[counter]["roles"].items() if one.id in many}
            if one.item.role not in has and (one.item.role_said or not has):
                wanted.setdefault((counter, one.item.role), []).append(one.id)
    return tuple(
        Role(counter, role, (*known.counters[counter]["roles"].get(role, ()), *new), tuple(new))
        for (counter, role), new in sorted(wanted.items())
    )


def _needs(roles: Sequence[Role], known: Known) -> tuple[tuple[Need, ...], tuple[Loose, ...]]:
    """Return the services that say nothing of what they need: those of which all counters have, or get, a PC, and
    those that go on hanging on nothing.
    """
    has = {(counter, role) for counter, one in known.counters.items() for role, many in one["roles"].items() if many}
    gained = {(one.counter, one.role) for one in roles}
    found: list[Need] = []
    loose: list[Loose] = []
    for agency, settings in known.agencies.items():
        for service, one in settings["services"].items():
            at = [counter for counter, its in known.counters.items() if service in its["services"]]
            if one["needs"] or one["uses"] or not at:
                continue
            lacking = tuple(known.counters[one]["name"] for one in at if (one, "pc") not in has | gained)
            if not lacking:
                found.append(Need(agency, service))
            elif not one["systems"]:
                loose.append(Loose(one["name"], settings["short"], lacking))
    return tuple(found), tuple(loose)
