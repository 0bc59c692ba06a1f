"""The one place that knows which database this is: connections, pragmas, error words, upserts. All SQLite-only things
are here.

SQLite: WAL, so that readers never wait for the writer; `synchronous=FULL`, so that a commit survives a power cut; we
say BEGIN ourselves (Python's own transaction control leaves reads and DDL outside), IMMEDIATE for the writer, so that
it waits at the start and never fails half way.
"""

import os
import sqlite3
from contextlib import closing, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, Connection, Engine, Integer, Table, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.sql.dml import Insert

from mppmon.store import durable
from mppmon.store.errors import DatabaseBusy, DatabaseDamaged, DatabaseFull, DatabaseGone, NoDatabase, StoreError
from mppmon.store.patience import SLICE, SLICES, Patience

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

BUSY_SECONDS = SLICE * SLICES
FILE_MODE = 0o660  # SQLite gives -wal and -shm the mode of the database: group readers need to write -shm

_FILE = "file"
"""Key of what `_identity` said of a connection's file."""

RowNumber = BigInteger().with_variant(Integer(), "sqlite")
"""Type of a numbered primary key: 64 bits everywhere (SQLite numbers rows only under the word INTEGER)."""


def parse(url: str) -> URL:
    """Return the parsed database URL. StoreError, without repeating it (it may hold a password), if it is none we can
    use.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StoreError("database URL: found something else, expected sqlite:///PATH") from None
    if parsed.get_backend_name() != "sqlite":
        found = parsed.get_backend_name()
        raise StoreError(f"database URL: found {found!r}, expected sqlite:///PATH: mppmon runs on no other yet")
    if (parsed.database or ":memory:") == ":memory:":
        raise StoreError("database URL: an SQLite database needs a file, sqlite:///PATH")
    return parsed


def sqlite_path(url: URL) -> Path:
    """Return the file of a URL that `parse` has taken."""
    return Path(url.database or "").absolute()


def sqlite_url(path: Path) -> str:
    """Return the URL of an SQLite file."""
    return URL.create("sqlite", database=str(path.absolute())).render_as_string()


def connect(url: URL, *, read_only: bool, create: bool = False, patience: Patience | None = None) -> Engine:
    """Return an engine. It opens connections as needed and never waits for a free one. `patience`: of its
    transactions.

    NoDatabase when the SQLite file is missing and `create` is not set.
    """
    engine = _sqlite_engine(sqlite_path(url), patience or Patience(), read_only=read_only, create=create)
    event.listen(engine, "handle_error", _translate)
    return engine


def _sqlite_engine(path: Path, patience: Patience, *, read_only: bool, create: bool) -> Engine:
    if create:
        try:
            _touch(path)
        except OSError as error:
            raise StoreError(f"{path}: {error.strerror}") from error
    elif not path.exists():
        raise NoDatabase(f"{path}: no database; it is made when the daemon starts for the first time")

    def opened() -> sqlite3.Connection:
        return open_sqlite(path, read_only=read_only)

    engine = create_engine("sqlite://", creator=opened, poolclass=QueuePool, pool_size=1, max_overflow=-1)
    _begin_with(engine, patience, read_only=read_only)
    if not read_only:
        _watch_name(engine, path)
    return engine


def _begin_with(engine: Engine, patience: Patience, *, read_only: bool) -> None:
    """Say BEGIN ourselves; wait for another program's lock as long as patience lasts."""
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        for tried in count(1):
            try:
                connection.exec_driver_sql(begin)
            except DatabaseBusy:
                if read_only or not patience.lasts(tried):
                    raise
            else:
                return


def _watch_name(engine: Engine, path: Path) -> None:
    """Let no transaction begin on a file that has lost its name: SQLite writes on into it, and all would be lost."""

    @event.listens_for(engine, "connect")
    def _connect(_: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info[_FILE] = _identity(path)

    @event.listens_for(engine, "begin", insert=True)
    def _begin(connection: Connection) -> None:
        if _identity(path) != connection.info[_FILE]:
            raise DatabaseGone(f"{path}: the database file was moved, removed or replaced while the daemon worked")


def _identity(path: Path) -> tuple[int, int] | None:
    """Return which file has this name now, None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def open_sqlite(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Return a raw connection with our pragmas. A reader cannot write, whatever it is told."""
    raw = sqlite3.connect(
        f"{path.as_uri()}?mode={'ro' if read_only else 'rw'}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,  # the pool hands a connection to one thread at a time
    )
    try:
        if read_only:
            raw.execute("PRAGMA query_only=ON")
        else:
            raw.execute("PRAGMA journal_mode=WAL")
            raw.execute("PRAGMA synchronous=FULL")
            raw.execute(f"PRAGMA busy_timeout={SLICE * 1000:.0f}")  # the rest is waited at BEGIN, which can be hastened
        raw.execute("PRAGMA foreign_keys=ON")
    except BaseException:
        raw.close()
        raise
    return raw


def copy_sqlite(source: Path, target: Path) -> None:
    """Write a consistent, checked copy of a live database: under another name first, so that `target` is whole or
    absent. StoreError if it cannot be written or is not sound.
    """
    part = target.with_name(f"{target.name}.part")
    try:
        _touch(part)
        _copy(source, part)
        durable.sync(part)
        part.replace(target)
        durable.sync(target.parent)
    except sqlite3.Error as error:
        raise _worded(error) from error
    except OSError as error:
        raise StoreError(f"{target}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink()  # only there when the copy failed


def _copy(source: Path, part: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as reader,
        closing(sqlite3.connect(part)) as writer,
    ):
        reader.backup(writer)
        verdict = writer.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise StoreError(f"{part}: the copy is not sound: {verdict}")


def _touch(path: Path) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE))


def _translate(context: ExceptionContext) -> None:
    """Turn the driver's error into ours. The statement and its values stay out of the text: they are people's data."""
    original = context.original_exception
    if isinstance(original, sqlite3.Error):
        raise _worded(original) from original


def _worded(error: sqlite3.Error) -> StoreError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the upper bits say where, the lower what
    if code == sqlite3.SQLITE_FULL:
        return DatabaseFull("no space is left for the database (disk or quota)")
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return DatabaseBusy("the database stayed locked by another process")
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return DatabaseDamaged(f"the database file is damaged: {error.sqlite_errorname}: {error}")
    return StoreError(f"{getattr(error, 'sqlite_errorname', type(error).__name__)}: {error}")


@cache
def insert_new(backend: str, table: Table, key: str) -> Insert:
    """Return an INSERT that leaves a row alone whose `key` is already there."""
    return _insert(backend, table).on_conflict_do_nothing(index_elements=[key])


@cache
def upsert(backend: str, table: Table, key: str) -> Insert:
    """Return an INSERT that replaces all other columns of a row whose `key` is already there."""
    statement = _insert(backend, table)
    changed = {column.name: statement.excluded[column.name] for column in table.columns if column.name != key}
    return statement.on_conflict_do_update(index_elements=[key], set_=changed)


def _insert(backend: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    if backend == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415  # 3 MB that a daemon on SQLite does without

        return postgresql.insert(table)
    return sqlite.insert(table)
