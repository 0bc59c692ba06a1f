"""Every other fault in short form, beside those of test_faults_short.py, which says why there are two files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.__main__ import play
from tests.faults.row import Row, name
from tests.faults.table import SHORT
from tests.faults.trial import sharing

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", autouse=True)
def _house() -> Iterator[None]:
    with sharing():
        yield


@pytest.mark.parametrize("row", SHORT[1::2], ids=name)
def test_a_fault_is_survived_as_promised(row: Row, tmp_path: Path) -> None:
    found, played = play(row, tmp_path / "trial", short=True)
    assert found.ok, f"{found} after {played.seconds:.0f} s"
