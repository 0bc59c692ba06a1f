"""The database: whole, of our schema, and held by one daemon at most."""

import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mppmon.clock import Clock, from_micros
from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, fine, skipped, warn
from mppmon.store.connect import open_sqlite
from mppmon.store.schema import VERSIONS

_DATABASE, _LOCK = "database", "database lock"
_LOCKS = Path("/proc/locks")
_CHECK_SECONDS = 4.0
_AHEAD = timedelta(seconds=30)  # that a daemon may have written while we looked
_STEPS = 10_000  # of SQLite's machine between two looks at the time


@dataclass(frozen=True, slots=True)
class Looked:
    """What the file says. `whole`: quick_check's word, empty when there was no time for all of it."""

    whole: str
    schema: str | None
    journal: str
    last_seen: datetime | None


async def check_database(case: Case) -> Sequence[Finding]:
    """Read the database, read-only."""
    return await in_thread(lambda: [_ask(case)])


def _ask(case: Case) -> Finding:
    path = case.database
    try:
        path.stat()
    except FileNotFoundError:
        return skipped(_DATABASE, f"{path} is not there yet: it is made at the first start")
    except OSError as error:
        return skipped(_DATABASE, f"{path}: {error.strerror}: ask as root or as the daemon's user")
    if not os.access(path, os.R_OK):
        return skipped(_DATABASE, f"this user may not read {path}: ask as root or as the daemon's user")
    try:
        return judge_database(path, look(path, case.clock), case.clock.now(), newest_copy(case.state))
    except sqlite3.Error as error:
        return judge_error(path, error, newest_copy(case.state))


def look(path: Path, clock: Clock) -> Looked:
    """Read the file. sqlite3.Error for what is no database, or a broken one."""
    with closing(open_sqlite(path, read_only=True)) as raw:
        until = clock.monotonic() + _CHECK_SECONDS
        raw.set_progress_handler(lambda: clock.monotonic() > until, _STEPS)
        try:
            whole = str(raw.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            whole = ""
        raw.set_progress_handler(None, 0)
        journal = str(raw.execute("PRAGMA journal_mode").fetchone()[0])
        tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        schema = (
            raw.execute("SELECT version_num FROM alembic_version").fetchone() if "alembic_version" in tables else None
        )
        seen = raw.execute("SELECT at FROM last_seen").fetchone() if "last_seen" in tables else None
        return Looked(whole, str(schema[0]) if schema else None, journal, from_micros(seen[0]) if seen else None)


def judge_database(path: Path, looked: Looked, now: datetime, copy: Path | None) -> Finding:
    """Return the verdict on a database that could be read."""
    if looked.whole not in {"ok", ""}:
        return bad(_DATABASE, f"{path} is damaged: {looked.whole}", remedy(path, copy))
    other = _schema(path, looked.schema)
    if other is not None:
        return other
    if looked.last_seen is not None and looked.last_seen > now + _AHEAD:
        said = (
            f"it was last written at {looked.last_seen:%Y-%m-%d %H:%M} UTC, which is yet to come: the clock went back"
        )
        return bad(_DATABASE, said, "set the clock right (timedatectl), then restart the daemon")
    if looked.journal != "wal":
        said = f"journal mode {looked.journal}, expected wal: readers and the daemon hold each other up"
        return warn(_DATABASE, said, "restart the daemon: it sets the mode")
    whole = "whole" if looked.whole else f"no damage found in the first {_CHECK_SECONDS:g} s"
    return fine(_DATABASE, f"{whole}, schema {looked.schema}, journal mode wal")


def _schema(path: Path, schema: str | None) -> Finding | None:
    if schema is None:
        return warn(_DATABASE, f"{path} is empty: its tables are made at the start", "start the daemon")
    if schema not in VERSIONS:
        said = f"a newer mppmon wrote {path}: schema {schema}, this one knows {VERSIONS[-1]}"
        return bad(_DATABASE, said, "install the newer mppmon, or put the copy from before its upgrade back")
    if schema != VERSIONS[-1]:
        said = f"schema {schema}, expected {VERSIONS[-1]}"
        return warn(_DATABASE, said, "restart the daemon: it copies the database and brings it up to date")
    return None


def judge_error(path: Path, error: sqlite3.Error, copy: Path | None) -> Finding:
    """Return what an error of SQLite's means."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the upper bits say where, the lower what
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return bad(_DATABASE, f"{path} is damaged: {error}", remedy(path, copy))
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return bad(_DATABASE, f"{path} stays locked by another program", f"fuser -v {path}")
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return skipped(_DATABASE, f"{path} cannot be opened by this user ({error}): ask as the daemon's user")
    return bad(_DATABASE, f"{path}: {error}", f"ls -l {path.parent}; dmesg | tail")


def remedy(path: Path, copy: Path | None) -> str:
    """Return what to do with a damaged database."""
    aside = f"stop the daemon; mkdir {path.parent}/damaged; mv {path}* {path.parent}/damaged/"
    return f"{aside}; cp -p {copy} {path}" if copy is not None else f"{aside}; the next start makes a new one"


def newest_copy(state: Path) -> Path | None:
    """Return the newest copy of the database in `backup/`, None without one."""
    try:
        return max((state / "backup").glob("*.db"), key=lambda one: one.stat().st_mtime, default=None)
    except OSError:
        return None


async def check_lock(case: Case) -> Sequence[Finding]:
    """Say who holds the database."""
    if case.lock is None and await in_thread(lambda: _hidden(case.database)):
        return [skipped(_LOCK, "this user may not look at it: ask as root or as the daemon's user")]
    return [judge_lock(case.lock, alive=case.daemon.alive)]


def _hidden(path: Path) -> bool:
    try:
        path.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return False


def judge_lock(holder: int | None, *, alive: bool) -> Finding:
    """Return whether the process with the lock is the daemon that answers on the socket."""
    if holder is None:
        if alive:
            return skipped(_LOCK, "not told by this kernel, though the daemon answers")
        return fine(_LOCK, "free: no daemon works on it")
    if alive:
        return fine(_LOCK, f"held by the daemon, process {holder}")
    said = f"process {holder} holds the database, and does not answer on the control socket"
    return bad(_LOCK, said, f"ps -fp {holder}; then systemctl restart mppmon, or kill {holder} and start it anew")


def holder(database: Path) -> int | None:
    """Return the process with the daemon's lock, as the kernel lists it, None when nobody holds it.

    Trying the lock would tell it too, and could keep a daemon from starting at that very instant.
    """
    path = database.with_name(f"{database.name}.lock")
    try:
        inode = path.stat().st_ino
        locks = _LOCKS.read_text("utf-8", "replace")
    except OSError:
        return None
    found = re.findall(rf"FLOCK\s+ADVISORY\s+WRITE (\d+) [0-9a-f]+:[0-9a-f]+:{inode} ", locks)
    named = _named(path)
    pids = [int(one) for one in found if named is None or int(one) == named]  # inodes are unique per file system only
    return pids[0] if pids else None


def _named(path: Path) -> int | None:
    try:
        return int(path.read_bytes()[:20])
    except (OSError, ValueError):
        return None
