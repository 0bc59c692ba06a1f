"""Of what nothing was heard for a while nothing is known: neither that it works nor that it fails."""

from datetime import datetime, timedelta

from collectors.collector import Kind, Target
from mppmon.engine.reach import changed
from mppmon.engine.turn import Turn
from mppmon.engine.world import World
from mppmon.mall.cause import Because
from mppmon.mall.health import Reach
from mppmon.mall.model import Device, State

STALE = Because.STALE.value
_MISSED = 3  # intervals
_LEAST = timedelta(seconds=30)
_LOOK = timedelta(seconds=1)


def follow(turn: Turn) -> None:
    """Let what was not heard of for three of its intervals be unknown, from its last observation on.

    Called after the turn's observations were taken: one that waited in the queue is heard by now. Our own faults say
    nothing about a device, so they do not count. Alerts stay as they are.
    """
    world = turn.world
    if timedelta() <= turn.now - world.stale_at < _LOOK:
        return
    world.stale_at = turn.now
    devices = world.loaded.mall.devices
    if not world.lifetimes:
        asking = ((one.id, _asking(world, one)) for one in devices.values())
        world.lifetimes = {device: lifetime(target) for device, target in asking if target is not None}
    for device_id, longest in world.lifetimes.items():
        reach = world.reaches[device_id]
        if reach.state is State.UNKNOWN or reach.last_seen_at is None or turn.now - reach.last_seen_at <= longest:
            continue
        _lose(turn, devices[device_id], reach.last_seen_at)
    for check, asked in list(world.asks.items()):
        known = next((one for one in world.targets.get(check.partition(":")[0], ()) if one.check == check), None)
        if known is None or (asked.last_seen_at and turn.now - asked.last_seen_at > lifetime(known)):
            del world.asks[check]
    _line(turn)


def lifetime(target: Target) -> timedelta:
    """Return how long an answer says something: three intervals, at least 30 s, and what the poll itself may take."""
    retries = getattr(target.settings, "retries", 0)
    asking = timedelta(seconds=target.settings.timeout * (1 + retries))
    return max(_MISSED * timedelta(seconds=target.interval), _LEAST) + asking


def _asking(world: World, device: Device) -> Target | None:
    """Return what tells of a device's reach: its liveness; of what is seen through a PC, that PC's telemetry; of what
    pushes, all there is.
    """
    targets = world.targets.get(device.via or device.id, ())
    wanted = Kind.TELEMETRY if device.via or device.pushes else Kind.LIVENESS
    return next((one for one in targets if one.kind is wanted), None)


def _lose(turn: Turn, device: Device, at: datetime) -> None:
    before = turn.world.reaches[device.id]
    turn.world.confirmed.pop(device.id, None)
    reach = turn.world.reaches[device.id] = Reach(State.UNKNOWN, max(before.since, at))
    changed(turn, device, before.state, reach, cause=STALE)


def _line(turn: Turn) -> None:
    """Forget the mall's own line with its anchors: it is known by them only."""
    world, mall = turn.world, turn.world.loaded.mall
    uplink = mall.site.uplink
    if uplink is None or world.reaches[uplink.device].state is State.UNKNOWN:
        return
    anchors = [world.reaches[anchor] for anchor in uplink.anchors]
    if all(one.last_seen_at is None for one in anchors):
        _lose(turn, mall.devices[uplink.device], max(one.since for one in anchors))
