"""What all stories have in common."""

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool


def _hasty(raw: object, _record: object) -> None:
    if isinstance(raw, sqlite3.Connection):
        raw.execute("PRAGMA synchronous=OFF")


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """Stories end processes, never the power: what was written is there without waiting for the disk."""
    event.listen(Pool, "connect", _hasty)
    yield
    event.remove(Pool, "connect", _hasty)
