"""Finds out first what many checks want to know, and makes a Case of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from mppmon.clock import Clock
from mppmon.config import ConfigErrors, Loaded, Problem, load
from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Answered, Case, owner_of
from mppmon.doctor.daemon import ask_daemon
from mppmon.doctor.database import holder
from mppmon.state import control_socket, database_file

_T = TypeVar("_T")
_SECONDS = 3.5
_MOVED = timedelta(minutes=1)
"""A daemon whose clock is further from ours than this goes by another one: both run on one machine."""
_Read = tuple[Loaded | None, tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class Visit:
    """What the command line asked for."""

    config: Path
    state: Path
    send: str | None = None


async def open_case(visit: Visit, clock: Clock) -> Case:
    """Read the configuration and ask the daemon, at the same time; each gets three and a half seconds."""
    config, state, now = visit.config, visit.state, clock.now()
    unread: _Read = None, (_late(config),)
    (loaded, problems), daemon, owner, lock = await asyncio.gather(
        _within(lambda: _read(config, now.date()), unread),
        _within(lambda: ask_daemon(control_socket(state)), Answered(alive=False, why_not="no whole answer in time")),
        _within(lambda: owner_of(state), None),
        _within(lambda: holder(database_file(state)), None),
    )
    its = followed(clock, now, daemon.now)
    return Case(config, state, its, now, loaded, problems, daemon, owner, lock, visit.send)


def followed(clock: Clock, now: datetime, daemon: datetime | None) -> Clock:
    """Return the daemon's clock where it is not this machine's (the demo's is moved), else the one that is given."""
    apart = daemon - now if daemon is not None else timedelta()
    return Clock(clock.offset + apart) if abs(apart) > _MOVED else clock


async def _within(work: Callable[[], _T], otherwise: _T) -> _T:
    try:
        async with asyncio.timeout(_SECONDS):
            return await in_thread(work)
    except TimeoutError:
        return otherwise


def _late(config: Path) -> Problem:
    return Problem(
        str(config), 0, 0, "", f"what takes longer than {_SECONDS:g} s to read", "ordinary files on a local disk"
    )


def _read(config: Path, today: date) -> _Read:
    try:
        return load(config, today=today), ()
    except ConfigErrors as errors:
        return None, errors.problems
    except OSError as error:
        reason = (error.strerror or "an error").lower()
        return None, (Problem(str(error.filename or config), 0, 0, "", reason, "files that this user may read"),)
