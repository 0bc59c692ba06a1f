"""The outbox by lease: nothing is lost, nothing is overtaken, a late word does not count."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mppmon.mall.principal import SYSTEM
from mppmon.store import Batch, Store, Told
from tests.unit.store_kit import MINUTE, MONDAY, fresh, incident, new_database, notification

CHANNELS = ("mail", "chat")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(new_database(tmp_path / "mppmon.db")) as opened:
        yield opened


def lease(store: Store, minute: int, *, minutes: int = 1, limit: int = 9) -> list[tuple[str, int]]:
    now = MONDAY + minute * MINUTE
    found = store.lease(SYSTEM, now=now, until=now + minutes * MINUTE, limit=limit, channels=CHANNELS)
    return [(one.key, attempt) for one, attempt in found]


def due(store: Store, minute: int) -> int | None:
    at = store.next_due(SYSTEM, MONDAY + minute * MINUTE)
    return None if at is None else (at - MONDAY) // MINUTE


def put(store: Store, *keys: str, **fields: object) -> None:
    store.commit(SYSTEM, Batch(notifications=[notification(key, **fields) for key in keys]))  # type: ignore[arg-type]  # by name


def test_a_notification_is_put_in_once(store: Store) -> None:
    put(store, "k1")
    put(store, "k1", recipient="somebody else")
    assert store.pending(SYSTEM) == 1
    ((leased, attempt),) = store.lease(SYSTEM, now=MONDAY, until=MONDAY, limit=9, channels=CHANNELS)
    assert (leased, attempt) == (notification("k1"), 1)


def test_sent_is_the_end(store: Store) -> None:
    put(store, "k1")
    assert due(store, 0) == 0
    assert lease(store, 0) == [("k1", 1)]
    assert lease(store, 0) == [], "it is somebody's"
    assert store.mark(SYSTEM, "k1", now=MONDAY, sent="provider-7", attempt=1)
    assert (store.pending(SYSTEM), due(store, 0), lease(store, 99)) == (0, None, [])
    put(store, "k1")
    assert store.pending(SYSTEM) == 0, "not even when the engine says it again"


def test_a_lease_that_runs_out_is_another_attempt(store: Store) -> None:
    put(store, "k1")
    assert lease(store, 0) == [("k1", 1)]
    assert due(store, 0) == 1
    assert lease(store, 1) == [("k1", 2)]
    assert not store.mark(SYSTEM, "k1", now=MONDAY, sent="late", attempt=1), "the first holder speaks too late"
    assert not store.mark(SYSTEM, "k1", now=MONDAY, dead=True, attempt=1)
    assert store.pending(SYSTEM) == 1
    assert store.mark(SYSTEM, "k1", now=MONDAY, sent="second", attempt=2)
    assert not store.mark(SYSTEM, "k1", now=MONDAY, dead=True, attempt=2), "nor twice"
    assert store.pending(SYSTEM) == 0


def test_a_retry_waits_for_its_time(store: Store) -> None:
    put(store, "k1")
    assert lease(store, 0) == [("k1", 1)]
    assert store.mark(SYSTEM, "k1", now=MONDAY, retry_at=MONDAY + 5 * MINUTE, reason="rate-limited", attempt=1)
    assert (due(store, 0), lease(store, 4)) == (5, [])
    assert (due(store, 7), lease(store, 5)) == (7, [("k1", 2)])


def test_urgent_first_then_the_older(store: Store) -> None:
    for number, urgent in enumerate([False, True, False, True]):
        put(store, f"k{number}", urgent=urgent, recipient=f"r{number}")
    assert lease(store, 0, limit=3) == [("k1", 1), ("k3", 1), ("k0", 1)]
    assert lease(store, 0) == [("k2", 1)]


def test_a_later_one_of_the_same_line_waits(store: Store) -> None:
    put(store, "page")
    put(store, "resolved", urgent=True)
    put(store, "elsewhere", channel="chat")
    put(store, "other-incident", incident_id="i2")
    assert lease(store, 0, minutes=9) == [("page", 1), ("elsewhere", 1), ("other-incident", 1)]
    assert due(store, 0) == 9, "what waits behind another is not due before that one is"
    assert store.mark(SYSTEM, "page", now=MONDAY, retry_at=MONDAY + 3 * MINUTE, attempt=1)
    assert lease(store, 1) == []
    assert lease(store, 3) == [("page", 2)]
    assert store.mark(SYSTEM, "page", now=MONDAY, dead=True, reason="blocked", attempt=2)
    assert lease(store, 3) == [("resolved", 1)], "a dead one holds up nobody"


def test_a_channel_that_is_gone_never_comes_due(store: Store) -> None:
    put(store, "k1", channel="fax")
    assert lease(store, 0) == []
    assert store.next_due(SYSTEM, MONDAY, channels=CHANNELS) is None
    assert store.pending(SYSTEM) == 1


def test_mark_wants_one_outcome(store: Store) -> None:
    for wrong in ({}, {"sent": "a", "dead": True}, {"retry_at": MONDAY, "dead": True}):
        with pytest.raises(ValueError, match="exactly one"):
            store.mark(SYSTEM, "k1", now=MONDAY, attempt=1, **wrong)  # type: ignore[arg-type]  # on purpose


def test_what_became_of_it_is_told_without_the_address(store: Store) -> None:
    store.commit(SYSTEM, Batch(incidents=[incident(1)]))
    put(store, "k1")
    lease(store, 0)
    store.mark(SYSTEM, "k1", now=MONDAY + MINUTE, dead=True, reason="blocked", attempt=1)
    (told,) = store.timeline(SYSTEM, "i1")
    assert isinstance(told, Told)
    assert (told.recipient, told.channel, told.status, told.attempts) == ("budi", "mail", "dead", 1)
    assert (told.finished_at, told.reason) == (MONDAY + MINUTE, "blocked")
    assert "mall.example" not in repr(told)


@dataclass
class Row:
    """The outbox as a child would write it down."""

    key: str
    line: tuple[str, str]
    urgent: bool
    due: datetime
    attempts: int = 0
    leased: bool = False
    done: bool = False


@dataclass
class Oracle:
    """Says by plain search what may be leased."""

    rows: list[Row] = field(default_factory=list)

    def lease(self, now: datetime, until: datetime, limit: int) -> list[tuple[str, int]]:
        heads: dict[tuple[str, str], Row] = {}
        for row in self.rows:
            if not row.done:
                heads.setdefault(row.line, row)
        ready = [row for row in self.rows if heads.get(row.line) is row and row.due <= now]
        taken = sorted(ready, key=lambda row: not row.urgent)[:limit]
        for row in taken:
            row.attempts += 1
            row.leased = True
            row.due = until
        return [(row.key, row.attempts) for row in taken]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(["budi", "siti"]), st.sampled_from(CHANNELS), st.booleans()),
        st.tuples(st.just("lease"), st.integers(1, 3), st.integers(0, 3), st.none()),
        st.tuples(st.just("mark"), st.integers(0, 9), st.sampled_from(["sent", "dead", "retry"]), st.integers(0, 1)),
        st.tuples(st.just("pass"), st.integers(1, 4), st.none(), st.none()),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(STEPS)
def test_any_story_goes_as_a_plain_search_says(steps: list[tuple[str, object, object, object]]) -> None:
    oracle, now, held = Oracle(), MONDAY, list[tuple[str, int]]()
    with fresh() as store:
        for step in steps:
            match step:
                case ("put", str(recipient), str(channel), bool(urgent)):
                    key = f"k{len(oracle.rows)}"
                    put(store, key, recipient=recipient, channel=channel, urgent=urgent, created_at=now)
                    oracle.rows.append(Row(key, (recipient, channel), urgent, now))
                case ("lease", int(limit), int(minutes), _):
                    until = now + minutes * MINUTE
                    found = store.lease(SYSTEM, now=now, until=until, limit=limit, channels=CHANNELS)
                    assert [(one.key, attempt) for one, attempt in found] == oracle.lease(now, until, limit)
                    held += [(one.key, attempt) for one, attempt in found]
                case ("mark", int(which), str(word), int(stale)) if held:
                    key, attempt = held[which % len(held)]
                    mark(store, oracle, key, attempt - stale, word, now)
                case ("pass", int(minutes), _, _):
                    now += minutes * MINUTE
            assert store.pending(SYSTEM) == sum(not row.done for row in oracle.rows)


def mark(store: Store, oracle: Oracle, key: str, attempt: int, word: str, now: datetime) -> None:
    row = next(row for row in oracle.rows if row.key == key)
    counts = row.leased and attempt == row.attempts
    again = now + timedelta(minutes=2)
    if word == "sent":
        done = store.mark(SYSTEM, key, now=now, sent="p", attempt=attempt)
    elif word == "dead":
        done = store.mark(SYSTEM, key, now=now, dead=True, attempt=attempt)
    else:
        done = store.mark(SYSTEM, key, now=now, retry_at=again, attempt=attempt)
    assert done == counts
    if counts:
        row.leased = False
        row.done = word != "retry"
        row.due = again
