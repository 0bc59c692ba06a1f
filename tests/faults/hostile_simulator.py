"""The simulator with hostile things in it: every word that a device says of itself is one of `hostile_words.DEVICE`.

`python -m tests.faults.hostile_simulator`, as `python -m mppmon.demo.simulator`; numbers, faults and the truth log are
the simulator's own.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from mppmon.demo.simulator import __main__ as simulator
from mppmon.demo.simulator import pc as pcs
from mppmon.demo.simulator import recording
from mppmon.demo.simulator.pc import Plugged
from mppmon.demo.simulator.recording import Entry
from mppmon.demo.simulator.view import PRINTER_ERRORS
from mppmon.demo.simulator.world import Scene
from tests.faults.hostile_words import DEVICE, LONG

_SYS_DESCR = (1, 3, 6, 1, 2, 1, 1, 1, 0)
_load, _lines = recording.load, pcs._lines  # noqa: SLF001  # what is replaced below


def _spoken(entry: Entry, place: int) -> Entry:
    if entry.type not in {"octets", "hex"} or entry.oid[: len(PRINTER_ERRORS)] == PRINTER_ERRORS:
        return entry
    word = LONG if entry.oid == _SYS_DESCR and place % 2 else DEVICE[sum(entry.oid) % len(DEVICE)]
    return replace(entry, value=lambda _scene: word)


@lru_cache(maxsize=64)
def load(name: str) -> tuple[Entry, ...]:
    """Return a recording's entries with other words."""
    return tuple(_spoken(one, len(name)) for one in _load(name))


def lines(pc: Scene, peripherals: Sequence[Plugged], now: datetime) -> Iterator[tuple[str, Mapping[str, str], float]]:
    """Yield what a PC shows, then all it could make up: labels, values and series that are none of ours."""
    words = [one.decode("utf-8", "replace") for one in DEVICE]
    for name, labels, value in _lines(pc, peripherals, now):
        yield name, dict(zip(labels, words, strict=False)) if name == "mppmon_pc_info" else labels, value
    for word in words:
        yield "mppmon_pc_peripheral_present", {"peripheral": word}, 1.0
        yield "mppmon_pc_process_running", {"process": word}, 1.0
        yield "mppmon_pc_disk_info", {"disk": word, "mount": word}, 1.0
        yield "mppmon_pc_printer_error", {"peripheral": "card", "error": word}, 1.0
        yield "evil_metric", {"a": word * 50}, 1.0


if __name__ == "__main__":
    recording.load = load  # the test's own process
    pcs._lines = lines  # noqa: SLF001  # likewise
    sys.exit(asyncio.run(simulator.main()))
