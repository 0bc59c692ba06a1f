"""The outbox: what is to be sent, by lease. A row is `pending`, `leased`, then `sent` or `dead`.

A lease that runs out (the sender died) makes the row pending again: at most one repeat, under the same key. `attempts`
counts leases and is the token of the one who holds it: what an earlier holder says about the row no longer counts.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, func, or_, select, update

from alerts.model import NoticeKind, Notification
from mppmon.clock import from_micros, micros
from mppmon.store.codec import decode, encode
from mppmon.store.records import CanaryFate
from mppmon.store.schema import outbox

_UNSENT = ("pending", "leased")
_CANARY = NoticeKind.CANARY.value
_HALF_A_DAY = 43_200_000_000  # microseconds: one day's test messages, also of who came late to them


def row_of(one: Notification) -> dict[str, object]:
    """Return the columns of a new notification, due at once or from its `not_before`."""
    return {
        "key": one.key,
        "incident": one.incident,
        "recipient": one.recipient,
        "channel": one.channel,
        "kind": one.kind.value,
        "urgent": one.urgent,
        "status": "pending",
        "attempts": 0,
        "next_at": micros(one.not_before or one.created_at),
        "created_at": micros(one.created_at),
        "reason": "",
        "body": encode(one),
    }


def lease(
    connection: Connection, *, now: datetime, until: datetime, limit: int, channels: Collection[str]
) -> list[tuple[Notification, int]]:
    """Lease up to `limit` due rows, urgent ones first, then the older ones; return each with its attempt number.

    What one person is told of one incident by one channel keeps its order: a later row waits until the earlier one is
    sent or dead.
    """
    due = _due_at()
    rows = connection.execute(
        select(outbox.c.seq, outbox.c.attempts, outbox.c.body)
        .where(outbox.c.status.in_(_UNSENT), due <= micros(now))
        .where(outbox.c.channel.in_(sorted(channels)), _first_of_its_line())
        .order_by(outbox.c.urgent.desc(), outbox.c.seq)
        .limit(limit)
    ).all()
    if rows:
        connection.execute(
            update(outbox)
            .where(outbox.c.seq.in_([row.seq for row in rows]))
            .values(status="leased", lease_until=micros(until), attempts=outbox.c.attempts + 1)
        )
    return [(decode(Notification, row.body), row.attempts + 1) for row in rows]


def release(connection: Connection) -> int:
    """Make every leased row pending again, due at once; return how many. For the start of the only sender there is."""
    done = connection.execute(
        update(outbox).where(outbox.c.status == "leased").values(status="pending", lease_until=None)
    )
    return done.rowcount


def mark(
    connection: Connection,
    key: str,
    *,
    now: datetime,
    sent: str | None,
    retry_at: datetime | None,
    dead: bool,
    reason: str,
    attempt: int,
) -> bool:
    """Say what became of an attempt. Return False when the row is no longer leased under that attempt number."""
    if (sent is not None) + (retry_at is not None) + dead != 1:
        raise ValueError("mark: expected exactly one of sent, retry_at, dead")
    values: dict[str, object] = {"lease_until": None, "reason": reason}
    if sent is not None:
        values |= {"status": "sent", "provider_id": sent, "finished_at": micros(now)}
    elif retry_at is not None:
        values |= {"status": "pending", "next_at": micros(retry_at)}
    else:
        values |= {"status": "dead", "finished_at": micros(now)}
    done = connection.execute(
        update(outbox)
        .where(outbox.c.key == key, outbox.c.status == "leased", outbox.c.attempts == attempt)
        .values(values)
    )
    return done.rowcount == 1


def end(connection: Connection, refused: Iterable[tuple[str, datetime, str]]) -> None:
    """Mark notifications as dead, whoever holds them: `(key, at, reason)`."""
    for key, at, reason in refused:
        connection.execute(
            update(outbox)
            .where(outbox.c.key == key, outbox.c.status.in_(_UNSENT))
            .values(status="dead", lease_until=None, reason=reason, finished_at=micros(at))
        )


def set_back(connection: Connection, *, now: datetime, by: timedelta) -> None:
    """Follow a clock that was set back `by` to `now`: what waits, waits as long as it would have."""
    moved = micros(now + by) - micros(now)
    for column in (outbox.c.next_at, outbox.c.lease_until):
        sooner = case((column - moved > micros(now), column - moved), else_=micros(now))
        connection.execute(
            update(outbox).where(outbox.c.status.in_(_UNSENT), column > micros(now)).values({column.name: sooner})
        )


def hasten(connection: Connection, due: Collection[tuple[str, datetime]]) -> None:
    """Let what still waits be sent from then on, where that is sooner than it would be."""
    wanted = update(outbox).where(
        outbox.c.key == bindparam("wanted"), outbox.c.status == "pending", outbox.c.next_at > bindparam("at")
    )
    rows = [{"wanted": key, "at": micros(at)} for key, at in due]
    connection.execute(wanted.values(next_at=bindparam("at")), rows)


def orphaned(connection: Connection, *, channels: Collection[str]) -> list[Notification]:
    """Return what waits for a channel that is none of these, in its order."""
    rows = connection.scalars(
        select(outbox.c.body)
        .where(outbox.c.status.in_(_UNSENT), outbox.c.channel.not_in(sorted(channels)))
        .order_by(outbox.c.seq)
    )
    return [decode(Notification, body) for body in rows]


def unsent(connection: Connection) -> list[Notification]:
    """Return what is neither sent nor dead, in its order."""
    bodies = connection.scalars(select(outbox.c.body).where(outbox.c.status.in_(_UNSENT)).order_by(outbox.c.seq))
    return [decode(Notification, body) for body in bodies]


def by_key(connection: Connection, key: str) -> Notification | None:
    """Return a notification that is neither sent nor dead."""
    body = connection.scalar(select(outbox.c.body).where(outbox.c.key == key, outbox.c.status.in_(_UNSENT)))
    return None if body is None else decode(Notification, body)


def next_due(connection: Connection, *, channels: Collection[str] | None) -> datetime | None:
    """Return when the next row may be leased (possibly past), None when nothing waits. Rows behind another do not
    count: they become due when that one is marked.
    """
    query = select(func.min(_due_at())).where(outbox.c.status.in_(_UNSENT), _first_of_its_line())
    if channels is not None:
        query = query.where(outbox.c.channel.in_(sorted(channels)))
    at = connection.scalar(query)
    return None if at is None else from_micros(at)


def pending(connection: Connection) -> int:
    """Return how many are neither sent nor dead."""
    return connection.scalar(select(func.count()).select_from(outbox).where(outbox.c.status.in_(_UNSENT))) or 0


def oldest(connection: Connection) -> datetime | None:
    """Return when the oldest message was made that is neither sent nor dead; a test message (canary) is none."""
    made = select(func.min(outbox.c.created_at)).where(outbox.c.status.in_(_UNSENT), outbox.c.kind != _CANARY)
    at = connection.scalar(made)
    return None if at is None else from_micros(at)


def fates(connection: Connection, keys: Collection[str]) -> dict[str, str]:
    """Return key -> status of those of these messages that are there."""
    rows = connection.execute(select(outbox.c.key, outbox.c.status).where(outbox.c.key.in_(sorted(keys))))
    return {row.key: row.status for row in rows}


def canaries(connection: Connection) -> list[CanaryFate]:
    """Return what became of the newest daily test messages, by person and channel; nothing when there were none."""
    its = outbox.c.kind == _CANARY
    newest = connection.scalar(select(func.max(outbox.c.created_at)).where(its))
    if newest is None:
        return []
    columns = (outbox.c.recipient, outbox.c.channel, outbox.c.status, outbox.c.created_at, outbox.c.reason)
    rows = connection.execute(
        select(*columns).where(its, outbox.c.created_at > newest - _HALF_A_DAY).order_by(outbox.c.seq)
    )
    return [CanaryFate(row.recipient, row.channel, row.status, from_micros(row.created_at), row.reason) for row in rows]


def _due_at() -> ColumnElement[int]:
    return case((outbox.c.status == "leased", outbox.c.lease_until), else_=outbox.c.next_at)


def _first_of_its_line() -> ColumnElement[bool]:
    earlier = outbox.alias("earlier")
    return ~(
        select(earlier.c.seq)
        .where(
            and_(
                earlier.c.incident == outbox.c.incident,
                earlier.c.recipient == outbox.c.recipient,
                earlier.c.channel == outbox.c.channel,
                earlier.c.seq < outbox.c.seq,
            ),
            or_(*(earlier.c.status == word for word in _UNSENT)),
        )
        .exists()
    )
