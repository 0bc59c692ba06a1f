"""The highest incident number that people may know, kept beside the database: it outlives one that is damaged, lost or
put back from a copy. Its presence says that there has been a database.
"""

import logging
import os
import sqlite3
import stat
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from mppmon.store.durable import sync

_log = logging.getLogger(__name__)
_NAME = "incident-number"
_MODE = 0o660
_DIGITS = 9  # as many as people can name in a command; more are no count of ours, and too many for a database


def number_file(database: Path) -> Path:
    """Return where the number is kept: not under the database's name, with which it would be moved away."""
    return database.with_name(_NAME)


def kept(database: Path) -> int | None:
    """Return the highest number given so far; None: none was ever kept, or what is there is no number."""
    try:
        handle = os.open(number_file(database), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe would be waited on
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            found = os.read(handle, _DIGITS + 2).strip()
        finally:
            os.close(handle)
    except OSError:
        return None
    return int(found) if found.isdigit() and len(found) <= _DIGITS else None


def keep(database: Path, number: int) -> None:
    """Keep a number, durably, whole or not at all. A disk that refuses is said, and no reason to lose a transaction."""
    path = number_file(database)
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE)
        try:
            os.write(handle, b"%d\n" % number)
            os.fsync(handle)
        finally:
            os.close(handle)
        part.replace(path)
        sync(path.parent)
    except OSError as error:
        _log.warning("%s: the newest incident number could not be kept: %s", path, error.strerror)


def look_over(database: Path, *, now: datetime) -> None:
    """Put a number in the place of what is there and is none: else a database that is lost with it counts from 1."""
    if os.path.lexists(number_file(database)) and kept(database) is None:
        _log.warning("%s: found no number, expected the newest incident's", number_file(database))
        keep(database, salvaged(database, now=now))


def salvaged(database: Path, *, now: datetime) -> int:
    """Return a number that no incident of a damaged database was above: as it was kept, as the file still tells, or,
    where neither does, the year and its day (26328), far above what a mall counts.
    """
    known = [one for one in (kept(database), _told(database)) if one is not None]
    return max(known, default=(now.year - 2000) * 1000 + now.timetuple().tm_yday)


def _told(database: Path) -> int | None:
    if not database.exists() or not database.stat().st_size:
        return None  # SQLite would delete the log beside it
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as raw,
    ):
        found = raw.execute("SELECT max(number) FROM incident").fetchone()[0]
        return None if found is None else int(found)
    return None
