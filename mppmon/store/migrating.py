"""Migrate in a child process, so that Alembic (8 MB) is never part of the daemon; none is started for nothing."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from mppmon.store.errors import SchemaNewer, StoreError
from mppmon.store.schema import VERSIONS
from mppmon.store.store import Store

_ANSWER_LIMIT = 65_536
SECONDS = 600
"""Seconds after which the child ends itself (SIGALRM): a wait with a timeout breaks where the clock is moved."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """Schema version found (None: an empty database) and left behind; the copy made in between, if any."""

    found: str | None
    left: str
    backup: str | None = None


def migrate_in_child(url: str, backup: Path) -> Migrated:
    """Migrate in a child process and wait for it; raises what `migrate` raises.

    A database that is ours and new enough needs none: that is most starts, and the child's imports cost half a second.
    """
    if _is_new_enough(url):
        return Migrated(VERSIONS[-1], VERSIONS[-1])
    argv = [sys.executable, "-P", "-m", "mppmon.store.migrate", url, "--backup", str(backup)]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)  # noqa: S603  # fixed argv
    if done.returncode == -signal.SIGALRM:
        raise StoreError(f"the migration took longer than {SECONDS:g} s and was ended; nothing was changed")
    try:
        answer = json.loads(done.stdout[:_ANSWER_LIMIT])
        if "error" in answer:
            raise _ERRORS.get(answer["error"], StoreError)(answer["message"])
        return Migrated(**answer)
    except (ValueError, TypeError, KeyError) as error:
        raise StoreError(f"the migration ended with status {done.returncode} and no answer") from error


def _is_new_enough(url: str) -> bool:
    """Return whether the store opens as it is; why it does not is for the child to say."""
    try:
        Store.open(url, read_only=True).close()
    except StoreError:
        return False
    return True


_ERRORS: dict[str, type[StoreError]] = {"SchemaNewer": SchemaNewer}
