"""What the engine remembers and a restart must not lose."""

import logging
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select

from alerts.model import AlertKey
from alerts.window import Remembered
from mppmon.clock import from_micros, micros
from mppmon.store.codec import canonical, decode, encode
from mppmon.store.connect import upsert
from mppmon.store.errors import Undecodable
from mppmon.store.schema import grace, reading_window

_log = logging.getLogger(__name__)


def keep_graces(connection: Connection, graces: Iterable[tuple[str, datetime]]) -> None:
    """Keep since when devices are given time to start."""
    rows = [{"device": device, "since": micros(since)} for device, since in dict(graces).items()]
    connection.execute(upsert(connection.dialect.name, grace, "device"), rows)


def graces(connection: Connection) -> dict[str, datetime]:
    """Return device -> since when it was given time to start, the last time it was."""
    return {row.device: from_micros(row.since) for row in connection.execute(select(grace))}


def keep_windows(connection: Connection, windows: Iterable[Remembered]) -> None:
    """Keep what rules remember of some series; each replaces what was kept of it."""
    newest = {window_id(one.key): one for one in windows}
    rows = [{"id": key, "body": encode(one)} for key, one in newest.items()]
    connection.execute(upsert(connection.dialect.name, reading_window, "id"), rows)


def forget(connection: Connection, gone: Collection[str | AlertKey]) -> None:
    """Forget the time to start of devices, and what rules remembered of series."""
    devices = [one for one in gone if isinstance(one, str)]
    keys = [window_id(one) for one in gone if not isinstance(one, str)]
    for table, column, names in ((grace, grace.c.device, devices), (reading_window, reading_window.c.id, keys)):
        if names:
            connection.execute(delete(table).where(column == bindparam("gone")), [{"gone": one} for one in names])


def window_id(key: AlertKey) -> str:
    """Return the id of a window's row: of one rule, device and label set."""
    return canonical([key.rule, key.subject, key.labels])


def windows(connection: Connection) -> tuple[Remembered, ...]:
    """Return what rules remembered of all series. One that cannot be read is left out: its rule begins anew, which is
    better than a daemon that does not start.
    """
    return tuple(_readable(connection.scalars(select(reading_window.c.body))))


def _readable(bodies: Iterable[str]) -> Iterator[Remembered]:
    for body in bodies:
        try:
            yield decode(Remembered, body)
        except Undecodable as error:
            _log.warning("what a rule remembered of a series cannot be read, and is gathered anew: %s", error)
