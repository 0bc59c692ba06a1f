"""All rows."""

from tests.faults import (
    clocks,
    crashes,
    files,
    hostile,
    machines,
    memory,
    network,
    outages,
    peer,
    powercut,
    processes,
    providers,
    soak,
    storm,
)
from tests.faults.row import OURS, Row

_PARTS = (
    clocks.ROWS,
    crashes.ROWS,
    files.ROWS,
    hostile.ROWS,
    machines.ROWS,
    memory.ROWS,
    network.ROWS,
    outages.ROWS,
    peer.ROWS,
    powercut.ROWS,
    processes.ROWS,
    providers.ROWS,
    soak.ROWS,
    storm.ROWS,
)
ROWS: tuple[Row, ...] = tuple(
    sorted((row for part in _PARTS for row in part), key=lambda row: (row.number, row.who != OURS))
)
SHORT: tuple[Row, ...] = tuple(row for row in ROWS if not (row.night or row.full_only))
"""Those that `make test` has."""
