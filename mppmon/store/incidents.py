"""Reading incidents and what was told about them.

An incident may concern several agencies. Each sees it with its own services only: the others', and whose device was the
cause, are taken out here.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select

from alerts.model import Alert, AlertStatus, Incident, IncidentStatus, NoticeKind, Page, PageStatus
from alerts.timeline import Event
from mppmon.clock import from_micros, micros
from mppmon.mall.model import Mall
from mppmon.mall.principal import Principal
from mppmon.store import events
from mppmon.store.codec import canonical, decode
from mppmon.store.records import Told
from mppmon.store.schema import alert, incident, incident_agency, outbox, page
from mppmon.store.scope import incident_for, scope

LATEST = 2**31 - 1
"""Above every number; a larger one is no incident's, and no integer of every database."""

_AFTERWARDS = 3_600_000_000
"""Microseconds after its end in which a summary may still tell of an incident."""


def between(
    connection: Connection, principal: Principal, *, start: datetime, end: datetime, limit: int
) -> list[Incident]:
    """Return the incidents that were open at some time of `[start, end)`, the newest first."""
    rows = connection.scalars(
        select(incident.c.body)
        .where(incident.c.opened_at < micros(end))
        .where(or_(incident.c.closed_at.is_(None), incident.c.closed_at > micros(start)))
        .where(_visible(principal))
        .order_by(incident.c.number.desc())
        .limit(limit)
    )
    found = (incident_for(decode(Incident, body), principal) for body in rows)
    return [one for one in found if one is not None]


def by_number(connection: Connection, principal: Principal, number: int, mall: Mall | None = None) -> Incident | None:
    """Return the incident people call `#number`; None when there is none, or none that the principal may see."""
    if not 0 < number <= LATEST:
        return None
    body = connection.scalar(select(incident.c.body).where(incident.c.number == number, _visible(principal)))
    return None if body is None else incident_for(decode(Incident, body), principal, mall)


def timeline(connection: Connection, principal: Principal, incident_id: str) -> list[Event | Alert | Page | Told]:
    """Return what happened to an incident, its alerts, its pages, and what was told about it, each oldest first.

    Alerts and pages are not an agency's to read.
    """
    row = connection.execute(
        select(incident.c.opened_at, incident.c.closed_at).where(incident.c.id == incident_id, _visible(principal))
    ).first()
    if row is None:
        return []
    found: list[Event | Alert | Page | Told] = list(events.of_incident(connection, principal, incident_id))
    if principal.sees_all:
        alerts = connection.scalars(select(alert.c.body).where(alert.c.incident == incident_id).order_by(alert.c.id))
        found.extend(decode(Alert, body) for body in alerts)
        pages = connection.scalars(select(page.c.body).where(page.c.incident == incident_id).order_by(page.c.id))
        found.extend(decode(Page, body) for body in pages)
    return found + _told(connection, principal, incident_id, opened=row.opened_at, closed=row.closed_at)


def _told(
    connection: Connection, principal: Principal, incident_id: str, *, opened: int, closed: int | None
) -> list[Event | Alert | Page | Told]:
    """Return what was told, also by a message that stood for several incidents."""
    meanwhile = outbox.c.created_at >= opened
    if closed is not None:
        meanwhile &= outbox.c.created_at <= closed + _AFTERWARDS
    about = meanwhile & outbox.c.body.contains(canonical(incident_id), autoescape=True)
    told = connection.execute(select(outbox).where(or_(outbox.c.incident == incident_id, about)).order_by(outbox.c.seq))
    return [
        Told(
            at=from_micros(row.created_at),
            recipient=row.recipient if principal.sees_all else "",
            channel=row.channel if principal.sees_all else "",
            kind=NoticeKind(row.kind),
            status=row.status,
            attempts=row.attempts,
            finished_at=None if row.finished_at is None else from_micros(row.finished_at),
            reason=row.reason if principal.sees_all else "",
        )
        for row in told
    ]


def unfinished(connection: Connection) -> tuple[tuple[Alert, ...], tuple[Incident, ...], tuple[Page, ...]]:
    """Return what the engine still has to deal with. The caller has checked who asks."""
    alerts = connection.scalars(
        select(alert.c.body).where(alert.c.status != AlertStatus.RESOLVED.value).order_by(alert.c.id)
    )
    incidents = connection.scalars(
        select(incident.c.body).where(incident.c.status != IncidentStatus.CLOSED.value).order_by(incident.c.number)
    )
    pages = connection.scalars(select(page.c.body).where(page.c.status != PageStatus.DONE.value).order_by(page.c.id))
    return (
        tuple(decode(Alert, body) for body in alerts),
        tuple(decode(Incident, body) for body in incidents),
        tuple(decode(Page, body) for body in pages),
    )


def highest(connection: Connection) -> int:
    """Return the highest number of an incident, 0 when there is none."""
    return int(connection.scalar(select(func.coalesce(func.max(incident.c.number), 0))) or 0)


def _visible(principal: Principal) -> ColumnElement[bool]:
    if principal.sees_all:
        return scope(principal, incident.c.id)
    return exists().where(incident_agency.c.incident == incident.c.id, scope(principal, incident_agency.c.agency))
