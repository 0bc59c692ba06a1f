"""Room for the database."""

import os
from collections.abc import Sequence
from pathlib import Path

from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, fine, skipped, warn

_DISK, _WAL = "disk", "write-ahead log"
_MEGABYTE = 1_000_000
_LITTLE, _MUCH = 200 * _MEGABYTE, 1_000 * _MEGABYTE
_FEW_FILES, _SCARCE_FILES = 1_000, 10_000
_LONG_WAL = 100 * _MEGABYTE  # SQLite empties it at 4 MB, unless a reader holds it


async def check_disk(case: Case) -> Sequence[Finding]:
    """Ask the file system of the state directory, or of what is above it as long as that is not there."""
    return await in_thread(lambda: _ask(case))


def _ask(case: Case) -> list[Finding]:
    state = case.state.absolute()
    place = next(one for one in (state, *state.parents) if os.path.lexists(one))
    try:
        found = os.statvfs(place)
    except OSError as error:
        return [bad(_DISK, f"{place}: {error.strerror}", f"df {place}")]
    return [
        judge_disk(place, found.f_bavail * found.f_frsize, found.f_favail if found.f_files else None),
        judge_wal(_size(case.database.with_name(f"{case.database.name}-wal"))),
    ]


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def judge_disk(place: Path, free: int, inodes: int | None) -> Finding:
    """Return whether there is room. `free` in bytes; `inodes` None where the file system has no fixed number."""
    said = f"{free / _MEGABYTE / 1000:.1f} GB free in {place}"
    cure = f"make room: du -xh {place} | sort -h | tail; journalctl --vacuum-size=200M"
    if free < _LITTLE:
        return bad(_DISK, f"only {free // _MEGABYTE} MB free in {place}: soon nothing can be recorded", cure)
    if inodes is not None and inodes < _FEW_FILES:
        return bad(_DISK, f"only {inodes} files can still be made in {place} (no inodes)", f"df -i {place}")
    if free < _MUCH:
        return warn(_DISK, said, cure)
    if inodes is not None and inodes < _SCARCE_FILES:
        return warn(_DISK, f"only {inodes} files can still be made in {place}", f"df -i {place}")
    return fine(_DISK, said)


def judge_wal(size: int | None) -> Finding:
    """Return whether the log is emptied as it should be. `size` in bytes, None without a log."""
    if size is None:
        return skipped(_WAL, "there is none: the database is closed, or cannot be looked at")
    said = f"{size / _MEGABYTE:.1f} MB"
    if size > _LONG_WAL:
        return warn(
            _WAL,
            f"{said}: a program that reads the database keeps it from being emptied",
            "restart the daemon; end what else has the database open",
        )
    return fine(_WAL, said)
