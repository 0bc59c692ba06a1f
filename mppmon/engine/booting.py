"""Power is back: what it feeds takes minutes to start, and its silence until then is no fault."""

from dataclasses import replace
from datetime import datetime, timedelta

from mppmon.engine.reach import ask_below_again
from mppmon.engine.turn import Turn
from mppmon.engine.world import World
from mppmon.mall import topology
from mppmon.mall.model import Device, DeviceKind, State

_ANEW = timedelta(minutes=30)
"""A power that comes and goes gives what it feeds no new time for this long: silence would have no end."""


def follow(turn: Turn) -> None:
    """Let what hangs on a power that came back in this turn start in peace, and judge what has had its time to.

    `turn.powered`: what works again, or started anew, and so may feed others again, and since when.
    """
    world, mall = turn.world, turn.world.loaded.mall
    powered, turn.powered = turn.powered, {}
    for source, since in powered.items():
        for fed in topology.fed_by(mall, source):
            _let_start(world, mall.devices[fed], since)
    for device_id in [one for one in world.booting if _had_its_time(world, one, turn.now)]:
        world.booting.discard(device_id)
        reach = world.reaches[device_id] = replace(world.reaches[device_id], booting_until=None)
        if reach.state is State.UNKNOWN:
            ask_below_again(turn, mall.devices[device_id], itself=True)


def with_the_machine(world: World, booted: datetime, now: datetime) -> None:
    """Let everything inside start in peace when the machine mppmon runs on started just now itself, at `booted`: power
    may have come back to all of it at once.

    What is beyond our own line has a power of its own; the line itself starts with the mall's router.
    """
    mall = world.loaded.mall
    line = mall.site.uplink.device if mall.site.uplink else None
    for device in mall.devices.values():
        kind = DeviceKind.ROUTER if device.id == line else device.kind
        if not device.outside and booted + world.loaded.timings[kind].boot > now:
            _let_start(world, replace(device, kind=kind), booted)


def _let_start(world: World, device: Device, since: datetime) -> None:
    """Give a device its time, unless it is up, and so has started, or was down before by a fault of its own."""
    reach, boot = world.reaches[device.id], world.timing(device).boot
    if device.via is not None:
        boot = max(boot, world.timing(world.loaded.mall.devices[device.via]).boot)
    if reach.state is not State.UNKNOWN:
        return
    began = world.graces.get(device.id)
    if began is None or since - began > _ANEW or (reach.last_answered_at or began) > began:
        began = world.graces[device.id] = since
    if began + boot > since:
        world.reaches[device.id] = replace(reach, booting_until=began + boot)
        world.booting.add(device.id)


def _had_its_time(world: World, device_id: str, now: datetime) -> bool:
    until = world.reaches[device_id].booting_until
    return until is None or now >= until
