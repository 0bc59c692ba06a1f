"""Records and databases for the tests of the store and the reports."""

import atexit
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from alerts.model import (
    Alert,
    AlertKey,
    AlertStatus,
    Facts,
    Incident,
    IncidentStatus,
    Message,
    NoticeKind,
    Notification,
    Page,
    PageStatus,
    Stopped,
    Words,
)
from mppmon.clock import uuid7
from mppmon.mall.model import Transition
from mppmon.store import Store, sqlite_url
from mppmon.store.migrate import migrate

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 08.00 in Jakarta
MINUTE = timedelta(minutes=1)


@cache
def _template() -> Path:
    path = Path(mkdtemp(prefix="mppmon-store-")) / "empty.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    migrate(sqlite_url(path), path.parent, now=MONDAY)
    return path


def new_database(path: Path) -> str:
    """Put an empty database of the newest schema there; return its URL."""
    shutil.copy(_template(), path)
    return sqlite_url(path)


@contextmanager
def fresh() -> Iterator[Store]:
    """Open a store of its own (for Hypothesis, whose examples must not share one)."""
    with TemporaryDirectory(prefix="mppmon-store-") as directory:
        url = new_database(Path(directory) / "mppmon.db")
        with Store.open(url) as store:
            yield store


def transition(
    subject: str,
    new: str,
    at: datetime,
    *,
    old: str = "unknown",
    cause: str = "start",
    agency: str | None = None,
    decided: datetime | None = None,
) -> Transition:
    """Return a transition, decided at once unless told otherwise."""
    decided = decided or at
    return Transition(uuid7(decided), subject, old, new, at, decided, cause, "rev1", agency)


def alert(name: str, status: AlertStatus = AlertStatus.FIRING) -> Alert:
    """Return an alert of a device."""
    return Alert(name, AlertKey("DeviceDown", "sw-core"), status, MONDAY, MONDAY, 1.0)


def incident(
    number: int,
    *agencies: str,
    status: IncidentStatus = IncidentStatus.OPEN,
    opened_at: datetime = MONDAY,
    closed_at: datetime | None = None,
) -> Incident:
    """Return an incident that stops one service of each agency."""
    facts = Facts(
        device="Switch inti",
        where="Lt. 1",
        what=Words("mati", "dead"),
        first_step=Words("periksa daya", "check the power"),
        since=opened_at,
        stopped=tuple(
            Stopped(f"{one} service", f"{one} counter", one, interrupted=True, citizens_per_hour=12.0)
            for one in agencies
        ),
        children=tuple(f"{one} pc" for one in agencies),
    )
    return Incident(f"i{number}", number, "sw-core", status, opened_at, facts, agencies, closed_at=closed_at)


def page(name: str, incident_id: str, status: PageStatus = PageStatus.PAGING) -> Page:
    """Return a page of an incident."""
    return Page(name, incident_id, "default", status, 0, MONDAY)


def notification(
    key: str,
    *,
    incident_id: str = "i1",
    recipient: str = "budi",
    channel: str = "mail",
    urgent: bool = True,
    created_at: datetime = MONDAY,
) -> Notification:
    """Return a notification about an incident."""
    message = Message("Cetak KTP-el TERHENTI", ("Cetak KTP-el TERHENTI", "Loket A3"))
    address = f"{recipient}@mall.example"
    return Notification(
        key, incident_id, None, recipient, channel, address, NoticeKind.PAGE, message, urgent, created_at
    )
