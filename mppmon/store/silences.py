"""Reading silences."""

from sqlalchemy import Connection, select

from alerts.silence import Silence
from mppmon.store.codec import decode
from mppmon.store.schema import silence

_KEPT = 200
"""So many of the newest are read; those that are over matter to nobody but the audit."""


def newest(connection: Connection) -> list[Silence]:
    """Return the silences that end last, that one first."""
    return [
        decode(Silence, body)
        for body in connection.scalars(select(silence.c.body).order_by(silence.c.until.desc()).limit(_KEPT))
    ]
