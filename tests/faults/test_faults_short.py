"""Every fault in short form: what `make faults` plays at length."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.__main__ import play
from tests.faults.crashes import at_random
from tests.faults.row import Row
from tests.faults.table import ROWS
from tests.faults.trial import sharing

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", autouse=True)
def _house() -> Iterator[None]:
    with sharing():
        yield


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.number}-{row.who}-{row.fault.replace(' ', '-')[:40]}")
def test_a_fault_is_survived_as_promised(row: Row, tmp_path: Path) -> None:
    found, seconds = play(row, tmp_path / "trial", short=True)
    assert found.ok, f"{found} after {seconds:.0f} s"


@pytest.mark.nightly
@pytest.mark.timeout(14_400)
def test_a_thousand_kills_lose_nothing(tmp_path: Path) -> None:
    found = at_random(tmp_path / "night", 1000, seed=20261124, lanes=4)
    assert found.ok, str(found)
