"""Every fault in short form: what `make faults` plays at length."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.__main__ import play
from tests.faults.row import Row
from tests.faults.table import ROWS
from tests.faults.trial import sharing

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", autouse=True)
def _house() -> Iterator[None]:
    with sharing():
        yield


def _name(row: Row) -> str:
    return f"{row.number}-{row.who}-{row.fault.replace(' ', '-')[:40]}"


@pytest.mark.parametrize("row", [row for row in ROWS if not (row.night or row.full_only)], ids=_name)
def test_a_fault_is_survived_as_promised(row: Row, tmp_path: Path) -> None:
    found, played = play(row, tmp_path / "trial", short=True)
    assert found.ok, f"{found} after {played.seconds:.0f} s"


@pytest.mark.nightly
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("row", [row for row in ROWS if row.night], ids=_name)
def test_a_fault_is_survived_at_length(row: Row, tmp_path: Path) -> None:
    found, _ = play(row, tmp_path / "night", short=False)
    assert found.ok, str(found)
