"""Reading silences."""

from datetime import datetime

from sqlalchemy import Connection, select

from alerts.silence import Silence
from mppmon.clock import micros
from mppmon.store.codec import decode
from mppmon.store.schema import silence

_KEPT = 200
"""So many of the newest are read; those that are over matter to nobody but the audit."""


def planned(connection: Connection, *, start: datetime, end: datetime) -> list[Silence]:
    """Return the maintenance announced by command that touches `[start, end)`, by its start."""
    rows = connection.scalars(select(silence.c.body).where(silence.c.until > micros(start)).order_by(silence.c.until))
    found = (decode(Silence, body) for body in rows)
    return sorted((one for one in found if one.planned and one.start < end), key=lambda one: one.start)


def newest(connection: Connection) -> list[Silence]:
    """Return the silences that end last, that one first."""
    return [
        decode(Silence, body)
        for body in connection.scalars(select(silence.c.body).order_by(silence.c.until.desc()).limit(_KEPT))
    ]
