"""All rows, and the table they make."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.faults import crashes, machines, peer, processes, providers
from tests.faults.row import OURS, Row

_PARTS = (crashes.ROWS, providers.ROWS, processes.ROWS, machines.ROWS, peer.ROWS)
ROWS: tuple[Row, ...] = tuple(
    sorted((row for part in _PARTS for row in part), key=lambda row: (row.number, row.who != OURS))
)


def markdown(lines: Sequence[Mapping[str, Any]]) -> str:
    """Return the page of evidence."""
    head = (
        "# Proven by faults\n"
        "`make faults`. One line per fault: what was asked, what was measured. Each is judged by the provider's\n"
        "receipts, the simulator's truth and the database ([ADR 0024](../adr/0024-proven-by-faults.md)).\n\n"
        "| row | who | fault | asked | measured | ok | seconds | note |\n|---|---|---|---|---|---|---|---|\n"
    )
    rows = [
        f"| {one['row']} | {one['who']} | {one['fault']} | {one['asked']} | {one['figure']:g} {one['unit']} |"
        f" {'yes' if one['ok'] else '**no**'} | {one['seconds']:g} | {str(one['note']).replace('|', '/')} |"
        for one in lines
    ]
    return head + "\n".join(rows) + "\n"
