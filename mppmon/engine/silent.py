"""What pushes cannot be asked again: its silence, long enough, is what failed probes are for others.

Soon it is unknown (`mppmon.engine.stale`); after `down_after` it is confirmed, and judged like everything else: what
stands above it, or our own line, may explain it. See docs/adr/0033-push.md.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from collectors.collector import Target
from collectors.settings import AgentSettings
from mppmon.engine.turn import Turn
from mppmon.mall import topology
from mppmon.mall.health import Reach
from mppmon.mall.model import State

_NONE = timedelta()
_LOOK = timedelta(seconds=1)


def follow(turn: Turn) -> None:
    """Confirm that those are silent that have sent nothing for `down_after`, while their door was open and somebody
    watched; with them all whose silence began within one interval of theirs, for a cut cable silences many, and each
    sends in a turn of its own.
    """
    world = turn.world
    if world.door is None or timedelta() <= turn.now - world.silence_at < _LOOK:
        return
    world.silence_at = turn.now
    left = [(one, _left(turn, one, world.door)) for one in world.pushers if _may_fail(world.reaches[one.device])]
    if all(more > _NONE for _, more in left):
        return
    for target, more in left:
        if more <= timedelta(seconds=target.interval):
            _confirm(turn, target.device)


def _may_fail(reach: Reach) -> bool:
    return reach.state is not State.DOWN and not reach.failures


def _left(turn: Turn, target: Target, door: datetime) -> timedelta:
    """Return how long it may still be silent. `door`: since when pushes are taken."""
    world, settings = turn.world, target.settings
    assert isinstance(settings, AgentSettings)  # noqa: S101  # of every target of this way
    assert settings.push is not None  # noqa: S101  # likewise
    since = max(world.awaited.get(target.device, world.watched_from), world.watched_from, door)
    since = min(since, turn.now)  # of a clock that was set back
    world.awaited[target.device] = since
    return since + timedelta(seconds=settings.push.down_after) - turn.now


def _confirm(turn: Turn, device_id: str) -> None:
    world = turn.world
    device, before = world.loaded.mall.devices[device_id], world.reaches[device_id]
    first: datetime = turn.now  # until then it was unknown, and stays so
    world.reaches[device_id] = replace(
        before, failures=world.timing(device).needed, first_failed_at=first, confirmed_at=turn.now
    )
    world.confirmed.setdefault(device_id, turn.now)
    turn.passives.update(world.passives.above.get(device_id, ()))
    turn.expedites.update(above for group in topology.groups(device) for above in group)
