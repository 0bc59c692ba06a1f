"""A configuration directory -> Loaded, or every problem of it at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alerts.rule import from_settings
from alerts.settings import RuleSettings
from mppmon.config.check_daemon import check_daemon
from mppmon.config.check_devices import check_devices
from mppmon.config.check_expected import check_expected
from mppmon.config.check_maintenance import check_maintenance, warn_of_windows
from mppmon.config.check_mall import check_mall
from mppmon.config.check_people import check_people
from mppmon.config.check_push import check_push
from mppmon.config.check_snmp import check_snmp
from mppmon.config.directory import gather
from mppmon.config.draft import begin
from mppmon.config.files import Files
from mppmon.config.holidays import check_holidays, library_days
from mppmon.config.loaded import Loaded
from mppmon.config.maintenance import planned_times, resolve_windows
from mppmon.config.mall import build_mall
from mppmon.config.normalise import normalise, restored, revision
from mppmon.config.pager import build_channels, build_person, build_policy, build_rotation, build_settings
from mppmon.config.problem import ConfigErrors, Problem
from mppmon.config.profiles import check_profiles
from mppmon.config.renaming import Written, check_formerly, former_ids, former_names
from mppmon.config.rules import check_rules, merged
from mppmon.config.secret_files import check_secrets, secrets_of
from mppmon.config.settings import RulesFile
from mppmon.config.targets import build_targets
from mppmon.config.timing import timings

_CHECKS = (
    check_profiles,
    check_mall,
    check_devices,
    check_snmp,
    check_push,
    check_expected,
    check_people,
    check_rules,
    check_formerly,
    check_daemon,
    check_maintenance,
    check_holidays,
    check_secrets,
)


def load(directory: Path, *, today: date) -> Loaded:
    """Read, judge and build a configuration. ConfigErrors names every problem.

    Public holidays are those that the `holidays` library knows now; what is kept of a revision keeps them. `today` (the
    mall's date) places the window for which service hours (13 months back, 2 ahead) and hand-overs (13
    months both ways) are resolved: load again from time to time, at least once a month.
    """
    directory = directory.absolute()
    draft = begin(gather(directory), directory, today)
    draft.formers = former_names(draft)
    for check in _CHECKS:
        check(draft)
    if draft.problems:
        raise ConfigErrors(draft.problems)
    files = Files.of(draft)
    holidays = library_days(files.site.holidays)
    own = draft.profiles.own if draft.profiles is not None else {}
    loaded = _build(files, merged(files.rules), holidays, own, draft.directory, today)
    warn_of_windows(draft, loaded.mall, loaded.windows)
    formerly = former_ids(draft)
    return replace(
        loaded,
        warnings=tuple(sorted(draft.warnings)),
        profiles=draft.profiles,
        formerly=formerly,
        secrets=secrets_of(draft),
    )


def from_normalised(normalised: str, *, today: date, directory: Path = Path("/")) -> Loaded:
    """Build what `Loaded.normalised` was kept of: the configuration as it was, whatever its files say now.

    Names of secret files are relative to `directory`, and communities that are not public are not known any more: it is
    for reading the past, not for polling. ConfigErrors when it is not in the shape this version writes.
    """
    try:
        parts, rules, holidays, profiles = restored(normalised)
        files = Files.kept(parts)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        found = type(error).__name__
        raise ConfigErrors([Problem("stored configuration", 0, 0, "", found, "what mppmon keeps")]) from error
    own = RulesFile.model_construct(rules=tuple(rules[name] for name in sorted(rules)))
    kept = Written(files.agencies, files.counters, files.devices, files.people, files.channels, own)
    return replace(_build(files, rules, holidays, profiles, directory, today), formerly=former_ids(kept))


def _build(
    files: Files,
    rules: Mapping[str, RuleSettings],
    holidays: frozenset[date],
    profiles: Mapping[str, Any],
    directory: Path,
    today: date,
) -> Loaded:
    site, people, daemon = files.site, files.people, files.daemon
    zone = ZoneInfo(site.site.timezone)
    normalised = normalise(files.by_name(), rules, holidays, profiles)
    mall = build_mall(site, files.agencies, files.counters, files.devices, holidays=holidays, today=today)
    windows = resolve_windows(files.maintenance, zone=zone, today=today)
    return Loaded(
        revision=revision(normalised),
        normalised=normalised,
        mall=replace(mall, planned=planned_times(windows, mall)),
        targets=build_targets(files.devices, daemon.intervals, directory),
        rules=tuple(from_settings(rules[name]) for name in sorted(rules)),
        people={slug: build_person(slug, one) for slug, one in people.people.items()},
        rotations={slug: build_rotation(slug, one, zone=zone, today=today) for slug, one in people.rosters.items()},
        policies={slug: build_policy(slug, one) for slug, one in people.policies.items()},
        policy=people.policy or next(iter(people.policies)),
        channels=build_channels(files.channels.channels, directory),
        timings=timings(daemon.intervals),
        agency_policies={slug: one.policy for slug, one in files.agencies.agencies.items() if one.policy is not None},
        windows=windows,
        settings=build_settings(daemon, directory),
    )
