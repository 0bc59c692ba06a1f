"""Writing a batch: all tables in one transaction, prepared statements, no query unless the rows need one."""

from sqlalchemy import Connection, delete, insert

from alerts.model import Incident
from mppmon.clock import micros
from mppmon.store import audit, events, memory, outbox, revisions, transitions
from mppmon.store.codec import encode
from mppmon.store.connect import insert_new, upsert
from mppmon.store.records import Batch
from mppmon.store.schema import alert, command, incident, incident_agency, last_seen, page, silence, transition
from mppmon.store.schema import outbox as outbox_table

_LAST_SEEN_ROW = 1


def write(connection: Connection, batch: Batch) -> None:
    """Put a batch into the open transaction."""
    backend = connection.dialect.name
    for taken in batch.revisions:
        revisions.save(connection, taken)
    if batch.transitions:
        connection.execute(insert(transition), [transitions.row_of(one) for one in batch.transitions])
    if batch.alerts:
        connection.execute(
            upsert(backend, alert, "id"),
            [
                {"id": one.id, "status": one.status.value, "incident": one.incident, "body": encode(one)}
                for one in batch.alerts
            ],
        )
    if batch.incidents:
        _incidents(connection, list({one.id: one for one in batch.incidents}.values()))
    if batch.pages:
        connection.execute(
            upsert(backend, page, "id"),
            [
                {"id": one.id, "incident": one.incident, "status": one.status.value, "body": encode(one)}
                for one in batch.pages
            ],
        )
    _outbox(connection, batch)
    if batch.audit:
        audit.append(connection, batch.audit)
    if batch.commands:
        connection.execute(
            insert_new(backend, command, "id"),
            [{"id": key, "at": micros(at), "answer": answer} for key, at, answer in batch.commands],
        )
    _done_by_people(connection, batch)
    _remembered(connection, batch)
    if batch.last_seen is not None:
        connection.execute(upsert(backend, last_seen, "id"), [{"id": _LAST_SEEN_ROW, "at": micros(batch.last_seen)}])


def _done_by_people(connection: Connection, batch: Batch) -> None:
    if batch.silences:
        rows = [{"id": one.id, "until": micros(one.end), "body": encode(one)} for one in batch.silences]
        connection.execute(upsert(connection.dialect.name, silence, "id"), rows)
    if batch.events:
        events.add(connection, batch.events)


def _remembered(connection: Connection, batch: Batch) -> None:
    if batch.forgotten:
        memory.forget(connection, batch.forgotten)
    if batch.graces:
        memory.keep_graces(connection, batch.graces)
    if batch.windows:
        memory.keep_windows(connection, batch.windows)


def _outbox(connection: Connection, batch: Batch) -> None:
    for now, by in batch.clocks:
        outbox.set_back(connection, now=now, by=by)
    if batch.refused:
        outbox.end(connection, batch.refused)
    if batch.notifications:
        rows = [outbox.row_of(one) for one in batch.notifications]
        connection.execute(insert_new(connection.dialect.name, outbox_table, "key"), rows)
    if batch.due:
        outbox.hasten(connection, batch.due)


def _incidents(connection: Connection, newest: list[Incident]) -> None:
    connection.execute(
        upsert(connection.dialect.name, incident, "id"),
        [
            {
                "id": one.id,
                "number": one.number,
                "status": one.status.value,
                "opened_at": micros(one.opened_at),
                "closed_at": None if one.closed_at is None else micros(one.closed_at),
                "body": encode(one),
            }
            for one in newest
        ],
    )
    connection.execute(delete(incident_agency).where(incident_agency.c.incident.in_([one.id for one in newest])))
    visible = [{"incident": one.id, "agency": agency} for one in newest for agency in dict.fromkeys(one.agencies)]
    if visible:
        connection.execute(insert(incident_agency), visible)
