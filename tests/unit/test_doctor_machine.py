"""What the doctor makes of this machine's figures."""

import errno
import sqlite3
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from mppmon.doctor.database import Looked, judge_database, judge_error
from mppmon.doctor.deploy import judge_backup, judge_service
from mppmon.doctor.disk import judge_disk, judge_wal
from mppmon.doctor.finding import State
from mppmon.doctor.machine import judge_descriptors, judge_memory, judge_port
from mppmon.doctor.ping import judge_ping
from mppmon.doctor.push import judge_push
from mppmon.doctor.timekeeping import judge_clock, judge_outside, judge_sync, judge_zone
from mppmon.doctor.traps import judge_traps
from mppmon.doctor.versions import judge_packages, judge_program
from mppmon.store.schema import VERSIONS

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PLACE = Path("/var/lib/mppmon")
MB = 1_000_000


@pytest.mark.parametrize(
    ("lowest", "highest", "groups", "raw", "state", "word"),
    [
        (1, 0, {999}, False, State.WARN, "no ICMP"),  # the kernel's default: nobody
        (999, 999, {100, 999}, False, State.OK, "group 999"),
        (1000, 2000, {999}, False, State.WARN, "no ICMP"),
        (1, 0, {0}, True, State.OK, "CAP_NET_RAW"),
        (0, 2147483647, {0}, True, State.OK, "datagram"),  # what gufo-ping tries first
    ],
)
def test_ping(lowest: int, highest: int, groups: set[int], raw: bool, state: State, word: str) -> None:  # noqa: FBT001  # a table's column
    found = judge_ping(lowest, highest, groups, raw=raw)
    assert (found.state, word in found.said) == (state, True)
    if state is State.WARN:
        assert found.cure.startswith("sudo sysctl -w net.ipv4.ping_group_range='999 999'")


@pytest.mark.parametrize(
    ("answer", "alive", "status", "state", "word"),
    [
        (None, False, None, State.OK, "is free"),
        (None, True, "abc", State.WARN, "another listen_port"),
        ("", False, None, State.BAD, "another program"),
        ("", True, "abc", State.BAD, "another program"),
        ("abc", True, "abc", State.OK, "the daemon answers"),
        ("abc", True, "def", State.BAD, "another mppmon (revision abc)"),
        ("abc", False, None, State.BAD, "its state directory is not this one"),
    ],
)
def test_port(answer: str | None, alive: bool, status: str | None, state: State, word: str) -> None:  # noqa: FBT001  # likewise
    found = judge_port("127.0.0.1:9740", answer, alive=alive, status=status)
    assert (found.state, word in found.said) == (state, True)
    assert bool(found.cure) is (state is not State.OK)


@pytest.mark.parametrize(
    ("refused", "alive", "may", "holds", "state", "word"),
    [
        (0, False, True, False, State.OK, "can be had"),
        (errno.EADDRINUSE, True, True, True, State.OK, "the daemon takes traps"),
        (errno.EADDRINUSE, True, True, None, State.SKIPPED, "root can tell"),
        (errno.EADDRINUSE, True, True, False, State.BAD, "another program"),
        (errno.EADDRINUSE, False, True, None, State.BAD, "another program"),
        (0, True, False, False, State.BAD, "CAP_NET_BIND_SERVICE"),
        (errno.EACCES, False, False, False, State.BAD, "CAP_NET_BIND_SERVICE"),
        (errno.EACCES, False, True, False, State.SKIPPED, "may not try"),
        (0, True, True, False, State.WARN, "though the daemon runs"),
        (errno.EADDRNOTAVAIL, False, True, False, State.BAD, "no address"),
    ],
)
def test_traps(refused: int, alive: bool, may: bool, holds: bool | None, state: State, word: str) -> None:  # noqa: FBT001  # likewise
    found = judge_traps("0.0.0.0 port 162", refused, port=162, alive=alive, may=may, holds=holds)
    assert (found.state, word in found.said) == (state, True)
    assert bool(found.cure) is (state in {State.WARN, State.BAD})


