"""A file whose pages were overwritten is noticed, kept whole under another name, and a fresh one starts."""

import os
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from mppmon.mall.principal import SYSTEM
from mppmon.store import Batch, Store, numbers
from mppmon.store.aside import damage, lately, set_aside
from mppmon.store.connect import sqlite_url
from mppmon.store.errors import DatabaseDamaged
from mppmon.store.migrate import migrate
from mppmon.store.numbers import number_file
from tests.unit.store_kit import incident

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
PAGE = 4096


@cache
def whole() -> bytes:
    """Return a filled database file: made once, each test spoils a copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mppmon.db"
        migrate(sqlite_url(path), Path(folder) / "backup", now=NOW)
        with closing(sqlite3.connect(path)) as raw:
            for number in range(3000):
                raw.execute("INSERT INTO command VALUES (?, 1, ?)", (str(number), "x" * 200))
            raw.commit()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert [one.name for one in Path(folder).iterdir()] == [path.name]
        return path.read_bytes()


def filled(folder: Path) -> Path:
    path = folder / "mppmon.db"
    path.write_bytes(whole())
    return path


def spoil(path: Path) -> None:
    """Overwrite every fourth page but the first ones: interior and leaf pages of several tables."""
    with path.open("r+b") as file:
        for page in range(8, path.stat().st_size // PAGE, 4):
            file.seek(page * PAGE)
            file.write(b"\xa5" * PAGE)


def test_a_whole_file_and_one_that_is_not_there_are_not_damaged(tmp_path: Path) -> None:
    assert damage(tmp_path / "none.db") == ""
    assert damage(filled(tmp_path)) == ""


def test_a_damaged_file_is_kept_whole_and_a_fresh_one_starts(tmp_path: Path) -> None:
    path = filled(tmp_path)
    spoil(path)
    before = path.read_bytes()
    assert damage(path)
    assert not lately(path, now=NOW)
    kept = set_aside(path, now=NOW)
    assert (kept.name, kept.read_bytes()) == ("mppmon.db.corrupt-20261124T010000Z", before)
    assert not path.exists()
    assert lately(path, now=NOW + timedelta(hours=23))
    assert not lately(path, now=NOW + timedelta(hours=25))
    migrate(sqlite_url(path), tmp_path / "backup", now=NOW)
    assert damage(path) == ""


def test_what_is_no_database_at_all_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "mppmon.db"
    path.write_bytes(b"no database at all, but long enough to be looked at " * 100)
    assert damage(path)


def test_a_store_that_meets_damage_says_so(tmp_path: Path) -> None:
    path = filled(tmp_path)
    with path.open("r+b") as file:  # keep the schema readable, spoil all else
        for page in range(1, path.stat().st_size // PAGE):
            file.seek(page * PAGE)
            file.write(b"\xa5" * PAGE)
    with pytest.raises(DatabaseDamaged):
        Store.open(sqlite_url(path))


def counted(folder: Path, number: int) -> Path:
    """Return the file of a database whose newest incident has this number, closed."""
    path = filled(folder)
    with Store.open(sqlite_url(path)) as store:
        store.saved(SYSTEM)
        store.commit(SYSTEM, Batch(incidents=[incident(number)]))
    return path


def next_number(path: Path) -> int:
    migrate(sqlite_url(path), path.parent / "backup", now=NOW)
    with Store.open(sqlite_url(path)) as store:
        return store.saved(SYSTEM).next_number


def test_incidents_are_counted_above_those_of_a_damaged_file(tmp_path: Path) -> None:
    path = counted(tmp_path, 57)
    assert next_number(path) == 58
    path.write_bytes(b"nothing of it can be read " * 1000)
    assert damage(path)
    set_aside(path, now=NOW)
    assert next_number(path) == 58
    assert next_number(path) == 58  # a second start before the first incident


def test_the_number_is_read_from_the_file_where_an_older_mppmon_kept_none(tmp_path: Path) -> None:
    path = counted(tmp_path, 57)
    number_file(path).unlink()
    with path.open("r+b") as file:  # pages of another table
        file.seek(-8 * PAGE, 2)
        file.write(b"\xa5" * PAGE * 8)
    assert damage(path)
    set_aside(path, now=NOW)
    assert next_number(path) == 58


def test_where_nothing_tells_the_number_it_is_the_day(tmp_path: Path) -> None:
    path = counted(tmp_path, 57)
    number_file(path).write_text("fifty-seven")
    path.write_bytes(b"nothing of it can be read " * 1000)
    set_aside(path, now=NOW)
    assert next_number(path) == 26329  # the day after the 328th of 2026


@pytest.mark.parametrize("content", ["99999999999999999999\n", "1234567890\n", "-5\n", "1_0\n", "", "\0\0\n"])
def test_what_is_no_number_of_ours_counts_for_nothing(tmp_path: Path, content: str) -> None:
    path = counted(tmp_path, 57)
    number_file(path).write_text(content)
    assert next_number(path) == 58
    assert number_file(path).read_text() == "57\n"


def test_incidents_are_counted_above_those_of_a_lost_or_older_file(tmp_path: Path) -> None:
    path = counted(tmp_path, 57)
    copy = path.read_bytes()
    with Store.open(sqlite_url(path)) as store:
        store.commit(SYSTEM, Batch(incidents=[incident(58)]))
    path.write_bytes(copy)
    assert next_number(path) == 59
    path.unlink()
    assert next_number(path) == 59


@pytest.mark.parametrize("size", [0, PAGE])
def test_a_file_without_content_is_damaged_only_where_a_database_has_been(tmp_path: Path, size: int) -> None:
    fresh = tmp_path / "fresh" / "mppmon.db"
    fresh.parent.mkdir()
    path = counted(tmp_path, 3)
    with closing(sqlite3.connect(fresh)) as raw:
        raw.execute("PRAGMA journal_mode=WAL" if size else "SELECT 1")
    empty = fresh.read_bytes()
    assert (len(empty), damage(fresh)) == (size, "")
    path.write_bytes(empty)
    path.with_name("mppmon.db-wal").write_bytes(b"log")
    assert damage(path)
    kept = set_aside(path, now=NOW)
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"log"
    assert next_number(path) == 4


def test_two_damaged_files_of_one_second_are_both_kept(tmp_path: Path) -> None:
    path = tmp_path / "mppmon.db"
    kept = []
    for content in (b"first", b"second", b"third"):
        path.write_bytes(content)
        kept.append(set_aside(path, now=NOW))
    assert [one.read_bytes() for one in kept] == [b"first", b"second", b"third"]
    assert lately(path, now=NOW)


def test_a_disk_that_refuses_the_number_loses_no_transaction(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = counted(tmp_path, 1)
    number_file(path).unlink()
    number_file(path).mkdir()
    with Store.open(sqlite_url(path)) as store:
        store.commit(SYSTEM, Batch(incidents=[incident(2)]))
        assert store.saved(SYSTEM).next_number == 3
    assert "could not be kept" in caplog.text


@pytest.mark.parametrize("name", ["incident-number", "incident-number.part"])
def test_what_is_no_file_under_the_numbers_name_holds_up_no_start(tmp_path: Path, name: str) -> None:
    """A pipe is waited on for ever by whoever opens it to read, or to write."""
    path = counted(tmp_path, 57)
    path.with_name(name).unlink(missing_ok=True)
    os.mkfifo(path.with_name(name))
    assert damage(path) == ""
    assert next_number(path) == 58
    with Store.open(sqlite_url(path)) as store:
        store.commit(SYSTEM, Batch(incidents=[incident(58)]))
    assert number_file(path).read_text() == "58\n"


@pytest.mark.parametrize("lost", [True, False])
def test_an_illegible_number_begins_no_count_anew(tmp_path: Path, *, lost: bool) -> None:
    path = counted(tmp_path, 57)
    number_file(path).write_text("fifty-seven")
    if lost:
        path.unlink()
    else:
        path.write_bytes(b"")
    numbers.look_over(path, now=NOW)
    assert bool(damage(path)) is not lost
    if not lost:
        set_aside(path, now=NOW)
    assert next_number(path) == 26329


def test_a_number_that_is_well_or_never_was_is_left_alone(tmp_path: Path) -> None:
    path = counted(tmp_path, 57)
    numbers.look_over(path, now=NOW)
    assert number_file(path).read_text() == "57\n"
    number_file(path).unlink()
    numbers.look_over(path, now=NOW)
    assert not number_file(path).exists()
