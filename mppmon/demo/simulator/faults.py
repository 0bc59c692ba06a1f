"""The faults that can be begun, and what they do to whom. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from mppmon.demo.simulator.things import Thing, Things

PRINTERS = frozenset({"printer", "card-printer", "receipt-printer"})
NETWORK = frozenset({"switch", "router", "access-point", "passive"})
BEYOND_POWER = frozenset({"online-system"})  # whose machine room is not ours


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One fault by name. `kinds`: kinds of thing it can befall (empty: any but `never`).

    `tells`: the condition the thing shows while it lasts, in the words of docs/metrics.md; None: it falls silent.
    """

    name: str
    says: str
    tells: str | None = None
    kinds: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    peripheral: bool = False  # only what hangs on a PC
    uplink: bool = False  # only the mall's own line


_ALL = (
    FaultKind("jam", "paper or card stuck in the printer", "jammed", PRINTERS),
    FaultKind("no-paper", "the tray is empty", "no-paper", PRINTERS),
    FaultKind("toner-low", "toner or ribbon nearly used up", "low-toner", PRINTERS),
    FaultKind("power-off", "no power: it answers nothing", never=BEYOND_POWER),
    FaultKind("network-off", "it and everything below it answers nothing", kinds=NETWORK),
    FaultKind("uplink-off", "the mall's own line is cut: everything outside is out of reach", uplink=True),
    FaultKind("unplug", "pulled out of its PC", "absent", peripheral=True),
    FaultKind("spooler-stopped", "the PC's print spooler is stopped", "spooler-stopped", frozenset({"pc"})),
    FaultKind("system-down", "the online system answers nothing", kinds=BEYOND_POWER),
    FaultKind("system-error", "the online system answers with HTTP 500", "status-500", BEYOND_POWER),
    FaultKind("maintenance", "the online system answers 200 with another text", "other-text", BEYOND_POWER),
)
CATALOGUE: Mapping[str, FaultKind] = {kind.name: kind for kind in _ALL}

Fault = tuple[str, str]
"""A fault that lasts: its name and the thing it befell."""


class UnknownFault(LookupError):
    """No such fault, or no such thing; the text says what is known."""


class FaultMisplaced(ValueError):
    """This fault cannot befall this thing; the text says whom it can."""


def check(things: Things, name: str, device: str | None) -> Fault:
    """Return the fault, its thing filled in where only one can be meant. Raises UnknownFault or FaultMisplaced."""
    kind = CATALOGUE.get(name)
    if kind is None:
        raise UnknownFault(f"fault: found {name!r}, expected one of {', '.join(CATALOGUE)}{_hint(name, CATALOGUE)}")
    if device is None and kind.uplink:
        device = things.uplink
    if device is None:
        raise UnknownFault(f"fault {name}: found no device, expected the id of one")
    thing = things.by_id.get(device)
    if thing is None:
        fitting = [one.id for one in things.by_id.values() if can_befall(things, kind, one)]
        raise UnknownFault(f"fault {name}: found {device!r}, expected the id of a device{_hint(device, fitting)}")
    if not can_befall(things, kind, thing):
        wanted = "the uplink" if kind.uplink else "a peripheral of a PC" if kind.peripheral else ""
        wanted = wanted or ", ".join(sorted(kind.kinds)) or f"anything but {', '.join(sorted(kind.never))}"
        raise FaultMisplaced(f"fault {name}: found {device} ({thing.kind}), expected {wanted}")
    return name, device


def _hint(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, sorted(known), n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""


def can_befall(things: Things, kind: FaultKind, thing: Thing) -> bool:
    """Return whether this fault can befall this thing."""
    if kind.uplink:
        return thing.id == things.uplink
    if kind.peripheral:
        return thing.via is not None
    if kind.kinds:
        return thing.kind in kind.kinds
    return thing.kind not in kind.never


@dataclass(frozen=True, slots=True)
class Condition:
    """How one thing is: silent things answer nothing, the others show these conditions."""

    silent: bool = False
    shows: frozenset[str] = frozenset()


def conditions(things: Things, active: Collection[Fault]) -> Mapping[str, Condition]:
    """Return how every thing is under the faults that last.

    Power and network fail downwards; with the uplink, whatever hangs above it, everything outside is out of reach.
    """
    off = {device for name, device in active if CATALOGUE[name].tells is None}
    silent = _spread(things, off)
    shows: dict[str, set[str]] = {}
    for name, device in active:
        told = CATALOGUE[name].tells
        if told is not None:
            shows.setdefault(device, set()).add(told)
    for thing in things.by_id.values():
        if thing.via is not None and (thing.id in off or _unfed(thing, silent)):
            shows.setdefault(thing.id, set()).add("absent")
    return {thing: Condition(thing in silent, frozenset(shows.get(thing, ()))) for thing in things.by_id}


def _spread(things: Things, off: Collection[str]) -> set[str]:
    """Return what is silent when these are off: a thing without a way to it is as good as off."""
    silent = set(off)
    fallen = silent
    while fallen:
        cut = things.uplink in silent
        fallen = {
            thing.id
            for thing in things.by_id.values()
            if thing.id not in silent and (_unfed(thing, silent) or thing.via in silent or (cut and thing.outside))
        }
        silent |= fallen
    return silent


def _unfed(thing: Thing, silent: Collection[str]) -> bool:
    return any(group and all(one in silent for one in group) for group in (thing.parents, thing.power))
