"""Old rows go a few at a time, what is unfinished stays, and the chain of the audit holds over what was removed."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from prometheus_client import CollectorRegistry

from alerts.model import AlertStatus, IncidentStatus
from mppmon.clock import uuid7
from mppmon.config.loaded import DaemonSettings, Keep
from mppmon.daemon.broom import Broom
from mppmon.exporter import SelfMetrics
from mppmon.mall.principal import SYSTEM
from mppmon.store import AuditBroken, AuditEntry, Batch, DatabaseBusy, Store
from mppmon.store.prune import TABLES
from tests.unit.store_kit import MONDAY, alert, incident, new_database, notification
from tests.unit.virtual_loop import run

DAY = timedelta(days=1)
NOW = MONDAY + 500 * DAY
BEFORE = dict.fromkeys(TABLES, NOW - 100 * DAY)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mppmon.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(new_database(path)) as opened:
        yield opened


def rows(path: Path, table: str, key: str = "id") -> list[str]:
    raw = sqlite3.connect(path)
    found = [str(one) for (one,) in raw.execute(f"select {key} from {table} order by {key}")]  # noqa: S608  # our words
    raw.close()
    return found


def test_answers_and_audit_go_by_their_age_and_the_chain_holds(store: Store, path: Path) -> None:
    for day in range(0, 500, 50):
        at = MONDAY + day * DAY
        entry = AuditEntry(at, "budi", "ack", {"incident": str(day)})
        store.commit(SYSTEM, Batch(audit=[entry], commands=[(f"c{day:03}", at, "{}")]))
    assert store.prune(SYSTEM, BEFORE, now=NOW, limit=3) == {"command": 3, "outbox": 0, "alert": 0, "audit": 3}
    assert store.verify_audit(SYSTEM) == 8
    while any(store.prune(SYSTEM, BEFORE, now=NOW, limit=3).values()):
        assert store.verify_audit(SYSTEM) > 2
    assert rows(path, "command") == ["c400", "c450"]
    left = [int(one) for one in rows(path, "audit", "seq")]
    assert left[0] == 9, "the first one that is young; after it who vouches for the others"
    raw = sqlite3.connect(path)
    raw.execute("delete from audit where seq = 9")
    raw.commit()
    raw.close()
    with pytest.raises(AuditBroken, match="audit row 1: is missing; the next one there is 10"):
        store.verify_audit(SYSTEM)


def test_the_newest_of_the_audit_stays_however_old(store: Store, path: Path) -> None:
    store.commit(SYSTEM, Batch(audit=[AuditEntry(MONDAY, "budi", "ack")] * 2))
    assert store.prune(SYSTEM, BEFORE, now=NOW, limit=10)["audit"] == 1
    assert rows(path, "audit", "seq") == ["2", "3"]
    assert store.verify_audit(SYSTEM) == 2


def test_a_message_that_waits_is_never_removed(store: Store, path: Path) -> None:
    for name in ("waits", "sent", "given-up"):
        one = replace(notification(name), key=name, recipient=name, channel="mail")
        store.commit(SYSTEM, Batch(notifications=[one]))
    leased = store.lease(SYSTEM, now=MONDAY + DAY, until=MONDAY + 2 * DAY, limit=9, channels=("mail",))
    for one, attempt in leased:
        if one.key == "sent":
            assert store.mark(SYSTEM, one.key, now=MONDAY + DAY, sent="x", attempt=attempt)
        if one.key == "given-up":
            assert store.mark(SYSTEM, one.key, now=MONDAY + DAY, dead=True, attempt=attempt)
    assert store.prune(SYSTEM, BEFORE, now=NOW, limit=9)["outbox"] == 2
    assert rows(path, "outbox", "key") == ["waits"]


def test_alerts_go_when_they_are_over_and_their_incident_is_closed_since_long(store: Store, path: Path) -> None:
    closed = replace(incident(1), id="old", status=IncidentStatus.CLOSED, closed_at=MONDAY)
    late = replace(incident(2), id="late", status=IncidentStatus.CLOSED, closed_at=NOW - DAY)
    base = replace(alert("x"), status=AlertStatus.RESOLVED)
    young, pends = uuid7(NOW - DAY), uuid7(MONDAY)
    alerts = [
        replace(base, id="of-old", incident="old"),
        replace(base, id="of-late", incident="late"),
        replace(base, id="fires", incident="old", status=AlertStatus.FIRING),
        replace(base, id=uuid7(MONDAY), incident=None),
        replace(base, id=young, incident=None),
        replace(base, id=pends, incident=None, status=AlertStatus.PENDING),
    ]
    store.commit(SYSTEM, Batch(incidents=[closed, late], alerts=alerts))
    assert store.prune(SYSTEM, BEFORE, now=NOW, limit=9)["alert"] == 2
    assert rows(path, "alert") == sorted(["of-late", "fires", young, pends])


class Swept:
    """An engine that answers how many rows went (-1: the database refuses), and notes when it was asked."""

    def __init__(self, *counts: int) -> None:
        self.counts, self.asked = list(counts), list[tuple[float, dict[str, datetime]]]()

    def call(self, work: Callable[[object, datetime], dict[str, int]]) -> "Future[dict[str, int]]":
        future: Future[dict[str, int]] = Future()
        count = self.counts.pop(0)

        def prune(_who: object, before: dict[str, datetime], *, now: datetime, limit: int) -> dict[str, int]:
            assert (now, limit) == (NOW, 500)
            self.asked.append((asyncio.get_running_loop().time(), before))
            if count < 0:
                raise DatabaseBusy("locked")
            return dict.fromkeys(before, count)

        try:
            future.set_result(work(SimpleNamespace(prune=prune), NOW))
        except DatabaseBusy as error:
            future.set_exception(error)
        return future


def test_it_sweeps_until_nothing_old_is_left_and_again_a_day_later() -> None:
    registry = CollectorRegistry()
    engine = Swept(500, -1, 7, 0)
    loaded = SimpleNamespace(settings=DaemonSettings(keep=Keep(commands_days=2)))

    async def story() -> list[float]:
        loop = asyncio.get_running_loop()
        broom = Broom(engine, SelfMetrics(registry), lambda: loaded)  # type: ignore[arg-type,return-value]  # of both, what it uses
        begun = loop.time()
        for _ in range(9000):
            await broom.sweep()
            if len(engine.asked) == 4:
                break
            await asyncio.sleep(10)
        return [at - begun for at, _ in engine.asked]

    assert run(story()) == [600, 610, 620, 620 + 86_400]
    before = engine.asked[0][1]
    assert (before["command"], before["audit"]) == (NOW - 2 * DAY, NOW - 1830 * DAY)
    assert registry.get_sample_value("mppmon_daemon_pruned_rows_total", {"table": "outbox"}) == 507
