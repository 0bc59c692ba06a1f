"""Whether what a mended cause had stopped is delivered again: until then nobody is told that it is restored."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.model import Incident, Stopped
from mppmon.engine.world import World
from mppmon.mall import topology
from mppmon.mall.model import Delivered, Delivery

_SETTLE = timedelta(seconds=10)
"""What is asked again at once, since its cause works, has answered by then, or failed all its probes."""


def awaited(world: World, incident: Incident, now: datetime) -> bool:
    """Whether something that it stopped may be delivered in a moment: it is asked again, or still starting."""
    if incident.mended_at is None or incident.facts.blind:
        return False
    unknown = {
        cause
        for key, _ in _stopped(world, incident)
        if key in world.served and world.deliveries[key].delivery is Delivery.UNKNOWN
        for cause in world.deliveries[key].causes
    }
    return bool(unknown) and now < _until(world, incident, unknown)


def ended(world: World, incident: Incident) -> Incident:
    """Return a mended incident as its end is told: since when what it stopped is delivered, and what is not yet."""
    left: list[tuple[Delivered, Stopped]] = []
    back: list[tuple[Delivered, Stopped]] = []
    for key, stopped in _stopped(world, incident):
        delivery = world.deliveries[key].delivery
        served = delivery is Delivery.DELIVERED or (delivery is Delivery.DEGRADED and stopped.interrupted)
        (back if served else left).append((key, stopped))
    since = [world.delivery_since[key] for key, _ in back if key in world.served]
    mended = max((one for one in (incident.mended_at, *since) if one is not None), default=None)
    facts = replace(incident.facts, left=tuple(replace(one, closed=key not in world.served) for key, one in left))
    return replace(incident, mended_at=mended, facts=facts)


def _until(world: World, incident: Incident, unknown: Iterable[str]) -> datetime:
    """Return until when it is waited for what is unknown: that its cause feeds has its time to start."""
    mall = world.loaded.mall
    causes = [one for one in (incident.root, *incident.joined) if one in mall.devices]
    fed = {device for cause in causes for device in topology.fed_by(mall, cause)} | world.booting
    started = max(incident.mended_at or world.watched_from, world.watched_from)
    slowest = timedelta()
    for one in unknown:
        device = mall.devices[one]
        timing = world.timing(device)
        boot = world.timing(mall.devices[device.via]).boot if device.via else timing.boot
        slowest = max(slowest, timing.confirmation + (max(boot, timing.boot) if one in fed else timedelta()))
    return started + slowest + timedelta(seconds=world.loaded.settings.patience_seconds) + _SETTLE


def _stopped(world: World, incident: Incident) -> list[tuple[Delivered, Stopped]]:
    """Return what it stopped with its keys, as far as the present inventory has them."""
    mall = world.loaded.mall
    named = {(one.agency, one.service, one.place): one for one in incident.facts.stopped}
    found = []
    for key in sorted(world.index.affected((incident.root, *incident.joined))):
        service, counter = mall.services[key[0]], mall.counters[key[1]]
        stopped = named.get((service.agency, service.name, counter.name))
        if stopped is not None:
            found.append((key, stopped))
    return found
