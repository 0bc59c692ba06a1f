"""A new configuration takes the place of the old one while everything goes on: of what stays, no state, timer or
acknowledgement is lost.
"""

from dataclasses import replace

from alerts.model import AlertStatus
from mppmon.config import Loaded
from mppmon.engine.handing import pass_on
from mppmon.engine.incidents import CONFIG, withdraw
from mppmon.engine.renaming import audited, rename
from mppmon.engine.restore import block
from mppmon.engine.turn import Turn
from mppmon.engine.watching import SELF, asked, changed, same, unwatched
from mppmon.engine.world import World, new_world
from mppmon.mall.model import Delivery, State, delivery_subject
from mppmon.mall.rename import Names
from mppmon.store import AuditEntry, Taken


def adopt(turn: Turn, loaded: Loaded, names: Names, *, author: str) -> World:
    """Return the world of the new configuration, with all that is known of what it still has; the turn works on it.

    What it lacks is unknown from now on, and the incidents of it end with that reason. Services are judged anew. What
    `names` calls otherwise goes on under its new name.
    """
    old = turn.world
    before = old.loaded.revision
    rename(turn, names)
    new = new_world(loaded, turn.now)
    _end(turn, old, new)
    _carry(old, new)
    gone = unwatched(loaded, old.alerts.values()) | changed(old.loaded, loaded, old.alerts.values())
    for alert in old.alerts.values():
        if alert.id not in gone:
            new.alerts[alert.key] = alert
            block(new, alert)
        else:
            turn.batch.alerts.append(replace(alert, status=AlertStatus.RESOLVED, resolved_at=turn.now))
    turn.batch.graces = [(device, at) for device, at in turn.batch.graces if device in new.reaches]
    turn.batch.forgotten += old.graces.keys() - new.graces.keys()
    turn.batch.forgotten += old.memory.windows.keys() - new.memory.windows.keys()
    turn.world = new
    turn.changed = {device: turn.changed.get(device, turn.now) for device in new.reaches}
    turn.asked &= new.reaches.keys()
    turn.passives &= new.passives.witnesses.keys()
    turn.shown |= {CONFIG}
    withdraw(turn)
    pass_on(turn, old.loaded)
    turn.batch.revisions.append(Taken(loaded.revision, loaded.normalised, turn.now, author, names))
    detail = {"before": before, "after": loaded.revision}
    turn.batch.audit.append(AuditEntry(turn.now, author, "reload", detail))
    turn.batch.audit.extend(audited(names, at=turn.now, author=author))
    return new


def _end(turn: Turn, old: World, new: World) -> None:
    """Record that what the new configuration does not have, or asks nothing of, is not watched any more."""
    for device_id in old.reaches.keys() - (new.reaches.keys() & asked(new.loaded)):
        agency = old.loaded.mall.devices[device_id].agency
        for what, state in (("reach", old.reaches[device_id].state), ("function", old.functions[device_id])):
            if state is not State.UNKNOWN:
                turn.transition(f"{device_id}/{what}", state, State.UNKNOWN, at=turn.now, cause=CONFIG, agency=agency)
    for key in old.deliveries.keys() - new.deliveries.keys():
        before, agency = old.deliveries[key].delivery, old.loaded.mall.services[key[0]].agency
        if before is not Delivery.UNKNOWN:
            subject = delivery_subject(*key)
            turn.transition(subject, before, Delivery.UNKNOWN, at=turn.now, cause=CONFIG, agency=agency)


def _carry(old: World, new: World) -> None:
    """Take over what is known of everything that both have."""
    for device in old.reaches.keys() & new.reaches.keys() & asked(new.loaded):
        new.reaches[device] = old.reaches[device]
        new.functions[device] = old.functions[device]
        new.function_since[device] = old.function_since[device]
        new.reach_course[device] = old.reach_course[device]
        new.function_course[device] = old.function_course[device]
    new.confirmed = {device: at for device, at in old.confirmed.items() if device in new.reaches}
    new.uptimes = {device: uptime for device, uptime in old.uptimes.items() if device in new.reaches}
    new.booting = old.booting & new.reaches.keys()
    new.folds = old.folds & new.reaches.keys()
    new.doubted = old.doubted & new.reaches.keys()
    checks = {target.check for target in new.loaded.targets}
    new.asks = {check: asked for check, asked in old.asks.items() if check in checks}
    for key in old.deliveries.keys() & new.deliveries.keys():
        new.deliveries[key] = old.deliveries[key]
        new.delivery_since[key] = old.delivery_since[key]
        new.delivery_course[key] = old.delivery_course[key]
    new.incidents, new.pages, new.closed = old.incidents, old.pages, old.closed
    new.unsent, new.hurried, new.windows = old.unsent, old.hurried, old.windows
    new.silences, new.host = old.silences, old.host
    _remember(old, new)
    new.next_number, new.last_seen, new.merges = old.next_number, old.last_seen, old.merges
    new.watched_from, new.unwatched, new.decided = old.watched_from, old.unwatched, old.decided
    new.awaited, new.door = old.awaited, old.door
    new.behind, new.unsure = old.behind, old.unsure
    new.unsure_since, new.seems_open = old.unsure_since, old.seems_open
    new.graces = {device: at for device, at in old.graces.items() if device in new.reaches}
    if old.loaded.mall.site.uplink == new.loaded.mall.site.uplink:
        new.blind, new.blind_course = old.blind, old.blind_course


def _remember(old: World, new: World) -> None:
    """Take over the readings that rules of both remember of devices of both."""
    for key, window in old.memory.windows.items():
        before, after = old.book.named(key.rule), new.book.named(key.rule)
        kept = before is not None and after is not None and same(before.condition, after.condition)
        if kept and (key.subject in new.reaches or key.subject == SELF):
            new.memory.windows[key] = window
            if key in old.memory.grown:
                new.memory.grown[key] = None
