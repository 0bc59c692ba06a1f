"""From the store to a world: what was open stays open, and the time nobody watched is unknown."""

from dataclasses import replace
from datetime import datetime

from alerts.model import Alert, AlertStatus
from mppmon.config import Loaded
from mppmon.engine.booting import go_on
from mppmon.engine.handing import pass_on
from mppmon.engine.incidents import withdraw
from mppmon.engine.pacing import gather
from mppmon.engine.remembering import outlived, recall
from mppmon.engine.turn import Turn
from mppmon.engine.unwatched import believable, follow_clock, keep_timers, set_back, wrong_before
from mppmon.engine.watching import over
from mppmon.engine.world import World, new_world
from mppmon.mall.cause import Because
from mppmon.mall.model import State, delivery_subject
from mppmon.store import Saved

DAEMON_OFF = Because.DAEMON_OFF.value


def restore(loaded: Loaded, saved: Saved, now: datetime, *, before: Loaded | None = None) -> World:
    """Return the world as it was saved; `forget` then says from when its states are unknown.

    `before`: the configuration in use until then, where that was another one.
    """
    world = new_world(loaded, now)
    world.next_number = saved.next_number
    world.last_seen = saved.last_seen
    world.decided = max((one.decided_at for one in saved.states.values()), default=world.decided)
    world.incidents = {one.id: one for one in saved.incidents}
    world.merges = dict(saved.merges)
    world.pages = {one.incident: one for one in saved.pages if one.incident in world.incidents}
    world.silences = {one.id: one for one in saved.silences if one.end > now}
    world.unsent = {one.key: one for one in saved.unsent}
    gone = over(before, loaded, saved.alerts)
    for alert in saved.alerts:
        if alert.id not in gone:
            world.alerts[alert.key] = alert
            block(world, alert)
    for device in loaded.mall.devices:
        newest = (saved.states.get(f"{device}/{what}") for what in ("reach", "function"))
        world.begin(device, max((one.at for one in newest if one is not None), default=now))
    world.unwatched = saved.last_seen
    world.graces = {one: since for one, since in saved.graces.items() if one in world.reaches}
    recall(world, saved.windows, now)
    for key in world.deliveries:
        said = saved.states.get(delivery_subject(*key))
        world.begin_delivery(key, said.at if said is not None else now)
    return world


def resume(turn: Turn, saved: Saved, *, before: Loaded | None = None) -> None:
    """Record what the pause means: it is unknown, alerts nobody watches any more are over, timers run on."""
    clock = wrong_before(saved.last_seen, turn.now)
    if clock is not None and believable(clock):
        set_back(turn, clock)
    else:
        forget(turn, saved)
        if clock is not None:
            keep_timers(turn, clock)
            turn.world.behind = clock.was
    follow_clock(turn)
    go_on(turn.world, turn.now)
    gather(turn)
    gone = over(before, turn.world.loaded, saved.alerts)
    for alert in saved.alerts:
        if alert.id in gone:
            turn.batch.alerts.append(replace(alert, status=AlertStatus.RESOLVED, resolved_at=turn.now))
    withdraw(turn)
    if before is not None:
        pass_on(turn, before)
    turn.batch.forgotten += saved.graces.keys() - turn.world.reaches.keys()
    turn.batch.forgotten += [one.key for one in saved.windows if outlived(turn.world, one, turn.now)]


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
    device, slash, _ = subject.partition("/")
    if slash:
        if device in world.reaches and since > world.reaches[device].since:
            world.begin(device, since)
        return
    service, _, counter = subject.partition("@")
    if (service, counter) in world.deliveries:
        world.begin_delivery((service, counter), since)


def block(world: World, alert: Alert) -> None:
    """Note a firing alert that stops its device from doing its job."""
    rule = world.book.named(alert.key.rule)
    if rule is not None and rule.blocks and alert.key.subject in world.reaches and alert.status is AlertStatus.FIRING:
        world.blocking.setdefault(alert.key.subject, set()).add(alert.key)
