"""A damaged database file: set aside whole, so that a fresh one can be made and nothing of it is lost for good."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from mppmon.store import numbers

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_FORMAT = "%Y%m%dT%H%M%SZ"
_MARK = ".corrupt-"
_SUFFIXES = ("-wal", "-shm", "")  # the file last: a crash in between finds it damaged again


def damage(path: Path) -> str:
    """Return what is wrong with a file, nothing for one that is whole, or not there. Reads all of it, changes nothing.

    A file without bytes or tables is a fresh one, unless there has been a database (`numbers`): then all was lost.
    """
    if not path.exists():
        return ""
    used = numbers.kept(path) is not None
    if used and path.stat().st_size == 0:  # SQLite would take it for a new one, and delete the log beside it
        return "the file is empty, and was not"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as raw:
            verdict = str(raw.execute("PRAGMA quick_check(1)").fetchone()[0])
            tables = raw.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _DAMAGED:
            return str(error)
        return ""  # locked, or unreadable: said by whoever opens it
    if verdict != "ok":
        return verdict
    return "its tables are gone" if used and not tables else ""


def set_aside(path: Path, *, now: datetime) -> Path:
    """Rename the file, with its log, to `NAME.corrupt-TIME`; return the new name. OSError when that cannot be done.

    Incidents go on to be counted above those of the damaged file.
    """
    numbers.keep(path, numbers.salvaged(path, now=now))
    kept = _free(path, now)
    for suffix in _SUFFIXES:
        source = path.with_name(f"{path.name}{suffix}")
        if source.exists():
            source.rename(kept.with_name(f"{kept.name}{suffix}"))
    return kept


def _free(path: Path, now: datetime) -> Path:
    """Return a name of now, or of the next second that has none: what was set aside is never overwritten."""
    while True:
        kept = path.with_name(f"{path.name}{_MARK}{now:{_FORMAT}}")
        if not any(kept.with_name(f"{kept.name}{suffix}").exists() for suffix in _SUFFIXES):
            return kept
        now += timedelta(seconds=1)


def lately(path: Path, *, now: datetime) -> bool:
    """Whether one was set aside within the last day, by its name."""
    for one in path.parent.glob(f"{path.name}{_MARK}*Z"):
        try:
            at = datetime.strptime(one.name.rpartition("-")[2], _FORMAT).replace(tzinfo=now.tzinfo)
        except ValueError:
            continue
        if timedelta(minutes=-1) <= now - at <= timedelta(days=1):  # its name may be some seconds ahead
            return True
    return False
