"""What windows_exporter's collector `printer` knows of the print queues that the inventory names. Pure.

That is whether they are there and offline, how many jobs wait, and how many of them Windows says do not go on; not
since when. (`windows_printer_job_count` of older ones is what was printed since a reset, and says nothing.) Its words
are those of Win32_Printer's PrinterStatus and Win32_PrintJob's Status, in versions that read them there and in others.
"""

from collections.abc import Mapping, Sequence

from collectors.pc.reading import Sieve
from collectors.pc.text import Sample

Found = Mapping[str, Sequence[Sample]]
"""Samples of an answer by metric name."""

_OFFLINE = frozenset({"offline", "stopped printing"})
_UNCLEAR = frozenset({"unknown"})
_STOPPED = frozenset({"error", "degraded"})
"""A job in error; one that is paused, offline or without paper. `UNKNOWN` is a job of which nothing is said."""


def queues(found: Found, sieve: Sieve) -> None:
    """Add what is known; nothing without the collector."""
    states = _states(found.get("windows_printer_status", ()))
    if not states:
        return
    status = found.get("windows_printer_job_status", ())
    waiting = _sums(found.get("windows_printer_jobs") or status)
    stopped = _sums([one for one in status if one.labels.get("status", "").lower() in _STOPPED])
    for part, name in sieve.names.queues:
        queue, owner = name.lower(), {"peripheral": part}
        sieve.add("mppmon_pc_peripheral_present", float(queue in states), owner)
        if queue in states:
            offline = _offline(states[queue], waiting.get(queue, 0.0))
            if offline is not None:
                sieve.add("mppmon_pc_printer_error", float(offline), {**owner, "error": "offline"})
            sieve.add("mppmon_pc_printer_jobs", waiting.get(queue, 0.0), owner)
            sieve.add("mppmon_pc_printer_jobs_stopped", stopped.get(queue, 0.0), owner)


def _offline(states: set[str], jobs: float) -> bool | None:
    """Return whether it is offline; None where that cannot be told.

    A USB printer that was unplugged is `Unknown` (PRINTER_STATUS_NOT_AVAILABLE); so is one whose first job has a state
    that says nothing.
    """
    if states == _UNCLEAR:
        return None if jobs else True
    return bool(states & _OFFLINE)


def _states(samples: Sequence[Sample]) -> dict[str, set[str]]:
    states: dict[str, set[str]] = {}
    for sample in samples:
        its = states.setdefault(sample.labels.get("printer", "").lower(), set())
        if sample.value:
            its.add(sample.labels.get("status", "").lower())
    return states


def _sums(samples: Sequence[Sample]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for sample in samples:
        queue = sample.labels.get("printer", "").lower()
        sums[queue] = sums.get(queue, 0.0) + sample.value
    return sums
