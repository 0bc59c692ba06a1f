"""Excel files that claim to be enormous are read within bounds of memory and time: in a child that has no more."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.setup_packed import merged, packed

_MEMORY = 300_000_000
_CHILD = (
    "import sys; from pathlib import Path; from mppmon.setup.inventory.opening import open_table\n"
    "sheet = open_table(Path(sys.argv[1]), None, str); print(len(sheet.rows), sheet.rows[0].text(0))"
)
_CELL = "<c><v>1</v></c>"

HUGE = {
    "one merged range": lambda: packed("", merged("A3:XFD1048576")),
    "many merged ranges": lambda: packed(_CELL, merged(*(f"A1:A{1_048_576 - n}" for n in range(500_000)))),
    "far cells in many sheets": lambda: packed('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', sheets=190),
    "a row of millions of cells": lambda: packed(f"<row>{'<c/>' * 8_000_000}</row>"),
    "millions of rows of one number": lambda: packed('<row r="2"/>' * 4_000_000),
    "full cells everywhere": lambda: packed(f"<row>{_CELL * 100}</row>" * 30_000, sheets=190),
    "millions of shared texts": lambda: packed("", strings="<si><t>a</t></si>" * 3_000_000),
    "one text": lambda: packed(f'<row><c t="inlineStr"><is><t>{"a" * 60_000_000}</t></is></c></row>'),
}


def limited() -> None:
    """Bound the memory (bytes) and the time (seconds) of the child."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))


@pytest.mark.parametrize("name", HUGE)
def test_no_workbook_fills_the_memory_or_takes_long(name: str, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(HUGE[name]())
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(file)], capture_output=True, text=True, check=False, timeout=60,
        preexec_fn=limited,
    )  # fmt: skip
    assert (done.returncode, done.stderr[-300:]) == (0, "")
    count, first = done.stdout.split()
    assert first == "Nama"
    assert int(count) <= 20_000
