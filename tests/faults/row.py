"""A row of the table: a fault, what is asked, and what was measured."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

OURS = "mppmon"


@dataclass(frozen=True, slots=True)
class Found:
    """What playing a fault showed."""

    ok: bool
    figure: float
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One fault. `number` as in the issue; `play(folder, short)`. `who` is ours or a peer's name."""

    number: int
    fault: str
    asked: str
    play: Callable[[Path, bool], Found]
    who: str = OURS


def line(row: Row, found: Found, seconds: float) -> str:
    """Return the row as one line of JSON."""
    return json.dumps(
        {
            "row": row.number,
            "who": row.who,
            "fault": row.fault,
            "ok": found.ok,
            "figure": round(found.figure, 3),
            "unit": found.unit,
            "asked": row.asked,
            "seconds": round(seconds, 1),
            "note": found.note,
        },
        ensure_ascii=False,
    )
