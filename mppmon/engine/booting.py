"""Power is back: what it feeds takes minutes to start, and its silence until then is no fault."""

from dataclasses import replace
from datetime import datetime, timedelta

from mppmon.engine.reach import ask_below_again, said_down
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
            if _let_start(world, mall.devices[fed], since):
                turn.batch.graces.append((fed, world.graces[fed]))
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


def go_on(world: World, now: datetime) -> None:
    """Let what was given time to start have the rest of it: nobody watched meanwhile, or the clock was set."""
    for device_id, began in world.graces.items():
        device = world.loaded.mall.devices[device_id]
        if began <= now < began + _boot(world, device):
            _until(world, device, began)


def _let_start(world: World, device: Device, since: datetime) -> bool:
    """Give a device its time, unless it is up, and so has started, or was down before by a fault of its own. Return
    whether that time begins now.
    """
    reach = world.reaches[device.id]
    if reach.state is not State.UNKNOWN or said_down(world, device.id) is not None:
        return False
    began, anew = world.graces.get(device.id), False
    if began is None or not began <= since <= began + _ANEW or (reach.last_answered_at or began) > began:
        began, anew = since, True
        world.graces[device.id] = since
    if began + _boot(world, device) > since:
        _until(world, device, began)
    return anew


def _boot(world: World, device: Device) -> timedelta:
    """Return how long it may take to start; what is seen through a PC waits for that, too."""
    boot = world.timing(device).boot
    if device.via is not None:
        boot = max(boot, world.timing(world.loaded.mall.devices[device.via]).boot)
    return boot


def _until(world: World, device: Device, began: datetime) -> None:
    world.reaches[device.id] = replace(world.reaches[device.id], booting_until=began + _boot(world, device))
    world.booting.add(device.id)


def _had_its_time(world: World, device_id: str, now: datetime) -> bool:
    until = world.reaches[device_id].booting_until
    return until is None or now >= until
