"""A cause that is seen later than what hangs on it: the verdict on those is taken back, their incidents go on in the
cause's. In the end one root cause is one incident, whatever the order in which things were asked.
"""

from collections.abc import Sequence
from dataclasses import replace

from alerts.model import Alert, AlertStatus, Incident
from mppmon.engine.merging import merge
from mppmon.engine.turn import Turn
from mppmon.engine.watching import DEVICE_DOWN, OWN, SELF
from mppmon.engine.world import World
from mppmon.mall import topology
from mppmon.mall.model import State


def fold(turn: Turn) -> None:
    """Merge the incident of what turned out to be explained into that of its cause, once that has one.

    What is explained fires no alert of its own: judged anew when the cause recovers, it fires, and pages, as a fault of
    its own.
    """
    world = turn.world
    for device_id in sorted(world.folds):
        cause = topology.root(world.loaded.mall, device_id, world.reaches)
        if world.reaches[device_id].state is not State.UNKNOWN or cause == device_id:
            world.folds.discard(device_id)
            continue
        into = _of(world, cause)
        if into is None:
            continue  # silenced, or off: what was said stands until its cause is
        world.folds.discard(device_id)
        explained = [one for one in world.alerts.values() if _says_down(world, one, device_id)]
        for source in _only_of(world, explained):
            if source.id != into.id:
                merge(turn, source, into, by=SELF)
        _retract(turn, explained)


def _says_down(world: World, alert: Alert, device_id: str) -> bool:
    rule = world.book.named(alert.key.rule)
    return alert.key.subject == device_id and rule is not None and rule.condition.metric == DEVICE_DOWN


def _of(world: World, cause: str) -> Incident | None:
    """Return the incident in which the cause itself is said to have failed; another of its faults explains nothing."""
    firing = (one for one in world.alerts.values() if one.key.subject == cause and one.incident in world.incidents)
    failed = [one for one in firing if (rule := world.book.named(one.key.rule)) and rule.condition.metric in OWN]
    return world.incidents[failed[0].incident] if failed and failed[0].incident is not None else None


def _only_of(world: World, explained: Sequence[Alert]) -> list[Incident]:
    """Return the incidents of these alerts that hold no other one: a fault that the cause does not explain (a toner
    that is empty) keeps its incident, and whoever is called for it.
    """
    mine = {one.incident for one in explained}
    others = {one.incident for one in world.alerts.values() if one not in explained}
    return [world.incidents[one] for one in sorted(filter(None, mine - others)) if one in world.incidents]


def _retract(turn: Turn, explained: Sequence[Alert]) -> None:
    world = turn.world
    for alert in explained:
        del world.alerts[alert.key]
        world.blocking.get(alert.key.subject, set()).discard(alert.key)
        turn.batch.alerts.append(replace(alert, status=AlertStatus.RESOLVED, resolved_at=turn.now, incident=None))
