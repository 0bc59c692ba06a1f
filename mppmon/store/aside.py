"""A damaged database file: set aside whole, so that a fresh one can be made and nothing of it is lost for good."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_FORMAT = "%Y%m%dT%H%M%SZ"
_MARK = ".corrupt-"


def damage(path: Path) -> str:
    """Return what SQLite calls wrong with a file, nothing for one that is whole, or not there. Reads all of it."""
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as raw:
            verdict = str(raw.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGED:
            return str(error)
        return ""  # locked, or unreadable: said by whoever opens it
    return "" if verdict == "ok" else verdict


def set_aside(path: Path, *, now: datetime) -> Path:
    """Rename the file, with its log, to `NAME.corrupt-TIME`; return the new name. OSError when that cannot be done."""
    kept = path.with_name(f"{path.name}{_MARK}{now:{_FORMAT}}")
    for suffix in ("-wal", "-shm", ""):  # the file last: a crash in between finds it damaged again
        source = path.with_name(f"{path.name}{suffix}")
        if source.exists():
            source.rename(kept.with_name(f"{kept.name}{suffix}"))
    return kept


def lately(path: Path, *, now: datetime) -> bool:
    """Whether one was set aside within the last day, by its name."""
    for one in path.parent.glob(f"{path.name}{_MARK}*Z"):
        try:
            at = datetime.strptime(one.name.rpartition("-")[2], _FORMAT).replace(tzinfo=now.tzinfo)
        except ValueError:
            continue
        if timedelta() <= now - at <= timedelta(days=1):
            return True
    return False