@pytest.mark.parametrize(
    ("shown", "expected", "alive", "state", "word"),
    [
        (None, None, False, State.OK, "is free"),
        (None, "ab", True, State.WARN, "nobody listens"),
        ("", "ab", True, State.BAD, "another program"),
        ("cd", "ab", True, State.BAD, "another program"),
        ("ab", "ab", False, State.BAD, "another program"),
        ("ab", "ab", True, State.OK, "its pin is ab"),
        ("ab", None, True, State.OK, "its pin is ab"),
    ],
)
def test_the_door_for_pushes(shown: str | None, expected: str | None, alive: bool, state: State, word: str) -> None:  # noqa: FBT001  # likewise
    found = judge_push("0.0.0.0 port 9743", shown, expected, alive=alive, port=9743)
    assert found.state is state
    assert word in found.said


@pytest.mark.parametrize(
    ("limit", "opened", "needed", "state"),
    [
        (65_536, 120, 400, State.OK),
        (65_536, None, 400, State.OK),
        (256, None, 400, State.WARN),
        (1024, 1000, 400, State.BAD),
    ],
)
def test_descriptors(limit: int, opened: int | None, needed: int, state: State) -> None:
    assert judge_descriptors(limit, opened, needed, its=True).state is state


@pytest.mark.parametrize(("available", "state"), [(900, State.OK), (150, State.WARN), (50, State.BAD)])
def test_memory(available: int, state: State) -> None:
    assert judge_memory(available * MB, 1000 * MB).state is state


@pytest.mark.parametrize(
    ("free", "inodes", "state"),
    [
        (5_000 * MB, None, State.OK),
        (5_000 * MB, 1_000_000, State.OK),
        (500 * MB, 1_000_000, State.WARN),
        (0, 1_000_000, State.BAD),
        (5_000 * MB, 12, State.BAD),
        (5_000 * MB, 5_000, State.WARN),
    ],
)
def test_disk(free: int, inodes: int | None, state: State) -> None:
    found = judge_disk(PLACE, free, inodes)
    assert (found.state, bool(found.cure)) == (state, state is not State.OK)


def test_a_log_that_is_never_emptied() -> None:
    assert [judge_wal(size).state for size in (None, 4 * MB, 500 * MB)] == [State.SKIPPED, State.OK, State.WARN]


@pytest.mark.parametrize(
    ("looked", "state", "word"),
    [
        (Looked("ok", VERSIONS[-1], "wal", NOW), State.OK, "whole"),
        (Looked("", VERSIONS[-1], "wal", NOW), State.OK, "no damage found in the first"),
        (Looked("row 3 missing from index", VERSIONS[-1], "wal", NOW), State.BAD, "is damaged: row 3 missing"),
        (Looked("ok", None, "wal", None), State.WARN, "is empty"),
        (Looked("ok", "9999", "wal", NOW), State.BAD, "a newer mppmon"),
        (Looked("ok", VERSIONS[-1], "wal", NOW + timedelta(hours=1)), State.BAD, "the clock went back"),
        (Looked("ok", VERSIONS[-1], "wal", NOW + timedelta(seconds=2)), State.OK, "whole"),  # written meanwhile
        (Looked("ok", VERSIONS[-1], "delete", NOW), State.WARN, "journal mode delete"),
    ],
)
def test_database(looked: Looked, state: State, word: str) -> None:
    found = judge_database(PLACE / "mppmon.db", looked, NOW, None)
    assert (found.state, word in found.said) == (state, True)


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (sqlite3.SQLITE_CORRUPT, State.BAD),
        (sqlite3.SQLITE_NOTADB, State.BAD),
        (sqlite3.SQLITE_BUSY, State.BAD),
        (sqlite3.SQLITE_CANTOPEN, State.SKIPPED),
        (sqlite3.SQLITE_IOERR, State.BAD),
    ],
)
def test_errors_of_the_database(code: int, state: State) -> None:
    error = sqlite3.DatabaseError("word")
    error.sqlite_errorcode = code
    found = judge_error(PLACE / "mppmon.db", error, PLACE / "backup" / "old.db")
    assert found.state is state
    assert str(PLACE / "mppmon.db") in found.said


