"""One device's MIB view: its recording at this moment, looked up as SNMP asks (RFC 3416 sections 4.2.1 and 4.2.2)."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mppmon.demo.simulator.recording import Entry, Oid
from mppmon.demo.simulator.world import Scene

PRINTER_ERRORS: Oid = (1, 3, 6, 1, 2, 1, 25, 3, 5, 1, 2)
"""hrPrinterDetectedErrorState: the answer that tells whether a printer needs a person."""


@dataclass(frozen=True, slots=True)
class Found:
    """A value under its OID."""

    oid: Oid
    type: str
    value: int | bytes | str


class View:
    """The values of one device. `scene` tells how it is now."""

    def __init__(self, entries: Sequence[Entry], scene: Callable[[], Scene]) -> None:
        self._entries = entries
        self._oids = [entry.oid for entry in entries]
        self._columns = {entry.oid[:-1] for entry in entries}
        self.scene = scene

    def get(self, oid: Oid, scene: Scene) -> Found | None:
        """Return the value of exactly this OID, None if there is none."""
        at = bisect_right(self._oids, oid) - 1
        if at < 0 or self._oids[at] != oid:
            return None
        entry = self._entries[at]
        return _found(entry, scene) if _there(entry, scene) else None

    def has_object(self, oid: Oid) -> bool:
        """Whether the object exists, though perhaps not this instance: noSuchInstance, not noSuchObject."""
        return oid[:-1] in self._columns

    def after(self, oid: Oid, scene: Scene) -> Iterator[Found]:
        """Yield the values behind this OID, in order."""
        for at in range(bisect_right(self._oids, oid), len(self._entries)):
            entry = self._entries[at]
            if _there(entry, scene):
                yield _found(entry, scene)


def tells_of_errors(oid: Oid) -> bool:
    """Whether an answer that holds this OID tells the printer's errors."""
    return oid[: len(PRINTER_ERRORS)] == PRINTER_ERRORS


def _there(entry: Entry, scene: Scene) -> bool:
    return entry.when is None or entry.when in scene.shows


def _found(entry: Entry, scene: Scene) -> Found:
    return Found(entry.oid, entry.type, entry.value(scene))
