"""The page of evidence, made from the lines of JSON beside it: a row measured anew replaces its own line only."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.faults.row import Row

BEGIN, END = "<!-- made by `make faults` from 0004-faults.jsonl -->", "<!-- end -->"
"""The table stands between these; what people wrote around it stays."""
Line = Mapping[str, Any]


def keep(file: Path, rows: Sequence[Row], new: Iterable[Line]) -> None:
    """Merge new lines into `file` (JSON lines), and the table into the page of the same name (`.md`)."""
    old = [json.loads(one) for one in file.read_text("utf-8").splitlines()] if file.exists() else []
    lines = merged(old, new, rows)
    file.write_text("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in lines), encoding="utf-8")
    page = file.with_suffix(".md")
    page.write_text(into(page.read_text("utf-8"), table(lines, rows)), encoding="utf-8")


def merged(old: Iterable[Line], new: Iterable[Line], rows: Sequence[Row]) -> list[Line]:
    """Return the newest line of every row, in the order of `rows`; a short form never replaces a full one, and a row
    that is no more is left out.
    """
    found: dict[tuple[object, ...], Line] = {}
    for one in (*old, *new):
        key = (one["row"], one["who"], one["fault"])
        if one["form"] == "short" and found.get(key, one)["form"] != "short":
            continue
        found[key] = one
    return [found[key] for row in rows if (key := (row.number, row.who, row.fault)) in found]


def table(lines: Iterable[Line], rows: Sequence[Row]) -> str:
    """Return the table, with a line for what has not been measured."""
    kept = {(one["row"], one["who"], one["fault"]): one for one in lines}
    head = (
        "| row | who | fault | asked | measured | ok | form | seconds | measured at (UTC) | load |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(_line(row, kept.get((row.number, row.who, row.fault))) for row in rows)


def _line(row: Row, kept: Line | None) -> str:
    begin = f"| {row.number} | {row.who} | {row.fault} | {row.asked} |"
    if kept is None:
        return f"{begin} **not measured** | | | | | |\n"
    note = f"; {kept['note']}" if kept["note"] else ""
    measured = f"{kept['figure']:g} {kept['unit']}{note}".replace("|", "/").replace("\n", " ")
    ok = "yes" if kept["ok"] else "**no**"
    date = str(kept["date"]).replace("T", " ").rstrip("Z")
    return f"{begin} {measured} | {ok} | {kept['form']} | {kept['seconds']:g} | {date} | {kept['load']:g} |\n"


def into(page: str, made: str) -> str:
    """Return the page with this table in it. ValueError when the page has no place for one."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no place for the table: {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n{made}{END}{after}"
