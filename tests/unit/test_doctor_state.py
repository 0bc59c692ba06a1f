"""Whose the files are: the state directory, the secrets, the database's lock."""

import os
import stat
from pathlib import Path

import pytest

from mppmon.config import Problem
from mppmon.doctor.case import Case, Owner, owner_of
from mppmon.doctor.configuration import judge_configuration, judge_secrets, look
from mppmon.doctor.database import holder, judge_lock
from mppmon.doctor.finding import Finding, State
from mppmon.doctor.place import judge_directory, judge_state, judge_you
from mppmon.store.locking import lock
from tests.unit.test_doctor_report import case

DAEMON = Owner(999, "mppmon", frozenset({999}), "mppmon")
STATE = Path("/var/lib/mppmon")


@pytest.mark.parametrize(
    ("mode", "foreign", "state", "cure"),
    [
        (0o2770, [], State.OK, ""),
        (0o0770, [], State.WARN, "chmod 2770 /var/lib/mppmon"),
        (0o2775, [], State.BAD, "chmod 2770 /var/lib/mppmon"),
        (0o2770, [STATE / "mppmon.db"], State.BAD, "chown -R mppmon:mppmon /var/lib/mppmon"),
    ],
)
def test_state_directory(mode: int, foreign: list[Path], state: State, cure: str) -> None:
    found = judge_directory(STATE, mode, DAEMON, foreign)
    assert (found.state, found.cure) == (state, cure)


def test_a_file_in_the_place_of_the_state_directory(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    assert "is no directory" in judge_state(case(tmp_path)).said


@pytest.mark.parametrize(
    ("uid", "groups", "state"),
    [(0, {0}, State.OK), (999, {999}, State.OK), (1000, {1000, 999}, State.OK), (4_000_000, {1000}, State.WARN)],
)
def test_who_asks(uid: int, groups: set[int], state: State) -> None:
    found = judge_you(DAEMON, uid, frozenset(groups))
    assert found.state is state
    if state is State.WARN:
        assert found.cure.startswith("sudo adduser uid 4000000 mppmon")


def test_owner_of_a_directory(tmp_path: Path) -> None:
    found = owner_of(tmp_path)
    assert found is not None
    assert found.uid == os.getuid()
    assert os.getgid() in found.groups
    assert owner_of(tmp_path / "none") is None


def looked(path: Path, owner: Owner | None) -> list[Finding]:
    return list(judge_secrets([(path, look(path, owner))], owner))


def test_a_secret_that_only_root_can_read_is_no_secret_of_the_daemon(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.touch(0o600)
    (found,) = looked(secret, Owner(os.getuid() + 1, "mppmon", frozenset({os.getgid() + 1}), "mppmon"))
    assert found.state is State.BAD
    assert found.said == f"mppmon (the daemon's user) cannot read {secret}"
    assert found.cure == f"chgrp mppmon {secret} && chmod 0640 {secret}"


@pytest.fixture
def open_path(tmp_path: Path) -> Path:
    """Return a folder that everybody can reach: pytest's own is its user's alone."""
    for above in (tmp_path, *tmp_path.parents):
        mode = above.stat().st_mode
        if above.stat().st_uid == os.getuid() and not mode & stat.S_IXOTH:
            above.chmod(stat.S_IMODE(mode) | stat.S_IXGRP | stat.S_IXOTH)
    return tmp_path


def test_a_secret_is_read_by_group_when_all_directories_let_it_pass(open_path: Path) -> None:
    folder, secret = open_path / "secrets", open_path / "secrets" / "token"
    folder.mkdir(0o750)
    secret.touch(0o640)
    secret.chmod(0o640)
    member = Owner(os.getuid() + 1, "mppmon", frozenset({os.getgid()}), "mppmon")
    assert look(secret, member) == ""
    folder.chmod(0o700)
    assert look(secret, member) == "closed"
    folder.chmod(0o755)
    secret.chmod(0o644)
    assert look(secret, member) == "open"
    assert looked(secret, member)[0].cure == f"chmod o= {secret}"
    assert look(folder, member) == "no file"
    assert look(folder / "none", member) == "missing"
    assert look(Path("/run/credentials/mppmon.service/token"), member) == ""  # there only while the unit runs


def test_no_secrets_and_good_ones(tmp_path: Path) -> None:
    assert judge_secrets([], None)[0].state is State.SKIPPED
    secret = tmp_path / "token"
    secret.touch(0o600)
    assert looked(secret, None)[0].said == "1 files, none of them open to everybody"


def test_the_lock_is_seen_without_taking_it(tmp_path: Path) -> None:
    database = tmp_path / "mppmon.db"
    assert holder(database) is None
    with lock(database):
        assert holder(database) == os.getpid()
        assert holder(database) == os.getpid()  # and it is still held
    assert holder(database) is None  # the file stays


def test_lock() -> None:
    states = [judge_lock(pid, alive=alive).state for pid, alive in ((None, False), (7, True), (7, False), (None, True))]
    assert states == [State.OK, State.OK, State.BAD, State.SKIPPED]


def test_the_first_problem_is_told() -> None:
    problems = [Problem("devices.yaml", 3, 1, "devices.x", "'pcc'", "pc"), Problem("site.yaml", 1, 1, "", "a", "b")]
    found = judge_configuration(Path("/etc/mppmon"), None, problems)
    assert found.said.startswith("2 problems; the first: devices.yaml:3:1 devices.x: found 'pcc'")
    assert found.cure == "mppmon check-config /etc/mppmon"


def test_a_case_without_anything(tmp_path: Path) -> None:
    found: Case = case(tmp_path)
    assert (found.loaded, found.owner, found.lock, found.daemon.alive) == (None, None, None, False)
    assert found.problems
