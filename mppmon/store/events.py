"""What happened to incidents: written with the decision, never changed, read by number."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from alerts.timeline import OPEN_TO_AGENCIES, Event, EventKind
from mppmon.clock import from_micros, micros
from mppmon.mall.principal import Principal
from mppmon.store.connect import insert_new
from mppmon.store.schema import incident, incident_event
from mppmon.store.scope import NAMELESS


def add(connection: Connection, events: Sequence[Event]) -> None:
    """Keep events; one that is there already stays as it is."""
    rows = [
        {
            "id": one.id,
            "incident": one.incident,
            "at": micros(one.at),
            "kind": one.kind.value,
            "who": one.who,
            "text": one.text,
        }
        for one in events
    ]
    connection.execute(insert_new(connection.dialect.name, incident_event, "id"), rows)


def of_incident(connection: Connection, principal: Principal, incident_id: str) -> list[Event]:
    """Return the events of an incident in the order they were decided; the caller has checked that it may be seen.

    An agency reads what happened, not who among the mall's staff did it, nor what they wrote to each other.
    """
    query = select(incident_event).where(incident_event.c.incident == incident_id).order_by(incident_event.c.seq)
    if not principal.sees_all:
        query = query.where(incident_event.c.kind.in_(sorted(OPEN_TO_AGENCIES)))
    return [
        Event(
            row.id,
            row.incident,
            from_micros(row.at),
            EventKind(row.kind),
            row.who if principal.sees_all else NAMELESS if row.who else "",
            row.text,
        )
        for row in connection.execute(query)
    ]


def merges(connection: Connection) -> dict[int, int]:
    """Return number of an incident -> number of the one in which it goes on. The caller has checked who asks."""
    query = (
        select(incident.c.number, incident_event.c.text)
        .join(incident, incident.c.id == incident_event.c.incident)
        .where(incident_event.c.kind == EventKind.MERGED.value)
        .order_by(incident_event.c.seq)
    )
    return {row.number: int(row.text) for row in connection.execute(query)}
