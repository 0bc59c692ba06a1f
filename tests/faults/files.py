"""Rows 6 and 30: a database that is damaged, and one that an older mppmon wrote."""

import json
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config

from mppmon.clock import Clock
from mppmon.state import database_file
from mppmon.store.aside import damage
from mppmon.store.connect import connect, parse, sqlite_url
from mppmon.store.migrate import MIGRATIONS, migrate
from mppmon.store.schema import VERSIONS
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, trial, until

_PAGE = 4096
_POINTS = 100  # more than a migration from the first schema has


def spoiled(_config: Path) -> None:
    """Name a trial whose database is tampered with."""


def overwrite(file: Path) -> None:
    """Overwrite every other page but the first two."""
    with file.open("r+b") as raw:
        for page in range(2, file.stat().st_size // _PAGE, 2):
            raw.seek(page * _PAGE)
            raw.write(b"\xa5" * _PAGE)


def behead(file: Path) -> None:
    """Overwrite the first page: it is no database any more."""
    with file.open("r+b") as raw:
        raw.write(b"\xa5" * _PAGE)


def empty(file: Path) -> None:
    """Cut it to nothing."""
    file.write_bytes(b"")


def damaged(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Damage the file of a daemon that is off: kept, said to the administrator, a fresh one pages; numbers go on."""
    wrong: list[str] = []
    ways: tuple[Callable[[Path], None], ...] = (overwrite,) if short else (overwrite, empty, behead)
    with trial(folder, spoiled) as here:
        here.start()
        here.well()
        number = _fault(here, 0, wrong)
        for way in ways:
            for death in (signal.SIGTERM,) if short else (signal.SIGTERM, signal.SIGKILL):
                here.stop(death)
                number = _begin_anew(here, way, number, wrong)
    return Found(not wrong, len(wrong), "wrong", "; ".join(wrong) or f"{len(ways)} kinds of damage, incident {number}")


def _begin_anew(here: Trial, way: Callable[[Path], None], number: int, wrong: list[str]) -> int:
    file = database_file(here.state)
    way(file)
    before, known = file.read_bytes(), set(here.state.glob("mppmon.db.corrupt-*Z"))
    here.forget()
    if not damage(file):  # after a kill the log still has the page: nothing is lost, and it is not to be set aside
        here.start()
        here.well()
        if set(here.state.glob("mppmon.db.corrupt-*Z")) != known:
            wrong.append(f"{way.__name__}: set aside though its log makes it whole")
        return _fault(here, number - 1, wrong)  # the same again so soon is the same incident
    here.start()
    if not until(lambda: [one for one in here.news() if "basis data rusak" in one.text], 40):
        wrong.append(f"{way.__name__}: nobody was told")
    kept = [one.read_bytes() for one in set(here.state.glob("mppmon.db.corrupt-*Z")) - known]
    if kept != [before]:
        wrong.append(f"{way.__name__}: {len(kept)} files kept, or not as it was")
    here.well()
    return _fault(here, number, wrong)


def _fault(here: Trial, above: int, wrong: list[str]) -> int:
    """Play a fault from its beginning to its end; return its number, which must be above another."""
    here.simulator.begin("jam", "printer")
    open_ = until(lambda: [one for one in here.status().get("incidents", ()) if one["root"] == "printer"], 20)
    number = int(open_[0]["number"]) if open_ else 0
    if number <= above:
        wrong.append(f"incident {number} after incident {above}")
    if not until(lambda: any("TERHENTI" in one.text for one in here.news()), 25):
        wrong.append("not told")
    here.simulator.mend()
    here.well()
    return number


def older(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Start on a database of the first schema with real content; before that, kill its migration at every point."""
    folder.mkdir(parents=True, exist_ok=True)
    with trial(folder, spoiled) as here:
        here.start()
        here.well()
        wrong: list[str] = []
        number = _fault(here, 0, wrong)
        here.stop()
        file = database_file(here.state)
        old = folder / "old.db"
        _written_by_the_first(file, old)
        file.write_bytes(old.read_bytes())
        content = _content(old)
        kills, backups = _killed(old, folder, content, wrong, short=short)
        here.forget()
        here.start()
        kept = list((here.state / "backup").glob("*-schema-0001-*.db"))
        if [_content(one) for one in kept] != [content]:
            wrong.append(f"{len(kept)} copies, or not with the old content")
        here.well()
        _fault(here, number - 1, wrong)  # the same again so soon is the same incident
        if not _holds(file, content):
            wrong.append("rows of the old content are gone")
    rows = sum(len(one) for one in content.values())
    note = f"{rows} rows of schema 0001, {kills} kills, {backups} copies read; {'; '.join(wrong[:3])}"
    return Found(not wrong and kills > 0, len(wrong), "wrong", note)


def _written_by_the_first(file: Path, old: Path) -> None:
    """Write what a database holds as the first mppmon would have."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    engine = connect(parse(sqlite_url(old)), read_only=False, create=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, VERSIONS[0])
    engine.dispose()
    with closing(sqlite3.connect(old)) as raw:
        raw.execute("attach ? as newer", (str(file),))
        for table in sorted(_content(old)):
            raw.execute(f"insert into main.{table} select * from newer.{table}")  # noqa: S608  # a name of our schema
        raw.commit()
        raw.execute("pragma wal_checkpoint(truncate)")


def _content(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of all tables; the schema's version is none of them."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as raw:
        named = raw.execute("select name from sqlite_schema where type = 'table' and name <> 'alembic_version'")
        names = [one for (one,) in named]
        return {one: raw.execute(f"select * from {one} order by 1").fetchall() for one in names}  # noqa: S608  # likewise


def _holds(file: Path, content: dict[str, list[tuple[object, ...]]], *, exactly: bool = False) -> bool:
    """Whether a database has all these rows: what is written over is not asked, unless nothing has been."""
    present = _content(file)
    kept = ("transition", "audit", "revision") if not exactly else tuple(content)
    return all(set(content[table]) <= set(present[table]) for table in kept)


def _killed(
    old: Path, folder: Path, content: dict[str, list[tuple[object, ...]]], wrong: list[str], *, short: bool
) -> tuple[int, int]:
    """Kill migrations of copies; return how many died, and how many backups were read."""
    every = range(1, _POINTS)
    points = sorted(random.Random(30).sample(every[:20], 6)) if short else list(every)  # noqa: S311  # a test's dice
    place = folder / "killed"
    argv = [sys.executable, "-m", "tests.faults.migrating", str(old), str(place), ",".join(map(str, points))]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    died: dict[str, bool] = json.loads(done.stdout)
    backups = 0
    for point in (one for one, killed in died.items() if killed):
        file = place / point / "mppmon.db"
        with closing(sqlite3.connect(file)) as raw:
            version = raw.execute("select version_num from alembic_version").fetchone()[0]
        if damage(file) or version not in {VERSIONS[0], VERSIONS[-1]} or not _holds(file, content, exactly=True):
            wrong.append(f"killed at {point}: neither old nor new: {version}")
        migrate(sqlite_url(file), place / point / "backup", now=Clock().now())
        copies = list((place / point / "backup").glob("*.db"))
        if not copies or any(_content(one) != content for one in copies) or not _holds(file, content, exactly=True):
            wrong.append(f"killed at {point}: {len(copies)} copies, or not with the old content")
        backups += len(copies)
    return sum(died.values()), backups


ROWS = (
    Row(6, "pages overwritten, file emptied", "set aside, kept, admin paged, a fresh one works", damaged),
    Row(30, "older schema, its migration killed", "migrated, backup kept with the old content; old or new", older),
)
