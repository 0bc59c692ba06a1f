"""Every second fault in short form, the others are in test_faults_short_others.py: what `make faults` plays at length.

Most of their time is waiting for what a daemon does. A file's tests run in one worker, so two files are two lanes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.__main__ import play
from tests.faults.row import Row, name
from tests.faults.table import ROWS, SHORT
from tests.faults.trial import sharing

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", autouse=True)
def _house() -> Iterator[None]:
    with sharing():
        yield


@pytest.mark.parametrize("row", SHORT[::2], ids=name)
def test_a_fault_is_survived_as_promised(row: Row, tmp_path: Path) -> None:
    found, played = play(row, tmp_path / "trial", short=True)
    assert found.ok, f"{found} after {played.seconds:.0f} s"


@pytest.mark.nightly
@pytest.mark.timeout(14_400)
@pytest.mark.parametrize("row", [row for row in ROWS if row.night], ids=name)
def test_a_fault_is_survived_at_length(row: Row, tmp_path: Path) -> None:
    found, _ = play(row, tmp_path / "night", short=False)
    assert found.ok, str(found)
