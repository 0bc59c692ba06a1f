"""A batch is there as a whole or not at all; what was kept comes back as it was."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Insert
from sqlalchemy.dialects import registry

from alerts.model import AlertStatus, IncidentStatus, PageStatus
from mppmon.mall.principal import SYSTEM
from mppmon.store import AuditEntry, Batch, DatabaseFull, NoDatabase, Store, StoreError, schema, sqlite_url
from mppmon.store.connect import insert_new, upsert
from tests.unit.store_kit import (
    MINUTE,
    MONDAY,
    alert,
    fresh,
    incident,
    new_database,
    notification,
    page,
    transition,
)

LATE = MONDAY + timedelta(days=9)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return new_database(tmp_path / "mppmon.db")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url) as opened:
        yield opened


def test_what_the_engine_begins_with(store: Store) -> None:
    empty = store.saved(SYSTEM)
    assert (empty.states, empty.alerts, empty.last_seen, empty.next_number) == ({}, (), None, 1)
    up = transition("a/reach", "up", MONDAY)
    down = transition("a/reach", "down", MONDAY - MINUTE, old="up", decided=MONDAY + MINUTE)
    store.commit(SYSTEM, Batch(transitions=[up], last_seen=MONDAY))
    store.commit(
        SYSTEM,
        Batch(
            transitions=[down],
            alerts=[alert("al1"), alert("al2", AlertStatus.PENDING), alert("al3", AlertStatus.RESOLVED)],
            incidents=[
                incident(1),
                incident(7, status=IncidentStatus.CLOSED),
                incident(2, status=IncidentStatus.MENDED),
            ],
            pages=[page("p1", "i1"), page("p2", "i2", PageStatus.ACKNOWLEDGED), page("p3", "i7", PageStatus.DONE)],
            last_seen=MONDAY + MINUTE,
        ),
    )
    saved = store.saved(SYSTEM)
    assert saved.states == {"a/reach": down}, "the newest is the last decided, whenever it took effect"
    assert [one.id for one in saved.alerts] == ["al1", "al2"]
    assert [one.number for one in saved.incidents] == [1, 2]
    assert [one.id for one in saved.pages] == ["p1", "p2"]
    assert (saved.last_seen, saved.next_number) == (MONDAY + MINUTE, 8)
    assert store.last_seen(SYSTEM) == MONDAY + MINUTE


def test_a_row_of_the_same_id_is_replaced(store: Store) -> None:
    store.commit(SYSTEM, Batch(incidents=[incident(1, "alfa")], pages=[page("p1", "i1")], alerts=[alert("al1")]))
    mended = replace(incident(1, "alfa", "bravo"), status=IncidentStatus.MENDED, mended_at=LATE)
    told = replace(page("p1", "i1"), step=2, told=("budi",), next_at=None)
    moved = replace(alert("al1"), incident="i1")
    store.commit(SYSTEM, Batch(incidents=[incident(1), mended], pages=[told], alerts=[moved]))
    saved = store.saved(SYSTEM)
    assert (saved.incidents, saved.pages, saved.alerts) == ((mended,), (told,), (moved,))


def test_an_empty_batch_opens_no_transaction(store: Store) -> None:
    assert Batch().empty
    assert not Batch(last_seen=MONDAY).empty
    with Store.open(sqlite_url(Path(store._url.database or "")), read_only=True) as reader:  # noqa: SLF001  # its file
        reader.commit(SYSTEM, Batch())
        with pytest.raises(StoreError, match="READONLY"):
            reader.commit(SYSTEM, Batch(last_seen=MONDAY))


def test_the_first_answer_of_a_command_stays(store: Store) -> None:
    assert store.answered(SYSTEM, "c1") is None
    store.commit(SYSTEM, Batch(commands=[("c1", MONDAY, '{"ok":true}')]))
    store.commit(SYSTEM, Batch(commands=[("c1", LATE, '{"ok":false}'), ("c2", LATE, "{}")]))
    assert (store.answered(SYSTEM, "c1"), store.answered(SYSTEM, "c2")) == ('{"ok":true}', "{}")


def test_a_batch_that_fails_leaves_nothing(store: Store) -> None:
    whole = Batch(
        transitions=[transition("a/reach", "up", MONDAY)],
        notifications=[notification("k1")],
        incidents=[incident(1)],
        audit=[AuditEntry(MONDAY, "budi", "ack")],
        pages=[page("p1", "an incident that is not there")],
    )
    with pytest.raises(StoreError, match="FOREIGNKEY"):
        store.commit(SYSTEM, whole)
    assert store.saved(SYSTEM).states == {}
    assert (store.pending(SYSTEM), store.verify_audit(SYSTEM), store.saved(SYSTEM).next_number) == (0, 0, 1)
    store.commit(SYSTEM, replace(whole, pages=[]))
    assert (store.pending(SYSTEM), store.verify_audit(SYSTEM)) == (1, 1)


def test_an_error_does_not_repeat_the_row(store: Store) -> None:
    one = transition("secret-subject/reach", "up", MONDAY)
    with pytest.raises(StoreError) as caught:
        store.commit(SYSTEM, Batch(transitions=[one, one]))
    assert "secret-subject" not in str(caught.value)


def test_a_commit_is_on_the_disk_before_it_returns(store: Store) -> None:
    with store._engine.connect() as connection:  # noqa: SLF001  # how the connection was set up is the promise here
        words = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        keys = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
    assert (words, keys) == (["wal", 2], 1)


def test_a_full_disk_is_said_as_such_and_nothing_is_half_kept(store: Store) -> None:
    many = [transition(f"d{number}/reach", "up", MONDAY, cause="x" * 2000) for number in range(200)]
    store.commit(SYSTEM, Batch(transitions=many[:1]))
    with store._engine.connect() as connection:  # noqa: SLF001  # the one pooled connection: its limit stays set
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(DatabaseFull, match="no space is left"):
        store.commit(SYSTEM, Batch(transitions=many[1:], audit=[AuditEntry(MONDAY, "budi", "ack")]))
    assert len(store.saved(SYSTEM).states) == 1
    assert store.verify_audit(SYSTEM) == 0
    with store._engine.connect() as connection:  # noqa: SLF001  # room is made again
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    store.commit(SYSTEM, Batch(transitions=many[1:]))
    assert len(store.saved(SYSTEM).states) == 200


def test_readers_need_no_writer_and_cannot_write(url: str, tmp_path: Path) -> None:
    with pytest.raises(NoDatabase, match="no database"):
        Store.open(sqlite_url(tmp_path / "absent.db"), read_only=True)
    with Store.open(url, read_only=True) as reader:
        assert reader.saved(SYSTEM).states == {}, "though no daemon is there to hold -wal and -shm open"
        with Store.open(url) as writer:
            writer.commit(SYSTEM, Batch(transitions=[transition("a/reach", "up", MONDAY)]))
            assert list(reader.saved(SYSTEM).states) == ["a/reach"]
        with pytest.raises(StoreError, match="READONLY"):
            reader.save_revision(SYSTEM, "r1", "{}", MONDAY, "budi")


def test_a_copy_is_whole_while_the_daemon_writes(store: Store, tmp_path: Path) -> None:
    store.commit(SYSTEM, Batch(transitions=[transition("a/reach", "up", MONDAY)]))
    copy = tmp_path / "copy.db"
    store.backup(SYSTEM, copy)
    store.commit(SYSTEM, Batch(transitions=[transition("b/reach", "up", MONDAY)]))
    with Store.open(sqlite_url(copy)) as copied:
        assert list(copied.saved(SYSTEM).states) == ["a/reach"]
    assert [one.name for one in tmp_path.glob("*.part")] == []
    with pytest.raises(StoreError, match="No such file"):
        store.backup(SYSTEM, tmp_path / "nowhere" / "copy.db")


@pytest.mark.parametrize("url", ["nonsense", "mysql://a:hush@b/c", "sqlite://", "sqlite:///:memory:"])
def test_a_url_we_cannot_use_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(StoreError, match="database URL") as caught:
        Store.open(url)
    assert "hush" not in str(caught.value)


def test_another_database_is_refused() -> None:
    with pytest.raises(StoreError, match="found 'postgresql', expected sqlite:///PATH: ") as caught:
        Store.open("postgresql://me:hush@db/mppmon")
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize("statement", [insert_new, upsert])
def test_every_statement_there_is_one_of_for_each_database(statement: Callable[..., Insert]) -> None:
    for backend in ("sqlite", "postgresql"):
        dialect = registry.load(backend)()
        text = str(statement(backend, schema.command, "id").compile(dialect=dialect))
        assert "ON CONFLICT (id) DO" in text


TIMES: st.SearchStrategy[datetime] = st.integers(0, 30).map(lambda minute: MONDAY + minute * MINUTE)


@settings(max_examples=40)
@given(
    rows=st.lists(st.tuples(st.sampled_from(["a/reach", "b/reach", "ktp@a1", "k%p@a1"]), TIMES), max_size=12),
    start=TIMES,
    end=TIMES,
    wanted=st.none() | st.sets(st.sampled_from(["a/reach", "ktp@a1", "c/reach"])),
    suffix=st.sampled_from([None, "/reach", "tp@a1", "%p@a1"]),
)
def test_transitions_and_what_was_before_agree_with_a_plain_search(
    rows: list[tuple[str, datetime]], start: datetime, end: datetime, wanted: set[str] | None, suffix: str | None
) -> None:
    made = [transition(subject, "up", at) for subject, at in rows]
    with fresh() as store:
        store.commit(SYSTEM, Batch(transitions=made))
        found = store.transitions(SYSTEM, start=start, end=end, subjects=wanted, suffix=suffix)
        before = store.before(SYSTEM, at=start, subjects=["a/reach", "b/reach", "c/reach"])
    expected = [
        one
        for one in sorted(made, key=lambda one: one.at)
        if start <= one.at < end
        and (wanted is None or one.subject in wanted)
        and (suffix is None or one.subject.endswith(suffix))
    ]
    assert found == expected
    newest = {one.subject: one for one in made if one.at < start and one.subject != "ktp@a1"}
    assert before == {subject: one for subject, one in newest.items() if subject.endswith("/reach")}


def test_incidents_that_were_open_at_some_time_of_a_span(store: Store) -> None:
    closed = incident(1, opened_at=MONDAY, closed_at=MONDAY + MINUTE, status=IncidentStatus.CLOSED)
    still = incident(2, opened_at=MONDAY + 5 * MINUTE)
    store.commit(SYSTEM, Batch(incidents=[closed, still]))

    def numbers(start: int, end: int, limit: int = 9) -> list[int]:
        found = store.incidents(SYSTEM, start=MONDAY + start * MINUTE, end=MONDAY + end * MINUTE, limit=limit)
        return [one.number for one in found]

    assert numbers(-9, 99) == [2, 1]
    assert numbers(-9, 99, limit=1) == [2]
    assert numbers(-9, 0) == []
    assert numbers(0, 1) == [1]
    assert numbers(1, 5) == []
    assert numbers(8, 9) == [2]


def test_a_revision_counts_from_when_it_was_in_use(store: Store) -> None:
    for number, name in enumerate(["r1", "r1", "r2", "r1"]):
        store.save_revision(SYSTEM, name, f"text of {name}", MONDAY + number * MINUTE, "budi")
    assert store.revision(SYSTEM, "r2") == "text of r2"
    assert store.revision(SYSTEM, "r3") is None

    def used(start: int, end: int) -> list[tuple[str, int]]:
        found = store.revisions(SYSTEM, start=MONDAY + start * MINUTE, end=MONDAY + end * MINUTE)
        return [(one.revision, (one.at - MONDAY) // MINUTE) for one in found]

    assert used(0, 9) == [("r1", 0), ("r2", 2), ("r1", 3)]
    assert used(1, 2) == [("r1", 0)]
    assert used(2, 3) == [("r2", 2)]
    assert used(5, 9) == [("r1", 3)]
    assert used(-5, 0) == []


CRASH = """
import sys
from mppmon.mall.principal import SYSTEM
from mppmon.store import AuditEntry, Batch, Store
from tests.unit.store_kit import MINUTE, MONDAY, notification, transition
with Store.open(sys.argv[1]) as store:
    for number in range(100_000):
        at = MONDAY + number * MINUTE
        two = [transition(f"{number}-{half}/reach", "up", at) for half in "ab"]
        store.commit(SYSTEM, Batch(transitions=two, notifications=[notification(str(number))],
                                   audit=[AuditEntry(at, "crash", str(number))], last_seen=at))
        print(number, flush=True)
"""


@pytest.mark.parametrize("acknowledged", [1, 30])
def test_killed_in_the_middle_of_commits(acknowledged: int, url: str, tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", CRASH, url], stdout=subprocess.PIPE, text=True)
    try:
        assert child.stdout is not None
        said = [int(child.stdout.readline()) for _ in range(acknowledged)]
    finally:
        child.kill()
        rest, _ = child.communicate()
    said += [int(one) for one in rest.splitlines(keepends=True) if one.endswith("\n")]
    assert said == list(range(len(said)))
    with Store.open(url) as store:
        saved = store.saved(SYSTEM)
        kept = store.pending(SYSTEM)
        assert kept in {len(said), len(said) + 1}, "all that was answered, and at most the one under way"
        assert set(saved.states) == {f"{number}-{half}/reach" for number in range(kept) for half in "ab"}
        assert store.verify_audit(SYSTEM) == kept
        assert saved.last_seen == MONDAY + (kept - 1) * MINUTE
    raw = sqlite3.connect(tmp_path / "mppmon.db")
    assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    raw.close()
