"""`defaults` of `devices.yaml`: what devices of one kind have in common, laid below each of them."""

from mppmon.config.problem import Problem
from mppmon.config.settings import DefaultsPart
from mppmon.config.tree import Table, merge, without
from mppmon.config.validate import validate

_WAYS = ("snmp", "agent", "http", "dns", "nut")
_POLLED = (*_WAYS, "liveness", "parents")  # what a device seen through a PC does not take from its kind


def lay_defaults(table: Table) -> tuple[Table, list[Problem]]:
    """Return the table with defaults below every device, and what is wrong with the defaults (those are left out).

    A device that names one way to be asked does not take another from its kind.
    """
    if "defaults" not in table:
        return table, []
    part = Table()
    part.take("defaults", table)
    _, good, problems = validate(DefaultsPart, part, "devices.yaml")
    laid = merge(table, Table())
    laid.put("defaults", good.get("defaults", Table()), *table.places["defaults"])
    defaults, devices = laid["defaults"], table.get("devices")
    if not isinstance(defaults, Table) or not isinstance(devices, Table):
        return laid, problems
    result = Table()
    for slug, device in devices.items():
        kind = device.get("kind") if isinstance(device, Table) else None
        below = defaults.get(kind) if isinstance(kind, str) else None
        if isinstance(device, Table) and isinstance(below, Table):
            result.put(slug, merge(_for(device, below), device), *devices.places[slug])
        else:
            result.take(slug, devices)
    laid.put("devices", result, *table.places["devices"])
    return laid, problems


def _for(device: Table, below: Table) -> Table:
    if "via" in device:
        return without(below, {(key,) for key in _POLLED})
    if any(way in device for way in _WAYS):
        return without(below, {(way,) for way in _WAYS if way not in device})
    return below
