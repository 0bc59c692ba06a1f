"""Why the newest check of something failed: what an incident says beside what its rule says."""

from alerts.model import AlertKey
from collectors.collector import Kind
from collectors.observation import Observation
from mppmon.engine.watching import DEVICE_DOWN
from mppmon.engine.world import World

_ASKS = frozenset({DEVICE_DOWN, "mppmon_telemetry_failed", "mppmon_online_ok"})
"""Metrics whose rules say that a check failed, not what it read."""


def note(world: World, observation: Observation) -> None:
    """Keep why a check failed, until it does not."""
    if observation.reason:
        world.reasons[observation.check] = observation.reason
    elif world.reasons:
        world.reasons.pop(observation.check, None)


def reason_of(world: World, key: AlertKey) -> str:
    """Return why the check behind an alert failed, empty where that is not known or not what the alert is about."""
    rule = world.book.named(key.rule)
    if rule is None or rule.condition.metric not in _ASKS:
        return ""
    kind = Kind.LIVENESS if rule.condition.metric == DEVICE_DOWN else Kind.TELEMETRY
    return world.reasons.get(f"{key.subject}:{kind}", "")
