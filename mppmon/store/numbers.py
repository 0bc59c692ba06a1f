"""The highest incident number that people may know, kept beside the database: it outlives one that is damaged, lost or
put back from a copy. Its presence says that there has been a database.
"""

import logging
import os
import sqlite3
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
        with number_file(database).open("rb") as file:
            found = file.read(_DIGITS + 2).strip()
    except OSError:
        return None
    return int(found) if found.isdigit() and len(found) <= _DIGITS else None


def keep(database: Path, number: int) -> None:
    """Keep a number, durably, whole or not at all. A disk that refuses is said, and no reason to lose a transaction."""
    path = number_file(database)
    part = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
        try:
            os.write(handle, b"%d\n" % number)
            os.fsync(handle)
        finally:
            os.close(handle)
        part.replace(path)
        sync(path.parent)
    except OSError as error:
        _log.warning("%s: the newest incident number could not be kept: %s", path, error.strerror)


def salvaged(database: Path, *, now: datetime) -> int:
    """Return a number that no incident of a damaged database was above: as it was kept, as the file still tells, or,
    where neither does, the year and its day (26328), far above what a mall counts.
    """
    known = [one for one in (kept(database), _told(database)) if one is not None]
    return max(known, default=(now.year - 2000) * 1000 + now.timetuple().tm_yday)


def _told(database: Path) -> int | None:
    if not database.stat().st_size:
        return None  # SQLite would delete the log beside it
    with (
        suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as raw,
    ):
        found = raw.execute("SELECT max(number) FROM incident").fetchone()[0]
        return None if found is None else int(found)
    return None
