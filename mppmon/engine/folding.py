"""A cause that is seen later than what hangs on it: the verdict on those is taken back, their incidents go on in the
cause's. In the end one root cause is one incident, whatever the order in which things were asked.
"""

from dataclasses import replace

from alerts.model import AlertStatus, Incident
from mppmon.engine.merging import merge
from mppmon.engine.turn import Turn
from mppmon.engine.watching import DEVICE_DOWN
from mppmon.engine.world import World
from mppmon.mall import topology
from mppmon.mall.model import State

SELF = "mppmon"
"""Who says that two incidents are one."""


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
        source, into = _of(world, device_id), _of(world, cause)
        if into is None:
            continue  # silenced, or off: what was said stands until its cause is
        world.folds.discard(device_id)
        if source is not None:
            merge(turn, source, into, by=SELF)
        _retract(turn, device_id)


def _of(world: World, root: str) -> Incident | None:
    return next((one for one in world.incidents.values() if one.root == root), None)


def _retract(turn: Turn, device_id: str) -> None:
    world = turn.world
    for key, alert in list(world.alerts.items()):
        rule = world.book.named(key.rule)
        if key.subject != device_id or rule is None or rule.condition.metric != DEVICE_DOWN:
            continue
        del world.alerts[key]
        world.blocking.get(device_id, set()).discard(key)
        turn.batch.alerts.append(replace(alert, status=AlertStatus.RESOLVED, resolved_at=turn.now))
