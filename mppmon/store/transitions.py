"""Reading transitions. Alerts, reports and pages read these and nothing else."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, Row, Select, func, select

from mppmon.clock import from_micros, micros
from mppmon.mall.model import Transition
from mppmon.mall.principal import MALL, Principal
from mppmon.store.schema import transition
from mppmon.store.scope import scope

_CHUNK = 500  # subjects in one IN list: below every database's limit of bound values


def row_of(one: Transition) -> dict[str, object]:
    """Return the columns of a transition."""
    return {
        "id": one.id,
        "subject": one.subject,
        "old": one.old,
        "new": one.new,
        "at": micros(one.at),
        "decided_at": micros(one.decided_at),
        "cause": one.cause,
        "revision": one.revision,
        "agency": one.agency,
    }


def between(
    connection: Connection,
    principal: Principal,
    *,
    start: datetime,
    end: datetime,
    subjects: Collection[str] | None,
    suffix: str | None,
) -> list[Transition]:
    """Return the transitions with `at` in `[start, end)`, by `at`, then in the order they were decided."""
    query = (
        select(transition)
        .where(transition.c.at >= micros(start), transition.c.at < micros(end))
        .where(scope(principal, transition.c.agency))
    )
    if suffix is not None:
        query = query.where(transition.c.subject.endswith(suffix, autoescape=True))
    if subjects is None:
        rows = list(connection.execute(query))
    else:
        wanted = sorted(subjects)
        parts = [wanted[at : at + _CHUNK] for at in range(0, len(wanted), _CHUNK)]
        rows = [row for part in parts for row in connection.execute(query.where(transition.c.subject.in_(part)))]
    return _for(connection, principal, [_read(row) for row in sorted(rows, key=lambda row: (row.at, row.seq))])


def before(
    connection: Connection, principal: Principal, *, at: datetime, subjects: Collection[str]
) -> Mapping[str, Transition]:
    """Return per subject the newest decided transition that took effect before `at`: the state `at` begins with.

    One index seek per subject, however long its history is.
    """
    newest: Select[tuple[object, ...]] = (
        select(transition)
        .where(transition.c.at < micros(at), scope(principal, transition.c.agency))
        .order_by(transition.c.seq.desc())
        .limit(1)
    )
    found: dict[str, Transition] = {}
    for subject in subjects:
        row = connection.execute(newest.where(transition.c.subject == subject)).first()
        if row is not None:
            found[subject] = _read(row)
    return dict(zip(found, _for(connection, principal, list(found.values())), strict=True))


def newest(connection: Connection) -> dict[str, Transition]:
    """Return the last decided transition of every subject. The caller has checked who asks."""
    last = select(func.max(transition.c.seq)).group_by(transition.c.subject)
    rows = connection.execute(select(transition).where(transition.c.seq.in_(last)))
    return {row.subject: _read(row) for row in rows}


def _for(connection: Connection, principal: Principal, found: list[Transition]) -> list[Transition]:
    """Return transitions as this principal may see them: an agency reads its own devices as a cause, no others."""
    if principal.sees_all:
        return found
    told = {cause: _cause_for(connection, principal, cause) for cause in {one.cause for one in found}}
    return [replace(one, cause=told[one.cause]) for one in found]


def _cause_for(connection: Connection, principal: Principal, cause: str) -> str:
    """Return a cause as an agency reads it. Whose device it is, its own newest transition says."""
    device, slash, _ = cause.partition("/")
    if not slash:  # a word: `daemon-off`, `recovered`
        return cause
    subjects = [f"{device}/function", f"{device}/reach"]
    newest_first = (
        select(transition.c.agency).where(transition.c.subject.in_(subjects)).order_by(transition.c.seq.desc())
    )
    row = connection.execute(newest_first.limit(1)).first()
    if row is None:
        return ""
    if row.agency is None:
        return MALL
    return cause if principal.sees(row.agency) else ""


def _read(row: Row[tuple[object, ...]]) -> Transition:
    return Transition(
        id=row.id,
        subject=row.subject,
        old=row.old,
        new=row.new,
        at=from_micros(row.at),
        decided_at=from_micros(row.decided_at),
        cause=row.cause,
        revision=row.revision,
        agency=row.agency,
    )
