"""What a good configuration becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path

from alerts.model import Person, Policy, Rotation, Rule
from alerts.settings import ChannelSettings
from alerts.silence import Silence
from collectors.collector import Target
from collectors.settings import PushDoorSettings, TrapSettings
from collectors.snmp.library import Profiles
from mppmon.config.problem import Problem
from mppmon.config.secret_kinds import Secret
from mppmon.config.timing import Timing
from mppmon.mall.model import DeviceKind, Mall
from mppmon.mall.rename import Named


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`url_file`: absolute, with the URL in it; `every`: seconds."""

    url_file: Path
    every: float


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days what is over is kept in the database."""

    commands_days: int = 30
    messages_days: int = 400
    alerts_days: int = 400
    audit_days: int = 1830

    def days(self) -> dict[str, int]:
        """Return table -> days."""
        return {
            "command": self.commands_days,
            "outbox": self.messages_days,
            "alert": self.alerts_days,
            "audit": self.audit_days,
        }


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """How the daemon itself runs. Where it keeps its state is said when it is started.

    `canary`: when every channel is tried, mall time; None: never.
    """

    listen_host: str = "127.0.0.1"
    listen_port: int = 9740
    public_url: str | None = None
    last_seen_seconds: float = 10.0
    patience_seconds: float = 5.0
    pace_seconds: float = 10.0
    calm_seconds: float = 3600.0
    reopen_seconds: float = 1800.0
    heartbeat: Heartbeat | None = None
    canary: time | None = time(7, 30)
    traps: TrapSettings | None = None
    push: PushDoorSettings | None = None
    keep: Keep = Keep()


@dataclass(frozen=True, slots=True)
class Former:
    """`id` says that it was called `former`. `key`, `place` (file, line, column): where that is written."""

    what: Named
    id: str
    former: str
    key: str = ""
    place: tuple[str, int, int] = ("", 0, 0)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration, whole and checked.

    `normalised` is canonical JSON of all that was written (names of secret files, never secrets), `revision` the first
    12 hex digits of its SHA-256: neither depends on the day it is loaded, `mall.hours`, `rotations` and `windows` do.
    """

    revision: str
    normalised: str
    mall: Mall
    targets: tuple[Target, ...]
    rules: tuple[Rule, ...]
    people: Mapping[str, Person]
    rotations: Mapping[str, Rotation]
    policies: Mapping[str, Policy]
    policy: str
    channels: Mapping[str, ChannelSettings]
    timings: Mapping[DeviceKind, Timing]
    settings: DaemonSettings
    agency_policies: Mapping[str, str] = field(default_factory=dict)
    """Agency -> the policy that pages about its devices walk, where that is not the mall's."""
    windows: tuple[Silence, ...] = ()
    """Maintenance windows, by their start."""
    warnings: tuple[Problem, ...] = ()
    profiles: Profiles | None = None
    """How devices are read by SNMP: ours with the mall's own over them; None: ours alone. What the mall wrote is part
    of the revision.
    """
    formerly: tuple[Former, ...] = ()
    """What had other ids in configurations before this one."""
    secrets: tuple[Secret, ...] = ()
    """The files with secrets that its files name; none of a configuration that was kept."""
