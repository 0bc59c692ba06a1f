"""A file whose pages were overwritten is noticed, kept whole under another name, and a fresh one starts."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mppmon.store import Store
from mppmon.store.aside import damage, lately, set_aside
from mppmon.store.connect import sqlite_url
from mppmon.store.errors import DatabaseDamaged
from mppmon.store.migrate import migrate

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)
PAGE = 4096


def filled(folder: Path) -> Path:
    path = folder / "mppmon.db"
    migrate(sqlite_url(path), folder / "backup", now=NOW)
    with closing(sqlite3.connect(path)) as raw:
        for number in range(3000):
            raw.execute("INSERT INTO command VALUES (?, 1, ?)", (str(number), "x" * 200))
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
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
