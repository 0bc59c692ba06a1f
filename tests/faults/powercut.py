"""Row 31: the power is cut at every instant of a recording; what the disk then holds is opened as a start opens it.

What is recorded are the writes and syncs of the real daemon from its first start on (`disk`). The oracle is the
database itself, as it was at each of its syncs: after a cut it must be, row for row, as at the last sync that was over,
or as at the next one. What people were answered, and each message that the provider took, must be in it.
"""

import random
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from mppmon.clock import Clock
from mppmon.config import Loaded, load
from mppmon.engine.core import Engine
from mppmon.mall.principal import SYSTEM
from mppmon.state import database_file
from mppmon.store import Store, StoreError
from mppmon.store.aside import damage
from mppmon.store.migrate import migrate
from mppmon.store.numbers import kept
from mppmon.store.paths import database_url
from tests.faults.disk import STRACE, TEXT, Deed, Disk, recorded
from tests.faults.row import Found, Row
from tests.faults.trial import Trial, fresh, until
from tests.stories.house import HandClock, Recorder

_OURS = ("mppmon.db", "mppmon.db-", "incident-number")
_LOG = "mppmon.db-wal"


@dataclass(frozen=True)
class Known:
    """From `at` (Unix time) on somebody outside knows it: a command's `id`, or a message's key and incident number."""

    at: float
    table: str
    id: str
    number: int = 0


@dataclass
class Recording:
    """What was done to the disk, and what people outside were told meanwhile."""

    deeds: list[Deed]
    known: list[Known]
    loaded: Loaded
    now: datetime


@dataclass
class Tally:
    """What the replay of many cuts found. `wrong`: texts, the first few are said."""

    cuts: int = 0
    missing: int = 0
    quarantined: int = 0
    wrong: list[str] = field(default_factory=list)


def record(here: Trial, faults: int) -> Recording:
    """Let the real daemon begin on nothing, see faults, acknowledgements and recoveries, and end."""
    trace, answers, clock = here.folder / "trace", [], Clock()
    begun = clock.now().timestamp() - clock.monotonic()
    here.prefix = (*STRACE, "-o", str(trace), sys.executable, "-m", "tests.faults.recording")
    database_file(here.state).unlink(missing_ok=True)  # the empty one of every trial: here the beginning counts, too
    here.start()
    here.well()
    for _ in range(faults):
        here.forget()
        here.simulator.begin("jam", "printer")
        number = here.incident() or 0
        here.arrived(1)
        before = _commands(here)
        if here.acknowledge(number, str(uuid4())) == "ok":
            at = clock.now().timestamp()
            answers += [Known(at, "command", one) for one in _commands(here) - before]
        here.arrived(2)
        here.simulator.mend()
        here.arrived(3)
        here.well()
    here.stop()
    until(lambda: "mppmon.db-wal" in _end(trace), 10)  # the last thing a store does is to delete its log
    numbers = _numbers(database_file(here.state))
    told = [
        Known(one.at + begun, "outbox", one.key, numbers.get(one.key, 0)) for one in here.provider.receipts if one.key
    ]
    deeds = recorded(trace, here.state, ours=_OURS)
    return Recording(deeds, [*answers, *told], load(here.config, today=clock.now().date()), clock.now())


def _end(trace: Path) -> str:
    """Return the last names that were deleted."""
    found = [line for line in trace.read_text("ascii").splitlines() if "unlink(" in line][-2:]
    return "".join(bytes.fromhex(one.replace("\\x", "")).decode() for line in found for one in TEXT.findall(line))


def _commands(here: Trial) -> set[str]:
    with closing(sqlite3.connect(f"{database_file(here.state).as_uri()}?mode=ro", uri=True)) as raw:
        return {one for (one,) in raw.execute("select id from command")}


def _numbers(database: Path) -> dict[str, int]:
    query = "select outbox.key, incident.number from outbox join incident on incident.id = outbox.incident"
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as raw:
        return dict(raw.execute(query))


@contextmanager
def _folder() -> Iterator[Path]:
    """Return a directory in memory: thousands of databases are opened in it."""
    memory = Path("/dev/shm")  # noqa: S108  # a directory of our own in it
    with tempfile.TemporaryDirectory(prefix="powercut-", dir=memory if memory.is_dir() else None) as made:
        yield Path(made)


def _content(database: Path) -> str:
    """Return what all tables hold, in short."""
    if not database.exists():
        return ""
    try:
        return _read(database, "ro")
    except sqlite3.OperationalError:  # its very first transaction is to be rolled back, which takes a writer
        return _read(database, "rw")


def _read(database: Path, mode: str) -> str:
    digest = sha256()
    with closing(sqlite3.connect(f"{database.as_uri()}?mode={mode}", uri=True)) as raw:
        tables = [one for (one,) in raw.execute("select name from sqlite_schema where type = 'table' order by name")]
        for table in tables:
            rows = raw.execute(f'select * from "{table}" order by 1').fetchall()  # noqa: S608  # a name of our schema
            digest.update(f"{table}{rows!r}".encode())
    return digest.hexdigest() if tables else ""


