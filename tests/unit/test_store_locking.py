"""One daemon per database; a state directory its group can read."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mppmon.store import Locked, StoreError, lock, sqlite_url, state_directory
from mppmon.store.migrate import migrate
from tests.unit.store_kit import MONDAY

HOLD = """
import sys
from pathlib import Path
from mppmon.store import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_daemon_is_refused_at_once_and_told_who(tmp_path: Path) -> None:
    database = tmp_path / "mppmon.db"
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(Locked, match=rf"mppmon\.db: another mppmon daemon \(process {first.pid}\)"), lock(database):
            pytest.fail("two daemons on one database")
    finally:
        first.kill()
        first.communicate()
    with lock(database):
        assert (tmp_path / "mppmon.db.lock").read_text() == f"{os.getpid()}\n", "the kernel let go with the process"
    with lock(database), pytest.raises(Locked), lock(database):
        pytest.fail("not even in one process")


@pytest.fixture
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_the_state_directory_and_what_is_made_in_it_belong_to_the_group(tmp_path: Path) -> None:
    state = state_directory(tmp_path / "lib" / "mppmon")
    assert stat.S_IMODE(state.stat().st_mode) == 0o2770
    migrate(sqlite_url(state / "mppmon.db"), state, now=MONDAY)
    assert stat.S_IMODE((state / "mppmon.db").stat().st_mode) == 0o660
    with lock(state / "mppmon.db"):
        assert stat.S_IMODE((state / "mppmon.db.lock").stat().st_mode) == 0o660
    state.chmod(0o755)
    assert stat.S_IMODE(state_directory(state).stat().st_mode) == 0o2770


@pytest.mark.usefixtures("umask")
def test_a_state_directory_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="state directory"):
        state_directory(tmp_path / "file" / "state")
    with pytest.raises(StoreError, match="state directory"):
        state_directory(tmp_path / "file")
