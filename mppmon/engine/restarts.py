"""Devices that started anew: noted once each, and what they feed has time to start, too."""

from collections.abc import Callable
from datetime import timedelta

from collectors.observation import Observation, Outcome, Schema
from mppmon.engine.alerting import say
from mppmon.engine.turn import Turn
from mppmon.engine.watching import RESTARTED
from mppmon.engine.world import World
from mppmon.mall.restart import TICKS, Uptime, restarted

Reader = tuple[int, Callable[[float, float], float], float | None]
"""Where a shape of answer has the uptime, how it is had from `(value, Unix time)`, and when it begins anew."""

_UPTIME, _BOOT_TIME = "mppmon_device_uptime_seconds", "mppmon_pc_boot_time_seconds"


def read(turn: Turn, observation: Observation) -> None:
    """Hold the uptime of an answer, if it tells one, against the one before."""
    world = turn.world
    device = world.device(observation.device)
    if device is None or observation.outcome is not Outcome.OK:
        return
    reader = _reader(world, observation.schema)
    if reader is None:
        return
    position, seconds, wraps = reader
    at = observation.evidence_at
    now, before = Uptime(seconds(observation.values[position], at.timestamp()), at), world.uptimes.get(device.id)
    if before is not None and at <= before.at:
        return
    world.uptimes[device.id] = now
    anew = before is not None and restarted(before, now, wraps=wraps)
    say(turn, device, RESTARTED, (), float(anew), at)
    started = at - timedelta(seconds=now.seconds)
    if anew or (before is None and world.unwatched is not None and world.unwatched < started):
        turn.powered[device.id] = started


def _reader(world: World, schema: Schema) -> Reader | None:
    if schema not in world.uptime_readers:
        names = [name for name, _ in schema.series]
        found: Reader | None = None
        if _UPTIME in names:
            found = names.index(_UPTIME), lambda value, _: value, TICKS
        elif _BOOT_TIME in names:
            found = names.index(_BOOT_TIME), lambda value, unix: unix - value, None
        world.uptime_readers[schema] = found
    return world.uptime_readers[schema]
