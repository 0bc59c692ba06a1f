"""A plan in words, for whoever has to say yes. Pure."""

from collections.abc import Iterator, Mapping, Sequence

from mppmon.mall.model import DeviceKind
from mppmon.setup.inventory.item import Fault
from mppmon.setup.inventory.kinds import kind_word
from mppmon.setup.inventory.mapping import Columns
from mppmon.setup.inventory.plan import Loose, Plan
from mppmon.setup.words import Translate, few, shown

_KINDS = frozenset(one.value for one in DeviceKind)
_MOST = 200  # lines of one sort on a screen; `--json` has them all

Line = tuple[str, str]
"""A colour (or nothing) and a text."""


def fault_text(fault: Fault, _: Translate) -> str:
    """Return `row 12, column F 'IP Address': found '10.0.0.300', expected an IP address`."""
    texts = {"row": fault.row, "where": fault.where, "found": fault.found, "expected": fault.expected}
    if fault.where:
        return _("row {row}, column {where}: found {found}, expected {expected}").format(**texts)
    return _("row {row}: found {found}, expected {expected}").format(**texts)


def plan_lines(plan: Plan, columns: Columns, _: Translate) -> Iterator[Line]:
    """Yield the diff: what is added, changed field by field, at which counters, and which rows are left out."""
    if columns.ignored:
        yield "", _("Columns not used: {names}").format(names=", ".join(map(shown, columns.ignored)))
    yield from _some(list(_devices(plan, _)), _)
    yield from _some(list(_places(plan, _)), _)
    yield from _some([("yellow", f"? {fault_text(one, _)}") for one in plan.notes], _)
    yield from _some([("red", f"! {fault_text(one, _)}") for one in plan.faults], _)
    yield from _some([("yellow", f"? {_loose(one, _)}") for one in plan.loose], _)
    yield "", summary(plan, _)


def summary(plan: Plan, _: Translate) -> str:
    """Return the numbers in one line."""
    bad = len({one.row for one in plan.faults})
    return _(
        "{added} added, {changed} changed, {unchanged} unchanged, {kept} not in the list but kept; {bad} rows left out"
    ).format(
        added=len(plan.added), changed=len(plan.changed), unchanged=len(plan.unchanged), kept=len(plan.kept), bad=bad
    )


def _devices(plan: Plan, _: Translate) -> Iterator[Line]:
    for one in plan.added:
        said = ", ".join(f"{_key(key, _)} {_value(key, value, _)}" for key, value in one.values.items())
        yield "green", _("+ {id} (row {row}): {said}").format(id=one.id, row=one.row, said=said)
    for each in plan.changed:
        said = ", ".join(
            f"{_key(key, _)} {_value(key, old, _)} -> {_value(key, new, _)}" for key, (old, new) in each.fields.items()
        )
        yield "yellow", _("~ {id} (row {row}): {said}").format(id=each.id, row=each.row, said=said)


def _places(plan: Plan, _: Translate) -> Iterator[Line]:
    for one in plan.roles:
        yield (
            "green",
            _("+ counter {counter}: role {role}: {devices}").format(
                counter=one.counter, role=one.role, devices=", ".join(one.new)
            ),
        )
    for need in plan.needs:
        yield (
            "yellow",
            _("~ service {service}: needs {roles} (it named nothing so far, and all its counters have it)").format(
                service=need.service, roles=", ".join(need.roles)
            ),
        )


def _loose(one: Loose, _: Translate) -> str:
    text = _("service {service} ({agency}) hangs on no device yet, so no fault shows on it: no PC yet at {counters}")
    return text.format(service=one.name, agency=one.agency, counters=few(one.lacking))


def _key(key: str, _: Translate) -> str:
    """Return a key of devices.yaml in the reader's words. `--json` keeps the key."""
    return {
        "kind": _("kind"),
        "name": _("name"),
        "asset": _("asset code"),
        "brand": _("brand"),
        "model": _("model"),
        "serial": _("serial number"),
        "place": _("place"),
        "agency": _("agency"),
        "address": _("address"),
        "http": _("web address"),
        "parents": _("connected to"),
        "power": _("power from"),
        "via": _("at the PC"),
    }.get(key, key)


def _value(key: str, value: object, _: Translate) -> str:
    if key == "kind" and value in _KINDS:
        return kind_word(DeviceKind(value), _)
    if value is None or value == []:
        return "∅"
    if isinstance(value, Mapping):
        return str(value.get("url", value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value)


def _some(lines: Sequence[Line], _: Translate) -> Iterator[Line]:
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield "", _("... and {count} more (--json lists all)").format(count=len(lines) - _MOST)


def report(plan: Plan, columns: Columns) -> dict[str, object]:
    """Return the plan for `--json`."""
    return {
        "columns": {str(field): columns.headers[column] for field, column in columns.of.items()},
        "ignored": list(columns.ignored),
        "added": [{"id": one.id, "row": one.row, "values": dict(one.values)} for one in plan.added],
        "changed": [
            {
                "id": one.id,
                "row": one.row,
                "fields": {key: {"old": old, "new": new} for key, (old, new) in one.fields.items()},
            }
            for one in plan.changed
        ],
        "unchanged": list(plan.unchanged),
        "kept": list(plan.kept),
        "roles": [{"counter": one.counter, "role": one.role, "devices": list(one.new)} for one in plan.roles],
        "needs": [{"service": one.service, "roles": list(one.roles)} for one in plan.needs],
        "loose": [{"service": one.name, "agency": one.agency, "without_pc": list(one.lacking)} for one in plan.loose],
        "bad": [_fault(one) for one in plan.faults],
        "notes": [_fault(one) for one in plan.notes],
    }


def _fault(fault: Fault) -> dict[str, object]:
    return {"row": fault.row, "column": fault.where, "found": fault.found, "expected": fault.expected}
