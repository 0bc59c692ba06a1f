"""A process that outlives the tests turns them red, also one that ran away from its parent."""

import subprocess
import sys

import psutil
import pytest

from tests.leftovers import FOUND

RUN = "import sys; from tests.leftovers import main; sys.exit(main(sys.argv[1:], grace=0.2))"


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, "/bin/sh", "-c", script], capture_output=True, text=True, check=False, timeout=30
    )


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 3", 3), ("true & wait", 0)])
def test_nothing_left_passes_the_exit_code_on(script: str, code: int) -> None:
    done = run(script)
    assert (done.returncode, done.stderr) == (code, "")


def test_a_runaway_is_named_stopped_and_red() -> None:
    done = run("setsid sleep 60 >/dev/null 2>&1 & echo $!")
    assert done.returncode == FOUND
    assert "sleep 60" in done.stderr
    pid = int(done.stderr.split()[2])
    assert not psutil.pid_exists(pid)
