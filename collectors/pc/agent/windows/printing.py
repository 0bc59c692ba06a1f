"""The print queues of Windows' spooler. Pure. Bits: winspool.h ([MS-RPRN] 2.2.3.12 for printers; JOB_INFO_1)."""

from collections.abc import Callable, Sequence

from ..readers import Printing, Queue  # noqa: TID252  # the agent imports relatively only: contract D
from . import Printer, Registry

_QUEUES = r"SYSTEM\CurrentControlSet\Control\Print\Printers"
_ERRORS = {
    0x00000001: "offline",  # PAUSED: whatever is sent waits
    0x00000002: "service-requested",  # ERROR
    0x00000008: "jammed",  # PAPER_JAM
    0x00000010: "no-paper",  # PAPER_OUT
    0x00000040: "service-requested",  # PAPER_PROBLEM, which it does not say
    0x00000080: "offline",  # OFFLINE
    0x00000800: "output-full",  # OUTPUT_BIN_FULL
    0x00001000: "offline",  # NOT_AVAILABLE: a USB printer that was unplugged
    0x00020000: "low-toner",  # TONER_LOW
    0x00040000: "no-toner",  # NO_TONER
    0x00100000: "service-requested",  # USER_INTERVENTION
    0x00400000: "door-open",  # DOOR_OPEN
    0x02000000: "offline",  # SERVER_OFFLINE
}
KNOWS = frozenset(_ERRORS.values())
_WORK_OFFLINE = 0x00000400  # of the attributes: `Use Printer Offline`, which Windows sets by itself too
_DONE = 0x00000080 | 0x00000100 | 0x00001000 | 0x00002000  # PRINTED, DELETED, COMPLETE, RETAINED: they wait no more
_NO_PRINTERS = ("portprompt:", "nul:", "shrfax:", "file:", "xpsport:")
"""Ports of what is on every Windows: Print to PDF, XPS, OneNote, fax. They make no PC one that prints."""


class Spooler:
    """`look`: the printers with their jobs, None while the spooler does not run."""

    def __init__(self, look: Callable[[], Sequence[Printer] | None], registry: Registry) -> None:
        self._look = look
        self._registry = registry

    def read(self) -> Printing:
        """Return the queues of printers. OSError when the spooler runs but does not say."""
        printers = self._look()
        if printers is None:
            return Printing(spooler_running=False, queues={}, kept=self._kept(), knows=KNOWS)
        return Printing(True, queues(printers), knows=KNOWS)  # noqa: FBT003  # a field

    def _kept(self) -> bool:
        """Return whether there are printers, though nobody tells them now."""
        try:
            names = self._registry.keys(_QUEUES)
            ports = [str(self._registry.values(rf"{_QUEUES}\{name}").get("Port", "")) for name in names]
        except OSError:
            return False
        return any(_real(port) for port in ports)


def queues(printers: Sequence[Printer]) -> dict[str, Queue]:
    """Return the queues by the name of the printer."""
    found = {}
    for one in printers:
        if _real(one.port):
            errors = {word for bit, word in _ERRORS.items() if one.status & bit}
            if one.attributes & _WORK_OFFLINE:
                errors.add("offline")
            found[one.name] = Queue(errors, [job.submitted for job in one.jobs if not job.status & _DONE])
    return found


def _real(port: str) -> bool:
    return bool(port) and not port.lower().startswith(_NO_PRINTERS)
