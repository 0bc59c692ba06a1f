"""Config revisions: the text once, and when each was in use, so that a later edit never rewrites a past report."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from mppmon.clock import from_micros, micros
from mppmon.store.connect import insert_new
from mppmon.store.records import Taken, Used
from mppmon.store.renaming import rewrite
from mppmon.store.schema import revision, revision_use


def save(connection: Connection, taken: Taken) -> None:
    """Keep a revision and that it is in use from `at` on; all that is kept takes its names. The one already in use by
    then is left as it is.
    """
    name, at, author = taken.revision, taken.at, taken.author
    row = {"id": name, "normalised": taken.normalised}
    connection.execute(insert_new(connection.dialect.name, revision, "id"), [row])
    current = connection.execute(select(revision_use).order_by(revision_use.c.seq.desc()).limit(1)).first()
    if current is None or current.revision != name or current.at > micros(at):
        connection.execute(insert(revision_use), [{"revision": name, "at": micros(at), "author": author}])
    if taken.names:
        use = connection.scalar(select(func.max(revision_use.c.seq)))
        rewrite(connection, taken.names, use=int(use or 0))


def text(connection: Connection, name: str) -> str | None:
    """Return the normalised config of a revision."""
    return connection.scalar(select(revision.c.normalised).where(revision.c.id == name))


def used(connection: Connection, *, start: datetime, end: datetime) -> list[Used]:
    """Return the revisions in use during `[start, end)`, oldest first; the first may have begun before `start`.

    Where the clock was set back, what was said later replaces what an earlier row says of later times.
    """
    rows = connection.execute(select(revision_use).where(revision_use.c.at < micros(end)).order_by(revision_use.c.seq))
    found: list[Used] = []
    for row in rows:
        while found and found[-1].at >= from_micros(row.at):
            found.pop()
        if row.at <= micros(start):
            found.clear()
        found.append(Used(row.revision, from_micros(row.at), row.author, row.seq))
    return found