@pytest.mark.parametrize(
    ("synchronised", "keepers", "state"),
    [
        (True, ["chronyd"], State.OK),
        (True, [], State.OK),
        (False, ["chronyd"], State.WARN),
        (False, [], State.WARN),
        (None, [], State.SKIPPED),
    ],
)
def test_synchronisation(synchronised: bool | None, keepers: list[str], state: State) -> None:  # noqa: FBT001  # a table's column
    found = judge_sync(synchronised, keepers)
    assert found.state is state
    if not keepers and state is State.WARN:
        assert found.cure == "sudo apt install chrony"


@pytest.mark.parametrize(
    ("now", "hardware", "state"),
    [
        (NOW, None, State.OK),
        (NOW, NOW + timedelta(seconds=2), State.OK),
        (NOW, NOW + timedelta(hours=7), State.WARN),  # the RTC keeps mall time
        (datetime(1970, 1, 1, tzinfo=UTC), None, State.BAD),
        (datetime(2099, 1, 1, tzinfo=UTC), None, State.BAD),
    ],
)
def test_clock(now: datetime, hardware: datetime | None, state: State) -> None:
    assert judge_clock(now, hardware).state is state


@pytest.mark.parametrize(("seconds", "state"), [(-2, State.OK), (20, State.WARN), (-7200, State.BAD)])
def test_clock_by_the_internet(seconds: int, state: State) -> None:
    found = judge_outside(timedelta(seconds=seconds), "api.example")
    assert found.state is state
    if state is State.BAD:
        assert "2.0 h behind api.example" in found.said


def test_time_zone_data() -> None:
    assert [judge_zone(one).state for one in (None, "Asia/Jayapura", "Asia/Nowhere")] == [
        State.SKIPPED,
        State.OK,
        State.BAD,
    ]


def test_versions() -> None:
    assert judge_program("0.1.0", "", (3, 11), (3, 40, 1)).state is State.OK
    assert judge_program("0.1.0", "0.1.0", (3, 13), (3, 46, 0)).state is State.OK
    assert judge_program("0.2.0", "0.1.0", (3, 11), (3, 40, 1)).cure == "systemctl restart mppmon"
    assert judge_program("0.1.0", "", (3, 11), (3, 31, 0)).state is State.BAD
    assert judge_program("0.1.0", "", (3, 10), (3, 40, 0)).state is State.BAD


def test_packages() -> None:
    versions = {"click": "8.1.7", "apscheduler": "4.0.0"}

    def installed(name: str) -> str:
        try:
            return versions[name]
        except KeyError:
            raise PackageNotFoundError(name) from None

    wanted = ["click>=8.1", "apscheduler>=3.11,<4", "rich>=13", 'ruff>=0.9; extra == "dev"', 'x; python_version < "3"']
    found = judge_packages(wanted, installed)
    assert found.state is State.BAD
    assert found.said == "apscheduler is 4.0.0, expected <4,>=3.11, rich is missing"
    assert judge_packages(["click>=8.1"], installed).said == "1 installed, each in a version that is allowed"


@pytest.mark.parametrize(
    ("unit", "alive", "state"),
    [
        ({"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled"}, True, State.OK),
        ({"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "disabled"}, True, State.WARN),
        ({"LoadState": "loaded", "ActiveState": "inactive", "UnitFileState": "enabled"}, True, State.WARN),
        ({"LoadState": "loaded", "ActiveState": "inactive", "UnitFileState": "enabled"}, False, State.BAD),
        ({"LoadState": "loaded", "ActiveState": "failed", "UnitFileState": "enabled"}, False, State.BAD),
        ({"LoadState": "not-found", "ActiveState": "inactive"}, True, State.WARN),
    ],
)
def test_service(unit: dict[str, str], alive: bool, state: State) -> None:  # noqa: FBT001  # a table's column
    assert judge_service(unit, alive=alive).state is state


def test_backup() -> None:
    copy = PLACE / "backup" / "a.db"
    states = [judge_backup(copy.parent, copy, NOW - timedelta(days=days), NOW).state for days in (1, 9)]
    assert [*states, judge_backup(copy.parent, None, None, NOW).state] == [State.OK, State.WARN, State.WARN]
