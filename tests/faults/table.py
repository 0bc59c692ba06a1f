"""All rows."""

from tests.faults import crashes, files, hostile, machines, memory, network, peer, powercut, processes, providers
from tests.faults.row import OURS, Row

_PARTS = (
    crashes.ROWS,
    files.ROWS,
    providers.ROWS,
    processes.ROWS,
    machines.ROWS,
    hostile.ROWS,
    memory.ROWS,
    network.ROWS,
    peer.ROWS,
    powercut.ROWS,
)
ROWS: tuple[Row, ...] = tuple(
    sorted((row for part in _PARTS for row in part), key=lambda row: (row.number, row.who != OURS))
)
