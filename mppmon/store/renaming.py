"""Carrying a new id through everything that is kept, in the transaction that takes the configuration which says it.

Rows of the past are rewritten too, but the audit, which says what was written then, and the texts of revisions: those
are read with the names that came after them (`after`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from sqlalchemy import Column, Connection, case, insert, or_, select, update

from alerts.model import Alert, Incident, Notification, Page
from alerts.silence import Silence
from alerts.window import Remembered
from mppmon.mall.rename import Named, Names, Rename
from mppmon.store.codec import canonical, decode, encode
from mppmon.store.errors import Undecodable
from mppmon.store.memory import window_id
from mppmon.store.renamed import renamed
from mppmon.store.schema import (
    alert,
    grace,
    incident,
    incident_agency,
    incident_event,
    outbox,
    page,
    reading_window,
    renaming,
    silence,
    transition,
)

_CHUNK = 200  # ids in one statement: below every database's limit of bound values

_BODIES = (
    (alert.c.id, alert.c.body, Alert),
    (incident.c.id, incident.c.body, Incident),
    (page.c.id, page.c.body, Page),
    (silence.c.id, silence.c.body, Silence),
    (outbox.c.seq, outbox.c.body, Notification),
)


def rewrite(connection: Connection, names: Names, *, use: int) -> None:
    """Call everything that is kept by its new name. `use`: the row of `revision_use` with which the names come."""
    _column(connection, transition.c.subject, names.subject)
    _column(connection, transition.c.cause, names.cause)
    for what, column in (
        (Named.AGENCY, transition.c.agency),
        (Named.AGENCY, incident_agency.c.agency),
        (Named.PERSON, incident_event.c.who),
        (Named.PERSON, outbox.c.recipient),
        (Named.CHANNEL, outbox.c.channel),
        (Named.DEVICE, grace.c.device),
    ):
        _replace(connection, column, names.of_kind(what))
    for key, body, kind in _BODIES:
        for found, text in _naming(connection, key, body, names):
            connection.execute(
                update(body.table).where(key == found).values(body=encode(renamed(decode(kind, text), names)))
            )
    _windows(connection, names)
    rows = [{"use": use, "what": one.what.value, "old": one.old, "new": one.new} for one in names.renames]
    connection.execute(insert(renaming), rows)


def after(connection: Connection, use: int) -> list[Names]:
    """Return, in their order, the names that came after a row of `revision_use`: by them its revision is read now."""
    rows = connection.execute(select(renaming).where(renaming.c.use > use).order_by(renaming.c.seq))
    found: dict[int, list[Rename]] = {}
    for row in rows:
        found.setdefault(row.use, []).append(Rename(Named(row.what), row.old, row.new))
    return [Names(tuple(many)) for many in found.values()]


def _column(connection: Connection, column: Column[str], rename: Callable[[str], str]) -> None:
    """Rewrite a column whose texts name a thing within them."""
    known = connection.scalars(select(column).distinct())
    _replace(connection, column, {old: new for old in known if (new := rename(old)) != old})


def _replace(connection: Connection, column: Column[str], wanted: Mapping[str, str]) -> None:
    """Rewrite a column of whole ids: first what makes room, so that no two rows of a key ever have one id."""
    for aside in (True, False):
        part = [(old, new) for old, new in wanted.items() if ("~" in new) is aside]
        for at in range(0, len(part), _CHUNK):
            some = dict(part[at : at + _CHUNK])
            new = case(some, value=column)
            connection.execute(update(column.table).where(column.in_(list(some))).values({column.name: new}))


def _naming(connection: Connection, key: Column[str], body: Column[str], names: Names) -> Iterator[tuple[str, str]]:
    """Yield the rows whose body names something that is renamed, or seems to."""
    olds = sorted({canonical(one.old) for one in names.renames})
    found: dict[str, str] = {}
    for at in range(0, len(olds), _CHUNK):
        such = or_(*(body.contains(old, autoescape=True) for old in olds[at : at + _CHUNK]))
        found.update((row[0], row[1]) for row in connection.execute(select(key, body).where(such)))
    yield from found.items()


def _windows(connection: Connection, names: Names) -> None:
    """Rewrite what rules remember of a series; its row is found by the rule, device and labels in its id."""
    moved: dict[str, Remembered] = {}
    for key, body in _naming(connection, reading_window.c.id, reading_window.c.body, names):
        try:
            moved[key] = renamed(decode(Remembered, body), names)
        except Undecodable:
            continue  # nobody else can read it either
    if moved:
        connection.execute(reading_window.delete().where(reading_window.c.id.in_(list(moved))))
        connection.execute(insert(reading_window), _rows(moved.values()))


def _rows(windows: Iterable[Remembered]) -> list[dict[str, str]]:
    return [{"id": window_id(one.key), "body": encode(one)} for one in windows]
