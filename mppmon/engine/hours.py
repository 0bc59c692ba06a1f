"""What changes by the hour: what is off, not broken; who is on duty."""

from datetime import datetime, timedelta

from alerts.model import Rule, Severity
from alerts.roster import on_call
from alerts.rule import severity as graveness
from mppmon.engine.turn import Turn
from mppmon.engine.world import World
from mppmon.mall.calendar import open_at, served_at
from mppmon.mall.model import Delivered, Device, DeviceKind, ExpectedOn, State, delivery_subject

UNSET = timedelta(minutes=10)
"""How long it is waited for somebody to set a clock that is not certain."""

_DAY = timedelta(days=1)
"""In so much time service hours have come and gone, whatever the clock shows."""


def follow(turn: Turn) -> None:
    """Say anew which of the devices that are down are merely off, and who is on duty; both change on full minutes."""
    world = turn.world
    minute = turn.now.replace(second=0, microsecond=0)
    if minute == world.off_at and not turn.changed:
        return
    if minute != world.off_at:
        _served(turn)
    world.off_at = minute
    world.seems_open = _seems_open(world, turn.now)
    devices = world.loaded.mall.devices
    down = (devices[one] for one, reach in world.reaches.items() if reach.state is State.DOWN)
    off = frozenset(one.id for one in down if may_be_off(world, one, turn.now))
    turn.shown |= off ^ world.off
    world.off = off
    duty = {one.id: on_call(one, turn.now) for one in world.loaded.rotations.values()}
    turn.shown |= frozenset(roster for roster, person in duty.items() if world.duty.get(roster) != person)
    world.duty = duty


def _served(turn: Turn) -> None:
    """Note which services citizens are served with now, and at which of them that has just changed."""
    world = turn.world
    served = served_now(world, turn.now)
    turn.opened |= {service for service, _ in served ^ world.served}
    turn.shown |= frozenset(delivery_subject(*key) for key in served ^ world.served)
    world.served = served


def served_now(world: World, at: datetime) -> frozenset[Delivered]:
    """Return the services at counters that are in their hours; all of them while the clock may be wrong."""
    return frozenset(key for key in world.deliveries if world.unsure or served_at(world.loaded.mall, key, at))


def may_be_off(world: World, device: Device, at: datetime) -> bool:
    """Whether it is expected on in service hours only, and these are not now: its agency's, else the mall's."""
    if device.expected_on is not ExpectedOn.SERVICE_HOURS:
        return False
    return not world.seems_open if world.unsure else not serving(world, device, at)


def _seems_open(world: World, now: datetime) -> bool:
    """Whether, by a clock that nobody has set for UNSET, it has to be taken for service hours: half of what is on in
    them only is on, or it has been as long as a day. Silent for ever would be worse than a call too many.
    """
    if world.unsure_since is None or now - world.unsure_since < UNSET:
        return False
    asked = (one for one in world.loaded.mall.devices.values() if one.kind is not DeviceKind.PASSIVE)
    hourly = [one.id for one in asked if one.expected_on is ExpectedOn.SERVICE_HOURS]
    on = sum(world.reaches[one].state is State.UP for one in hourly)
    return now - world.unsure_since >= _DAY or 2 * on >= len(hourly) > 0


def serving(world: World, device: Device, at: datetime) -> bool:
    """Whether citizens are served then where this device stands: in its agency's hours, else in the mall's."""
    hours = world.loaded.mall.hours
    spans = hours.get(device.agency or "") or hours.get(world.loaded.mall.site.id)
    return spans is None or open_at(spans, at)


def severity(world: World, rule: Rule, device: Device, at: datetime) -> Severity:
    """Return how grave an alert of this rule is then.

    A switch that belongs to no agency is as urgent as the services behind it: one of them may be open on a day on which
    the mall is not.
    """
    open_now = rule.outside_hours is None or world.unsure or serving(world, device, at)
    return graveness(rule, serving=open_now or not world.served.isdisjoint(world.index.affected((device.id,))))
