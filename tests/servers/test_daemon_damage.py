"""A daemon that finds its database overwritten keeps the file, begins a fresh one, and tells its administrators."""

import subprocess
from pathlib import Path

import pytest

from tests.servers.daemon_process import MPPMON, daemon, until

pytestmark = pytest.mark.server


def test_a_damaged_database_is_set_aside_and_said(tmp_path: Path) -> None:
    with daemon(tmp_path) as line:
        line.process.terminate()
        line.process.wait(10)
        database = line.state / "mppmon.db"
        with database.open("r+b") as file:
            for page in range(2, database.stat().st_size // 4096, 2):
                file.seek(page * 4096)
                file.write(b"\xa5" * 4096)
        before = database.read_bytes()
        with (tmp_path / "second.log").open("wb") as log:
            again = subprocess.Popen(
                [*MPPMON, "run", str(line.config), "--state", str(line.state)], stdout=log, stderr=log
            )
        try:
            until(line.mails, lambda mails: any("basis data rusak" in str(one) for one in mails), 40.0)
            (kept,) = (one for one in line.state.glob("mppmon.db.corrupt-*") if one.name.endswith("Z"))
            assert kept.read_bytes() == before
            assert line.status()["incidents"][0]["root"] == "mppmon"
        finally:
            again.terminate()
            again.wait(10)
