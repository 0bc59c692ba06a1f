"""Bring a database to this mppmon's schema: `python -m mppmon.store.migrate URL --backup DIR`, one line of JSON out.

It runs as a child of the daemon, so that Alembic is gone from memory afterwards. All steps are one transaction: a
migration that is killed leaves the schema it found. What holds data is copied first.
"""

import argparse
import json
import signal
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, inspect
from sqlalchemy.engine import URL

from mppmon.clock import Clock
from mppmon.store.connect import connect, copy_sqlite, parse, sqlite_path
from mppmon.store.errors import SchemaNewer, StoreError
from mppmon.store.migrating import SECONDS, Migrated
from mppmon.store.schema import VERSIONS
from mppmon.store.store import stored_version

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str, backup: Path, *, now: datetime) -> Migrated:
    """Migrate in this process, after a copy into the directory `backup` when there is data to lose.

    SchemaNewer when a newer mppmon wrote it; StoreError when it is somebody else's database.
    """
    parsed = parse(url)
    engine = connect(parsed, read_only=False, create=True)
    try:
        return _migrate(engine, parsed, backup, now)
    finally:
        engine.dispose()


def _migrate(engine: Engine, url: URL, backup: Path, now: datetime) -> Migrated:
    found = stored_version(engine)
    if found == VERSIONS[-1]:
        return Migrated(found, found)
    if found is not None and found not in VERSIONS:
        raise SchemaNewer(f"the database has schema {found}, this mppmon knows up to {VERSIONS[-1]}")
    with engine.connect() as connection:
        if found is None and inspect(connection).get_table_names():
            raise StoreError("the database has tables that are not mppmon's; expected an empty one or our own")
    copy = None if found is None else _copy(url, backup, found, now)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, VERSIONS[-1])
    return Migrated(found, VERSIONS[-1], copy)


def _copy(url: URL, directory: Path, found: str, now: datetime) -> str:
    source = sqlite_path(url)
    directory.mkdir(parents=True, exist_ok=True)
    target = directory.absolute() / f"{source.stem}-schema-{found}-{now:%Y%m%dT%H%M%SZ}.db"
    copy_sqlite(source, target)
    return str(target)


def main(arguments: list[str] | None = None) -> int:
    """Run as a program: 0 and the result, or 1 and the error, as one line of JSON on stdout."""
    parser = argparse.ArgumentParser(prog="python -m mppmon.store.migrate", description=__doc__)
    parser.add_argument("url", metavar="URL", help="sqlite:///PATH")
    parser.add_argument("--backup", metavar="DIR", type=Path, required=True, help="where the copy goes")
    given = parser.parse_args(arguments)
    try:
        answer: dict[str, str | None] = asdict(migrate(given.url, given.backup, now=Clock().now()))
    except StoreError as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    sys.stdout.write(f"{json.dumps(answer)}\n")
    return 1 if "error" in answer else 0


if __name__ == "__main__":
    signal.alarm(SECONDS)
    sys.exit(main())
