"""What changes by the hour: what is off, not broken; who is on duty."""

from datetime import datetime

from alerts.roster import on_call
from mppmon.engine.turn import Turn
from mppmon.engine.world import World
from mppmon.mall.calendar import open_at
from mppmon.mall.model import Device, ExpectedOn, State


def follow(turn: Turn) -> None:
    """Say anew which of the devices that are down are merely off, and who is on duty; both change on full minutes."""
    world = turn.world
    minute = turn.now.replace(second=0, microsecond=0)
    if minute == world.off_at and not turn.changed:
        return
    world.off_at = minute
    devices = world.loaded.mall.devices
    down = (devices[one] for one, reach in world.reaches.items() if reach.state is State.DOWN)
    off = frozenset(one.id for one in down if may_be_off(world, one, turn.now))
    turn.shown |= off ^ world.off
    world.off = off
    duty = {one.id: on_call(one, turn.now) for one in world.loaded.rotations.values()}
    turn.shown |= frozenset(roster for roster, person in duty.items() if world.duty.get(roster) != person)
    world.duty = duty


def may_be_off(world: World, device: Device, at: datetime) -> bool:
    """Whether it is expected on in service hours only, and these are not now: its agency's, else the mall's."""
    if device.expected_on is not ExpectedOn.SERVICE_HOURS:
        return False
    hours = world.loaded.mall.hours
    spans = hours.get(device.agency or "") or hours.get(world.loaded.mall.site.id)
    return spans is not None and not open_at(spans, at)
