"""A reload that comes while the daemon starts does not end it."""

import signal
import subprocess
from pathlib import Path

import pytest

from tests.servers.daemon_process import MPPMON, daemon
from tests.servers.prometheus import pause

pytestmark = pytest.mark.server


def test_a_hangup_while_it_starts_is_obeyed_later(tmp_path: Path) -> None:
    with daemon(tmp_path) as line:
        config = line.config
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*MPPMON, "run", str(config), "--state", str(tmp_path / "two")], stdout=out, stderr=out
        )
        try:
            for _ in range(300):
                pause(0.1)
                if (tmp_path / "two").exists():  # before a line of ours runs, Python dies of it
                    process.send_signal(signal.SIGHUP)
                if "reload by SIGHUP" in log.read_text():
                    break
            assert process.poll() is None, log.read_text()
            assert "reload by SIGHUP" in log.read_text()
        finally:
            process.terminate()
            assert process.wait(10) == 0
