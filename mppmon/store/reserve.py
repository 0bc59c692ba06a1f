"""A little room on the disk for a start that finds it full: else nobody would watch the mall until somebody looks."""

import logging
import os
from contextlib import suppress
from pathlib import Path

SIZE = 2 * 1024 * 1024
"""Bytes: SQLite's shared memory, a log, the numbers, and some hours of what happens."""

_ROOM = 16 * SIZE
"""Bytes that have to be free before some of them are kept back."""

_log = logging.getLogger(__name__)


def keep(state: Path) -> None:
    """Keep some room back, where there is plenty. What cannot be kept is no error: it is for another day."""
    file = _file(state)
    with suppress(OSError):
        if file.exists() or _free(state) < _ROOM:
            return
        try:
            file.write_bytes(os.urandom(SIZE))  # zeros would be packed to nothing by some file systems
        except OSError:
            file.unlink()
            raise


def give_back(state: Path) -> bool:
    """Give the room back where there is no other; return whether that was so."""
    with suppress(OSError):
        if _free(state) < SIZE:
            _file(state).unlink()
            _log.warning("the disk is full; the room kept for a start was given back (%d bytes)", SIZE)
            return True
    return False


def _file(state: Path) -> Path:
    return state / "reserve"


def _free(state: Path) -> int:
    found = os.statvfs(state)
    return found.f_bavail * found.f_frsize
