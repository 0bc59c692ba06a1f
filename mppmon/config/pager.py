"""Judged settings -> the pager's records: people, rotations, policies, channels."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.model import Person, Policy, Rotation, Step
from alerts.settings import (
    ChannelSettings,
    EmailSettings,
    PersonSettings,
    PolicySettings,
    RotationSettings,
)
from collectors.settings import TrapSettings
from mppmon.config.loaded import DaemonSettings, Heartbeat, Keep
from mppmon.config.settings import DaemonFile
from mppmon.config.settings_hours import parse_time
from mppmon.config.targets import PUSH_FILES, SNMP_FILES, located
from mppmon.mall.calendar import instant

BACK = timedelta(days=400)
AHEAD = timedelta(days=400)
_DAYS = {"weekly": 7, "daily": 1}


def build_person(slug: str, one: PersonSettings) -> Person:
    """Return somebody who can be told."""
    return Person(slug, one.name, one.language, dict(one.addresses), one.login, one.role)


def build_rotation(slug: str, one: RotationSettings, *, zone: ZoneInfo, today: date) -> Rotation:
    """Return the rotation with its hand-overs from 13 months before today to 13 months after.

    The first is always a hand-over to the first member, so that turn `i` belongs to member `i` modulo their number;
    every one is at the same wall-clock time, also across a change of daylight saving.
    """
    days = _DAYS[one.rotation]
    cycle = days * len(one.members)
    skipped = max(0, (today - BACK - one.start).days // cycle)
    first = one.start + timedelta(days=skipped * cycle)
    turns = max(0, (today + AHEAD - first).days // days) + 1
    clock = parse_time(one.handover)
    boundaries = tuple(instant(first + timedelta(days=days * turn), clock, zone) for turn in range(turns + 1))
    return Rotation(slug, one.name, one.members, boundaries)


def build_policy(slug: str, one: PolicySettings) -> Policy:
    """Return the escalation policy."""
    steps = tuple(Step(step.notify, timedelta(seconds=step.wait)) for step in one.steps)
    return Policy(slug, steps, one.repeat, one.fallback)


def build_settings(daemon: DaemonFile, directory: Path) -> DaemonSettings:
    """Return how the daemon itself runs, with the absolute names of its secret files."""
    beat = daemon.heartbeat
    return DaemonSettings(
        **daemon.model_dump(exclude={"intervals", "heartbeat", "canary", "traps", "push", "keep"}),
        heartbeat=Heartbeat(directory / beat.url_file, beat.every) if beat is not None else None,
        canary=None if daemon.canary == "off" else parse_time(daemon.canary),
        traps=_traps(daemon.traps, directory) if daemon.traps is not None else None,
        push=located(daemon.push, directory, *PUSH_FILES) if daemon.push is not None else None,
        keep=Keep(**daemon.keep.model_dump()),
    )


def _traps(traps: TrapSettings, directory: Path) -> TrapSettings:
    users = tuple(located(user, directory, *SNMP_FILES) for user in traps.users)
    return located(traps, directory, "community_file").model_copy(update={"users": users})


def build_channels(channels: Mapping[str, ChannelSettings], directory: Path) -> dict[str, ChannelSettings]:
    """Return the channels with absolute names of their secret files."""
    return {slug: _located(one, directory) for slug, one in channels.items()}


def _located(one: ChannelSettings, directory: Path) -> ChannelSettings:
    if isinstance(one, EmailSettings):
        path = one.password_file
        return one if path is None else one.model_copy(update={"password_file": directory / path})
    return one.model_copy(update={"token_file": directory / one.token_file})
