"""A row of the table: a fault, what is asked, and what was measured."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
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
    """One fault. `number` as in the issue; `play(folder, short)`. `who` is ours or a peer's name.

    `full_only`: a comparison that `make test` can do without. `night`: for `nightly` alone.
    """

    number: int
    fault: str
    asked: str
    play: Callable[[Path, bool], Found]
    who: str = OURS
    full_only: bool = False
    night: bool = False


def name(row: Row) -> str:
    """Return the name of its test."""
    return f"{row.number}-{row.who}-{row.fault.replace(' ', '-')[:40]}"


@dataclass(frozen=True, slots=True)
class Played:
    """How a row was played: seconds it took, when it began (UTC), the load of the machine's cores then, which form."""

    seconds: float
    at: datetime
    load: float
    form: str


def line(row: Row, found: Found, played: Played) -> str:
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
            "note": found.note,
            "form": played.form,
            "seconds": round(played.seconds, 1),
            "date": f"{played.at:%Y-%m-%dT%H:%MZ}",
            "load": round(played.load, 1),
        },
        ensure_ascii=False,
    )
