"""Removing what is over and old: a few rows at a time, so that nothing waits for it. What is unfinished stays for ever.

The audit's chain goes on: what vouches for the removed rows is an entry of its own, which names the last of them.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, or_, select

from alerts.model import AlertStatus
from mppmon.clock import micros, uuid7
from mppmon.store import audit
from mppmon.store.records import AuditEntry
from mppmon.store.schema import alert, command, incident, outbox
from mppmon.store.schema import audit as audit_table

TABLES = ("command", "outbox", "alert", "audit")
_PRINCIPAL = "mppmon"
_STAMP = 13  # characters of a UUIDv7 that are its millisecond


def prune(connection: Connection, before: Mapping[str, datetime], *, now: datetime, limit: int) -> dict[str, int]:
    """Remove up to `limit` rows of each of these tables that ended before their time; return how many of each."""
    found = {}
    if "command" in before:
        found["command"] = _delete(connection, command, command.c.id, command.c.at < micros(before["command"]), limit)
    if "outbox" in before:
        found["outbox"] = _delete(connection, outbox, outbox.c.seq, _told(micros(before["outbox"])), limit)
    if "alert" in before:
        found["alert"] = _delete(connection, alert, alert.c.id, _over(before["alert"]), limit)
    if "audit" in before:
        found["audit"] = _audit(connection, micros(before["audit"]), now=now, limit=limit)
    return found


def _told(before: int) -> ColumnElement[bool]:
    return and_(outbox.c.created_at < before, outbox.c.status.in_(("sent", "dead")), outbox.c.finished_at < before)


def _over(before: datetime) -> ColumnElement[bool]:
    """Whether an alert is resolved, and its incident closed since long; one that called nobody, made since long."""
    closed = select(incident.c.id).where(incident.c.closed_at < micros(before))
    alone = and_(alert.c.incident.is_(None), alert.c.id < uuid7(before)[:_STAMP])
    return and_(alert.c.status == AlertStatus.RESOLVED.value, or_(alone, alert.c.incident.in_(closed)))


def _delete(
    connection: Connection, table: Table, key: ColumnElement[object], over: ColumnElement[bool], limit: int
) -> int:
    gone = connection.scalars(select(key).where(over).limit(limit)).all()
    if gone:
        connection.execute(delete(table).where(key.in_(gone)))
    return len(gone)


def _audit(connection: Connection, before: int, *, now: datetime, limit: int) -> int:
    """Remove the oldest rows, the newest of all excepted: the chain goes on from it."""
    columns = (audit_table.c.seq, audit_table.c.at, audit_table.c.hash)
    rows = connection.execute(select(*columns).order_by(audit_table.c.seq).limit(limit + 1)).all()
    gone = 0
    while gone < len(rows) - 1 and rows[gone].at < before:
        gone += 1
    if gone:
        last = rows[gone - 1]
        connection.execute(delete(audit_table).where(audit_table.c.seq <= last.seq))
        audit.append(connection, [AuditEntry(now, _PRINCIPAL, audit.PRUNED, audit.vouch(last.seq, last.hash))])
    return gone
