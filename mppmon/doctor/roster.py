"""People: whether somebody is on duty now and in the days to come, and can be told."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.model import Person, Rotation
from alerts.roster import on_call, shifts
from mppmon.config import Loaded
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, few, fine, skipped, warn

_DUTY, _REACH = "duty", "ways to reach people"
_AHEAD = timedelta(days=14)


async def check_roster(case: Case) -> Sequence[Finding]:
    """Look at the roster as it stands in the configuration."""
    if case.loaded is None:
        return [skipped(_DUTY, "not known without a configuration")]
    return judge_roster(case.loaded, case.clock.now())


def judge_roster(loaded: Loaded, now: datetime) -> Sequence[Finding]:
    """Return who is on duty now and whether there is a gap in the next 14 days; then who cannot be told."""
    used = [loaded.rotations[name] for name in dict.fromkeys(_rosters(loaded)) if name in loaded.rotations]
    return [_duty(loaded, used, now), _reach(loaded, used, now)]


def _rosters(loaded: Loaded) -> Iterator[str]:
    for step in loaded.policies[loaded.policy].steps:
        for target in step.targets:
            sort, _, name = target.partition(":")
            if sort == "roster":
                yield name


def _duty(loaded: Loaded, used: Sequence[Rotation], now: datetime) -> Finding:
    policy = loaded.policies[loaded.policy]
    fallback = few(loaded.people[one].name for one in policy.fallback)
    if not used:
        return fine(_DUTY, f"policy {policy.id} calls single people, no roster")
    for rotation in used:
        gap = _gap(rotation, now)
        if gap is None:
            continue
        zone = ZoneInfo(loaded.mall.site.timezone)
        when = "now" if gap == now else f"from {gap.astimezone(zone):%a %d %b %H:%M}"
        cure = f"give roster {rotation.id} in people.yaml a `start` in the past and its members"
        if policy.fallback:
            return warn(_DUTY, f"nobody in {rotation.id} {when}: {fallback} will be called instead", cure)
        return bad(_DUTY, f"nobody in {rotation.id} {when}, and there is no fallback: nobody will be called", cure)
    names = few(f"{loaded.people[person].name} ({one.id})" for one in used if (person := on_call(one, now)) is not None)
    return fine(_DUTY, f"now {names}; no gap in the next {_AHEAD.days} days")


def _gap(rotation: Rotation, now: datetime) -> datetime | None:
    """Return when the first time without anybody begins, within the days ahead."""
    covered = now
    for start, end, _ in shifts(rotation, now, now + _AHEAD):
        if start > covered:
            break
        covered = end
    return covered if covered < now + _AHEAD else None


def _reach(loaded: Loaded, used: Sequence[Rotation], now: datetime) -> Finding:
    policy = loaded.policies[loaded.policy]
    named = {
        target.partition(":")[2] for step in policy.steps for target in step.targets if target.startswith("person:")
    }
    on_duty = {person for one in used for _, _, person in shifts(one, now, now + _AHEAD)}
    called = [loaded.people[one] for one in sorted(named | on_duty | set(policy.fallback)) if one in loaded.people]
    mute = [one for one in called if not set(one.addresses) & set(loaded.channels)]
    if mute:
        cure = f"give {mute[0].id} an address on one of the channels ({few(loaded.channels)}) in people.yaml"
        return bad(_REACH, f"no channel reaches {few(one.name for one in mute)}", cure)
    if not any(_without_internet(loaded, one) for one in called):
        said = (
            f"{len(called)} people can be told, all by internet: that the mall's own line is cut is told when it "
            "is back. That may be left; a channel with `needs_internet: false` within the mall tells it at once"
        )
        return fine(_REACH, said)
    return fine(_REACH, f"{len(called)} people can be told, also while the mall's line is cut")


def _without_internet(loaded: Loaded, person: Person) -> bool:
    return any(not loaded.channels[one].needs_internet for one in person.addresses if one in loaded.channels)
