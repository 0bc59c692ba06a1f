"""What a rule says and whom it is about: placeholders of its texts, labels and values of its `match`, before they reach
a phone as they were typed, or match nothing for ever.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from alerts.settings import RuleSettings
from alerts.words import NUMBER, SAID, WITH_STEPS
from collectors.snmp.library import Profiles, builtin
from collectors.snmp.profile import Profile, Scalars
from collectors.snmp.series import Bits, States
from mppmon.config.draft import Draft
from mppmon.config.families import FAMILIES
from mppmon.config.problem import listed, nearest, quoted
from mppmon.config.tree import Path

FILE = "rules.yaml"
_BRACES = re.compile(r"\{+[^{}]*\}+|[{}]")
_OWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "mppmon_daemon_way_quiet_seconds": ("way",),
        "mppmon_daemon_way_overdue_seconds": ("way",),
        "mppmon_daemon_channel_failing_seconds": ("channel",),
        "mppmon_daemon_task_alive": ("task",),
        "mppmon_daemon_task_failures": ("task",),
        "mppmon_daemon_part_silent_seconds": ("part",),
        "mppmon_daemon_canary_failed": ("channel", "person"),
    }
)
"""Labels of what the daemon says of itself, where it has any; a test holds them against what it says."""


@cache
def labels_of(metric: str) -> tuple[str, ...] | None:
    """Return the labels of a metric that a rule may ask for; None where nothing gives it."""
    if metric.startswith("mppmon_daemon_"):
        return _OWN.get(metric, ())
    family = FAMILIES.get(metric)
    return family.labels if family is not None else None


def check_words(draft: Draft, index: int, rule: RuleSettings) -> None:
    """Judge the placeholders of a rule's texts and the labels of its condition."""
    labels = labels_of(rule.condition.metric)
    if labels is None:
        return  # what gives it is not known, and that was said
    for text, words in (("summary", rule.summary), ("first_step", rule.first_step)):
        for language, said in (("id", words.id), ("en", words.en)):
            _check_text(draft, ("rules", index, text, language), said, labels)
    profiles = draft.profiles or builtin()
    for label, accepted in rule.condition.match.items():
        at: Path = ("rules", index, "condition", "match", label)
        if label not in labels:
            found = f"{quoted(label)}, which {rule.condition.metric} does not carry: it never matches"
            draft.error(FILE, at, found, listed(labels), nearest(label, labels), key=True)
            continue
        possible = values_of(profiles, rule.condition.metric, label)
        for value in (accepted,) if isinstance(accepted, str) else accepted:
            if possible and value not in possible:
                found = f"{quoted(value)}, which no device says: it never matches"
                draft.warn(FILE, at, found, listed(possible), nearest(value, possible))


def values_of(profiles: Profiles, metric: str, label: str) -> frozenset[str]:
    """Return what a label of a metric can be, where profiles enumerate it; empty where it may be anything."""
    found: set[str] = set()
    for profile, ways in _ways(profiles, metric):
        for series in ways:
            if not isinstance(series, States | Bits) or series.label != label:
                return frozenset()
            found.update(profile.enumerations[series.enumeration].values())
    return frozenset(found)


def _ways(profiles: Profiles, metric: str) -> Iterator[tuple[Profile, tuple[object, ...]]]:
    for profile in profiles.by_name.values():
        tables: tuple[Scalars, ...] = (profile.scalars, *profile.tables.values())
        for table in tables:
            if metric in table.series:
                yield profile, table.series[metric]


def _check_text(draft: Draft, path: Path, text: str, labels: tuple[str, ...]) -> None:
    steps = {f"{label}:step" for label in (*labels, "kind") if label in WITH_STEPS}
    possible = {*NUMBER, *SAID, *labels, *steps}
    for place in _BRACES.findall(text):
        if place[1:-1] not in possible or not place.startswith("{") or not place.endswith("}"):
            found, expected = f"{quoted(place)}, which would be sent as it stands", [f"{{{one}}}" for one in possible]
            draft.error(FILE, path, found, listed(expected), nearest(place, expected))