def references(deeds: Sequence[Deed]) -> list[tuple[int, str]]:
    """Return what the database holds when each sync is over: `(number of the deed, content)`."""
    found: list[tuple[int, str]] = [(-1, "")]
    disk = Disk()
    with _folder() as folder:
        for deed in deeds:
            disk.do(deed)
            if deed.what == "sync":
                for old in folder.iterdir():
                    old.unlink()
                disk.left(folder, None)
                found.append((deed.number, _content(folder / "mppmon.db")))
    return found


def replay(recording: Recording, allowed: Sequence[tuple[int, str]], cuts: Sequence[int], dice: random.Random) -> Tally:
    """Cut the power after each of these deeds (ascending; one that comes twice is cut twice, with other dice)."""
    tally, disk, done = Tally(), Disk(), 0
    for cut in cuts:
        while done <= cut:
            disk.do(recording.deeds[done])
            done += 1
        with _folder() as folder:
            tally.cuts += 1
            tally.missing += disk.left(folder, dice)
            try:
                _open(recording, folder, cut, allowed, tally, alive=tally.cuts % 10 == 0)
            except (sqlite3.DatabaseError, SQLAlchemyError, StoreError) as error:
                tally.wrong.append(f"after {cut}: damaged, which the look at the start did not see: {error}")
    return tally


def _open(
    recording: Recording, folder: Path, cut: int, allowed: Sequence[tuple[int, str]], tally: Tally, *, alive: bool
) -> None:
    """Open what is left as a start does, and hold it against what was known outside before the cut."""
    database = database_file(folder)
    wrong = damage(database)
    if wrong:
        tally.quarantined += 1
        tally.wrong.append(f"after {cut}: damaged: {wrong}")
        return
    present = _content(database)
    before = [content for number, content in allowed if number <= cut]
    after = [content for number, content in allowed if number > cut]
    if present not in {*before[-1:], *after[:1]}:
        tally.wrong.append(f"after {cut}: neither as before nor as after its transaction")
    migrate(database_url(folder), folder / "backup", now=recording.now)
    at = recording.deeds[cut].at
    known = [one for one in recording.known if one.at <= at]
    with closing(sqlite3.connect(database)) as raw:
        for table, column in (("command", "id"), ("outbox", "key")):
            there = {one for (one,) in raw.execute(f"select {column} from {table}")}  # noqa: S608  # two of our names
            lost = {one.id for one in known if one.table == table} - there
            tally.wrong.extend(f"after {cut}: lost {table} {one}" for one in sorted(lost))
        waiting = raw.execute("select count(*) from outbox where status in ('pending', 'leased')").fetchone()[0]
    number = max((one.number for one in known), default=0)
    if (kept(database) or 0) < number:
        tally.wrong.append(f"after {cut}: incident {number} was told, {kept(database)} is kept beside the database")
    if alive:
        _start(recording, folder, waiting, tally, cut)


def _start(recording: Recording, folder: Path, waiting: int, tally: Tally, cut: int) -> None:
    """Let an engine begin on it: all that waits is there to be sent."""
    with Store.open(database_url(folder)) as store:
        store.release(SYSTEM)
        engine = Engine(recording.loaded, store, HandClock(at=[recording.now]), Recorder())
        engine.turn([None])
        if store.pending(SYSTEM) < waiting:
            tally.wrong.append(f"after {cut}: {waiting} messages waited, {store.pending(SYSTEM)} do after the start")


def played(folder: Path, short: bool) -> Found:  # noqa: FBT001  # a row's signature
    """Record, cut everywhere, and cut once more as if the log had never been synced: that must be noticed."""
    with fresh(folder) as here:
        recording = record(here, 1 if short else 20)
    dice = random.Random(31)  # noqa: S311  # a test's dice
    every = range(len(recording.deeds))
    allowed = references(recording.deeds)
    begun = next(number for number, content in allowed if content)  # before that a start makes all tables
    few = [*dice.choices(every[:begun], k=4), *dice.choices(every[begun:], k=80)]
    cuts = sorted(few) if short else sorted([*every, *every, *every])
    tally = replay(recording, allowed, cuts, dice)
    lying = [one for one in recording.deeds if not (one.what == "sync" and one.name == _LOG)]
    again = [Deed(place, *_rest(one)) for place, one in enumerate(lying)]
    blind = Recording(again, recording.known, recording.loaded, recording.now)
    control = replay(blind, [], sorted(dice.choices(range(len(again) // 2, len(again)), k=60 if short else 200)), dice)
    noticed = sum("lost" in one or "damaged" in one for one in control.wrong)
    checkpoints = sum(one.what == "sync" and one.name == "mppmon.db" for one in recording.deeds)
    note = (
        f"{len(recording.deeds)} writes and syncs, {checkpoints} syncs of the file itself, {tally.missing} writes "
        f"dropped or torn, {len(recording.known)} answers and receipts, {tally.quarantined} damaged; "
        f"without the log's syncs {noticed} losses are seen; {'; '.join(tally.wrong[:3])}"
    )
    ok = not tally.wrong and noticed > 0 and checkpoints > 1 and bool(recording.known)
    return Found(ok, len(tally.wrong), f"wrong of {tally.cuts} cuts", note)


def _rest(deed: Deed) -> tuple[float, str, str, bytes, int, str]:
    return deed.at, deed.what, deed.name, deed.data, deed.offset, deed.other


ROWS = (Row(31, "power cut at any instant, torn pages", "nothing answered or told is lost, nothing half", played),)
