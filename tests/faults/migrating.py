"""`python -m tests.faults.migrating OLD FOLDER POINT,...`: migrate copies of a database, each killed at its point.

A point is a number: the n-th SQL statement, sync or commit of a migration, its copy included. Says per point, as one
JSON object, whether it was reached. Each runs in a fork, which costs no imports.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from mppmon.clock import Clock
from mppmon.store import durable
from mppmon.store.connect import sqlite_url
from mppmon.store.migrate import migrate


def _armed(point: int) -> Callable[..., None]:
    """Return what is called at every point, and ends the process at the wanted one."""
    left = [point]

    def pass_(*_: Any) -> None:  # noqa: ANN401  # whatever the event says
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    return pass_


def _migrate(path: Path, point: int) -> None:
    pass_, sync = _armed(point), durable.sync
    event.listen(Engine, "before_cursor_execute", pass_)
    event.listen(Engine, "commit", pass_)

    def synced(path: Path) -> None:
        pass_()
        sync(path)

    durable.sync = synced  # of this process, which ends here
    migrate(sqlite_url(path), path.parent / "backup", now=Clock().now())


def main(old: Path, folder: Path, points: list[int]) -> None:
    """Play the points, each on a copy of its own in `folder/POINT`."""
    killed = {}
    for point in points:
        place = folder / str(point)
        place.mkdir(parents=True)
        copy = place / "mppmon.db"
        shutil.copy(old, copy)
        child = os.fork()
        if child == 0:
            _migrate(copy, point)
            os._exit(0)
        killed[point] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    sys.stdout.write(json.dumps(killed))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), [int(one) for one in sys.argv[3].split(",")])
