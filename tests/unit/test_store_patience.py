"""A lock that somebody else holds: waited for, then refused; hardly waited for by a process that ends."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mppmon.mall.principal import SYSTEM
from mppmon.store import Batch, DatabaseBusy, Store
from mppmon.store.patience import LAST, SLICES, Patience
from tests.unit.store_kit import MONDAY, new_database

SIGN = Batch(last_seen=MONDAY)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How often a transaction had found the lock taken, each time that it did; a slice is a millisecond here."""
    found: list[int] = []
    lasts = Patience.lasts

    def noted(self: Patience, tried: int) -> bool:
        found.append(tried)
        return lasts(self, tried)

    monkeypatch.setattr(Patience, "lasts", noted)
    monkeypatch.setattr("mppmon.store.connect.SLICE", 0.001)
    return found


@pytest.fixture
def store(tmp_path: Path, asked: list[int]) -> Iterator[Store]:  # noqa: ARG001  # before the store is opened
    with Store.open(new_database(tmp_path / "mppmon.db")) as made:
        yield made


@pytest.fixture
def other(tmp_path: Path, store: Store) -> Iterator[sqlite3.Connection]:  # noqa: ARG001  # the database is there
    with closing(sqlite3.connect(tmp_path / "mppmon.db", isolation_level=None)) as made:
        made.execute("BEGIN IMMEDIATE")
        yield made


def test_a_lock_is_waited_for_slice_by_slice(
    store: Store, other: sqlite3.Connection, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    lasts = Patience.lasts

    def released(self: Patience, tried: int) -> bool:
        if tried == 3:
            other.execute("ROLLBACK")
        return lasts(self, tried)

    monkeypatch.setattr(Patience, "lasts", released)
    store.commit(SYSTEM, SIGN)
    assert asked == [1, 2, 3]
    assert store.last_seen(SYSTEM) == MONDAY


@pytest.mark.usefixtures("other")
def test_it_is_not_waited_for_for_ever(store: Store, asked: list[int]) -> None:
    for _ in range(2):
        with pytest.raises(DatabaseBusy, match="locked by another process"):
            store.commit(SYSTEM, SIGN)
    assert asked == [*range(1, SLICES + 1)] * 2


@pytest.mark.usefixtures("other")
def test_who_ends_waits_little_and_only_once(store: Store, asked: list[int]) -> None:
    store.hasten()
    for _ in range(3):
        with pytest.raises(DatabaseBusy):
            store.commit(SYSTEM, SIGN)
    assert asked == [*range(1, LAST + 1), 1, 1]
