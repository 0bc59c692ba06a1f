"""What a daemon loads at its start it keeps for as long as it runs: what only some need, or need once, is not in it."""

import subprocess
import sys

import pytest

NEVER = {"alembic", "cryptography", "holidays", "openpyxl", "pysnmp", "rich", "weasyprint"}
"""Megabytes each, of the 150 that the daemon of 1,000 devices may take."""


@pytest.mark.timeout(60)
def test_the_daemon_loads_nothing_that_few_need() -> None:
    code = "import sys; import mppmon.daemon; print(*sorted({one.partition('.')[0] for one in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"sqlalchemy", "fastapi"} <= loaded
    assert loaded & NEVER == set()
