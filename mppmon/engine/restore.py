"""From the store to a world: what was open stays open, and the time nobody watched is unknown."""

from datetime import datetime

from alerts.model import Alert, AlertStatus
from mppmon.config import Loaded
from mppmon.engine.turn import Turn
from mppmon.engine.world import World, new_world
from mppmon.mall.health import Reach
from mppmon.mall.impact import Verdict
from mppmon.mall.model import Delivery, State, Transition, delivery_subject
from mppmon.store import Saved

DAEMON_OFF = "daemon-off"


def restore(loaded: Loaded, saved: Saved, now: datetime) -> World:
    """Return the world as it was saved; `forget` then says from when its states are unknown."""
    world = new_world(loaded, now)
    world.next_number = saved.next_number
    world.last_seen = saved.last_seen
    world.incidents = {one.id: one for one in saved.incidents}
    world.pages = {one.incident: one for one in saved.pages if one.incident in world.incidents}
    for alert in saved.alerts:
        if alert.key.subject in loaded.mall.devices and world.book.named(alert.key.rule) is not None:
            world.alerts[alert.key] = alert
            _block(world, alert)
    for device in loaded.mall.devices:
        since = _since(saved.states.get(f"{device}/reach"), now)
        world.reaches[device] = Reach(State.UNKNOWN, since)
        world.function_since[device] = _since(saved.states.get(f"{device}/function"), now)
    for key in world.deliveries:
        world.deliveries[key] = Verdict(Delivery.UNKNOWN)
        world.delivery_since[key] = _since(saved.states.get(delivery_subject(*key)), now)
    return world


def forget(turn: Turn, saved: Saved) -> None:
    """Record that everything known at the last sign of life is unknown from there: the daemon was off."""
    world, mall = turn.world, turn.world.loaded.mall
    at = saved.last_seen or turn.now
    owners = {
        f"{device.id}/{what}": device.agency for device in mall.devices.values() for what in ("reach", "function")
    }
    owners |= {
        delivery_subject(service, counter): mall.services[service].agency for service, counter in world.deliveries
    }
    for subject, newest in saved.states.items():
        if newest.new == State.UNKNOWN:
            continue
        since = max(at, newest.at)
        agency = owners.get(subject, newest.agency)
        turn.transition(subject, newest.new, State.UNKNOWN, at=since, cause=DAEMON_OFF, agency=agency)
        _mark(world, subject, since)


def _mark(world: World, subject: str, since: datetime) -> None:
    device, slash, what = subject.partition("/")
    if slash:
        if what == "reach" and device in world.reaches:
            world.reaches[device] = Reach(State.UNKNOWN, since)
        elif device in world.function_since:
            world.function_since[device] = since
        return
    service, _, counter = subject.partition("@")
    if (service, counter) in world.delivery_since:
        world.delivery_since[service, counter] = since


def _since(newest: Transition | None, now: datetime) -> datetime:
    return newest.at if newest is not None else now


def _block(world: World, alert: Alert) -> None:
    rule = world.book.named(alert.key.rule)
    if rule is not None and rule.blocks and alert.status is AlertStatus.FIRING:
        world.blocking.setdefault(alert.key.subject, set()).add(alert.key)
