"""A composition root for the power cut: the daemon of the faults, whose log is folded into the database every few
commits, so that a short recording holds checkpoints too. `... CONFIG STATE`.
"""

import sqlite3
import sys
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.pool import Pool

from tests.faults.daemon import work

_PAGES = 60
"""Pages of log; SQLite's own choice is 1,000."""


def _often(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA wal_autocheckpoint={_PAGES}")


if __name__ == "__main__":
    event.listen(Pool, "connect", _often)
    work(*map(Path, sys.argv[-2:]))
