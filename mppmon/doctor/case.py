"""What the doctor was told and found out first: every check is handed this."""

import grp
import os
import pwd
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from mppmon.clock import Clock
from mppmon.config import Loaded, Problem
from mppmon.state import control_socket, database_file


@dataclass(frozen=True, slots=True)
class Owner:
    """The user the daemon runs as, as far as the state directory tells: its owner and the groups of that user."""

    uid: int
    name: str
    groups: frozenset[int]
    group: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What the daemon said over its control socket. `why_not`: why it said nothing. `known`: it knows who asks.

    `ready`: part -> whether it works. `figures`: its own metrics without labels. `canaries`: (person, channel) ->
    whether the newest daily test message was taken. `now`: by its clock, aware; None: not told.
    """

    alive: bool
    why_not: str = ""
    known: bool = True
    ready: Mapping[str, bool] = field(default_factory=dict)
    status: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    version: str = ""
    canaries: Mapping[tuple[str, str], bool] = field(default_factory=dict)
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """`loaded`: the configuration on disk, None when it cannot be used (`problems` says why). `now`: aware UTC, this
    machine's; `clock`: the daemon's (the demo's Monday morning is no other day's mistake).

    `owner` None: no state directory yet. `lock`: the process that holds the database's lock. `send`: the person who
    gets a test message.
    """

    config: Path
    state: Path
    clock: Clock
    now: datetime
    loaded: Loaded | None
    problems: tuple[Problem, ...]
    daemon: Answered
    owner: Owner | None
    lock: int | None
    send: str | None = None

    @property
    def database(self) -> Path:
        """The SQLite database."""
        return database_file(self.state)

    @property
    def socket(self) -> Path:
        """The control socket."""
        return control_socket(self.state)

    @property
    def start(self) -> str:
        """How the daemon is started: the service where there is one."""
        if Path("/etc/systemd/system/mppmon.service").exists() or Path("/lib/systemd/system/mppmon.service").exists():
            return "systemctl start mppmon"
        return f"mppmon run {self.config} --state {self.state}"


def owner_of(state: Path) -> Owner | None:
    """Return who owns the state directory, None when there is none or it cannot be looked at."""
    try:
        found = state.stat()
    except OSError:
        return None
    name, groups = str(found.st_uid), frozenset({found.st_gid})
    with suppress(KeyError, OSError):
        entry = pwd.getpwuid(found.st_uid)
        name, groups = entry.pw_name, groups | frozenset(os.getgrouplist(entry.pw_name, entry.pw_gid))
    return Owner(found.st_uid, name, groups, group_name(found.st_gid))


def group_name(gid: int) -> str:
    """Return a group's name, its number where it has none."""
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
