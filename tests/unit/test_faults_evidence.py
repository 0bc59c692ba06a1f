"""The page of evidence: a line measured anew takes the place of the old one, what people wrote stays."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.evidence import BEGIN, END, into, keep
from tests.faults.row import Found, Played, Row, line


def row(number: int, fault: str) -> Row:
    return Row(number, fault, "nothing lost", lambda _folder, _short: Found(ok=True, figure=0, unit="lost"))


ROWS = (row(1, "killed"), row(4, "disk full"), row(5, "locked"))


def said(of: Row, figure: float, form: str = "full", *, ok: bool = True) -> dict[str, object]:
    played = Played(1.0, datetime(2026, 11, 24, 15, 30, tzinfo=UTC), 3.44, form)
    made: dict[str, object] = json.loads(line(of, Found(ok=ok, figure=figure, unit="lost", note="a | b"), played))
    return made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "faults.md").write_text(f"# Faults\n{BEGIN}\nold\n{END}\nWords of a person.\n")
    return tmp_path / "faults.jsonl"


def test_only_the_row_that_was_played_is_replaced(file: Path) -> None:
    keep(file, ROWS, [said(ROWS[2], 7), said(ROWS[0], 1)])
    keep(file, ROWS, [said(ROWS[0], 2, ok=False)])
    assert [(one["row"], one["figure"]) for one in map(json.loads, file.read_text().splitlines())] == [(1, 2), (5, 7)]
    page = file.with_suffix(".md").read_text()
    assert page.startswith("# Faults\n")
    assert page.endswith(f"{END}\nWords of a person.\n")
    assert "old" not in page
    assert (
        "| 1 | mppmon | killed | nothing lost | 2 lost; a / b | **no** | full | 1 | 2026-11-24 15:30 | 3.4 |\n"
        "| 4 | mppmon | disk full | nothing lost | **not measured** | | | | | |\n" in page
    )


def test_a_short_form_never_replaces_a_full_one(file: Path) -> None:
    keep(file, ROWS, [said(ROWS[0], 3, "short")])
    keep(file, ROWS, [said(ROWS[0], 4, "short")])
    keep(file, ROWS, [said(ROWS[0], 5)])
    keep(file, ROWS, [said(ROWS[0], 6, "short")])
    assert [one["figure"] for one in map(json.loads, file.read_text().splitlines())] == [5]


def test_a_row_that_is_no_more_is_left_out(file: Path) -> None:
    keep(file, ROWS, [said(ROWS[0], 1), said(row(1, "killed in another way"), 1)])
    assert len(file.read_text().splitlines()) == 1


def test_a_page_without_a_place_for_the_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no place for the table"):
        into(f"{END} {BEGIN}", "table")
