"""Whether a configuration still watches what an alert is about. Without that its end would never be seen. Pure."""

from collections.abc import Collection, Iterable, Mapping

from alerts.model import Alert, Condition, Labels, Rule
from alerts.rule import matches
from collectors.collector import Kind, Target
from mppmon.config import Loaded
from mppmon.config.rules import DAEMON
from mppmon.mall.passive import Passives, passives

SELF = "mppmon"
"""The subject of alerts about the daemon itself, and the root of their incident."""

DEVICE_DOWN = "mppmon_device_down"
SITE_BLIND = "mppmon_site_blind"
OWN = frozenset({DEVICE_DOWN, SITE_BLIND})
"""Verdicts on what answers: they come by no way of asking of their own, and explain the silence of what is below."""
TELEMETRY_FAILED = "mppmon_telemetry_failed"
RESTARTED = "mppmon_device_restarted"
"""Metrics of our own verdicts; every other one is read from a device."""


def asked(loaded: Loaded) -> frozenset[str]:
    """Return the devices of which something is heard: by a check of their own, through another device, by anchors or
    by what hangs on them.
    """
    mall = loaded.mall
    line = {mall.site.uplink.device} if mall.site.uplink else set()
    return frozenset(
        line
        | {one.device for one in loaded.targets}
        | {one.id for one in mall.devices.values() if one.via}
        | passives(mall).witnesses.keys()
    )


def unwatched(loaded: Loaded, alerts: Iterable[Alert]) -> frozenset[str]:
    """Return the ids of those alerts whose device, rule or reading this configuration does not have."""
    rules = {rule.name: rule for rule in loaded.rules}
    targets: dict[str, list[Target]] = {}
    for target in loaded.targets:
        targets.setdefault(target.device, []).append(target)
    known = passives(loaded.mall)
    return frozenset(one.id for one in alerts if not _watched(loaded, rules.get(one.key.rule), targets, known, one))


def _watched(
    loaded: Loaded, rule: Rule | None, targets: Mapping[str, list[Target]], known: Passives, alert: Alert
) -> bool:
    mall = loaded.mall
    if alert.key.subject == SELF:
        return rule is not None and matches(rule, DAEMON, alert.key.labels) and _ours(loaded, alert.key.labels)
    device = mall.devices.get(alert.key.subject)
    if rule is None or device is None or not matches(rule, device.kind.value, alert.key.labels):
        return False
    metric = rule.condition.metric
    uplink = mall.site.uplink is not None and mall.site.uplink.device == device.id
    if metric == SITE_BLIND or uplink:
        return uplink and metric == SITE_BLIND
    if device.id in known.witnesses:
        return metric == DEVICE_DOWN
    asked = {target.kind for target in (*targets.get(device.id, ()), *targets.get(device.via or "", ()))}
    return bool(asked) if metric == DEVICE_DOWN else Kind.TELEMETRY in asked


def _ours(loaded: Loaded, labels: Labels) -> bool:
    """Whether the daemon still has what these labels name: without it no further reading would come."""
    known = {
        "channel": loaded.channels.keys(),
        "person": loaded.people.keys(),
        "way": {one.way.value for one in loaded.targets},
    }
    return all(value in known[label] for label, value in labels if label in known)


def over(before: Loaded | None, after: Loaded, alerts: Collection[Alert]) -> frozenset[str]:
    """Return the ids of those alerts of which no reading comes any more, or whose readings say something else now.

    `before`: the configuration they were made by; None: the same one. What was renamed since has its new name already.
    """
    if before is None:
        return unwatched(after, alerts)
    old = {rule.name for rule in before.rules}
    return unwatched(after, alerts) | changed(before, after, [one for one in alerts if one.key.rule in old])


def changed(before: Loaded, after: Loaded, alerts: Iterable[Alert]) -> frozenset[str]:
    """Return the ids of those alerts whose readings come another way now, or whose rule asks for another metric: what
    the old way said ends with it, and what is still wrong will be said anew.
    """
    old = {rule.name: rule.condition for rule in before.rules}
    new = {rule.name: rule.condition for rule in after.rules}
    other = _read_otherwise(before, after)
    return frozenset(
        one.id
        for one in alerts
        if not same(old.get(one.key.rule), new.get(one.key.rule))
        or (one.key.subject in other and new[one.key.rule].metric not in OWN)
    )


def same(one: Condition | None, other: Condition | None) -> bool:
    """Whether two conditions ask the same of the same metric, whatever they compare it with."""
    return (
        one is not None
        and other is not None
        and (one.metric, one.asks, one.over, one.ahead) == (other.metric, other.asks, other.over, other.ahead)
    )


def _read_otherwise(before: Loaded, after: Loaded) -> frozenset[str]:

    def ways(loaded: Loaded) -> dict[str, str]:
        found = {one.device: one.way.value for one in loaded.targets if one.kind is Kind.TELEMETRY}
        seen_through = {one.id: found.get(one.via or "", "") for one in loaded.mall.devices.values() if one.via}
        return {**dict.fromkeys(loaded.mall.devices, ""), **found, **seen_through}

    old, new = ways(before), ways(after)
    return frozenset(device for device in old.keys() & new.keys() if old[device] != new[device])
