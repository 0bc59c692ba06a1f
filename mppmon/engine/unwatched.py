"""Time that nobody watched, and a clock that was set: what was known is unknown from there, timers keep their distance.

See docs/adr/0017-stops-and-clocks.md.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.model import Alert, AlertStatus, Incident, Page
from mppmon.clock import BUILT
from mppmon.engine import reach
from mppmon.engine.booting import go_on
from mppmon.engine.past import Course
from mppmon.engine.pulse import SetBack, Stood
from mppmon.engine.turn import Turn
from mppmon.engine.watching import SELF
from mppmon.mall.cause import Because
from mppmon.mall.health import Reach
from mppmon.mall.model import State, delivery_subject
from mppmon.store import AuditEntry, Taken

STOOD_STILL = Because.NOT_WATCHED.value
CLOCK_SET = Because.CLOCK_SET.value
_DOUBTFUL = timedelta(hours=2)
"""Above the hour by which a clock without a battery starts behind, where a service keeps the time hourly."""


def stood_still(turn: Turn, stood: Stood) -> None:
    """Record that nobody watched: all that was known is unknown from the last moment somebody did."""
    world = turn.world
    for device in world.loaded.mall.devices.values():
        reach.unknown(turn, device, at=stood.since, cause=STOOD_STILL)
        world.reaches[device.id] = Reach(State.UNKNOWN, world.reaches[device.id].since)
    if world.blind:
        world.blind = False
        world.blind_course.change(stood.since, state=False)
    _begin_watching(turn, stood.until)
    world.unwatched = stood.since
    if stood.since < BUILT <= stood.until:
        _later(turn, stood.until - stood.since)
    _audit(turn, STOOD_STILL, since=stood.since, until=stood.until)


def set_back(turn: Turn, clock: SetBack) -> None:
    """Begin anew at the earlier time: what was recorded of later ones is replaced, what is open keeps its age."""
    world, mall, now = turn.world, turn.world.loaded.mall, clock.now
    for device in mall.devices.values():
        for what, old in (("reach", world.reaches[device.id].state), ("function", world.functions[device.id])):
            turn.transition(f"{device.id}/{what}", old, State.UNKNOWN, at=now, cause=CLOCK_SET, agency=device.agency)
        world.begin(device.id, now)
    for key, verdict in list(world.deliveries.items()):
        service, counter = key
        agency = mall.services[service].agency
        subject = delivery_subject(service, counter)
        turn.transition(subject, verdict.delivery, State.UNKNOWN, at=now, cause=CLOCK_SET, agency=agency)
        world.begin_delivery(key, now)
    world.blind, world.blind_course = False, Course(datetime.min.replace(tzinfo=now.tzinfo), state=False)
    world.last_seen = None
    world.memory.clear()
    turn.batch.revisions.append(Taken(world.loaded.revision, world.loaded.normalised, now, SELF))
    _age(turn, clock)
    keep_timers(turn, clock)
    _begin_watching(turn, now)
    _audit(turn, CLOCK_SET, was=clock.was, now=now)


def keep_timers(turn: Turn, clock: SetBack) -> None:
    """Let what was to happen in five minutes happen in five minutes, and readings of now count as new."""
    world, now = turn.world, clock.now
    for key, alert in list(world.alerts.items()):
        if alert.status is AlertStatus.PENDING and alert.since > now:
            del world.alerts[key]  # it begins anew with the next reading
            turn.batch.alerts.append(replace(alert, status=AlertStatus.RESOLVED, resolved_at=now))
            continue
        cleared = alert.cleared_at and min(alert.cleared_at, now)
        kept = replace(alert, last_held=min(alert.last_held, now), cleared_at=cleared)
        if kept != alert:
            world.alerts[key] = kept
            turn.batch.alerts.append(kept)
    for page in _sooner(world.pages.values(), clock):
        world.pages[page.incident] = page
        turn.batch.pages.append(page)
    turn.batch.clocks.append((now, clock.by))
    turn.batch.notifications = [replace(one, created_at=min(one.created_at, now)) for one in turn.batch.notifications]


def wrong_before(last_seen: datetime | None, now: datetime) -> SetBack | None:
    """Return how far the clock was set back while we were off; None: it was not."""
    return None if last_seen is None or last_seen - now <= timedelta(seconds=2) else SetBack(last_seen, now)


def believable(clock: SetBack) -> bool:
    """Whether, of two times, the earlier one is to be trusted: else history would be overwritten by a clock whose
    battery is empty, or that shows the time of the last shutdown until it is set.
    """
    return clock.now >= BUILT and clock.by > _DOUBTFUL


def follow_clock(turn: Turn) -> None:
    """Note whether the clock can be relied on: it shows a time before this program was written (an empty battery), or
    one that has been already and that nobody set it back to. Before anything of a turn is dated.
    """
    world = turn.world
    if world.behind is not None and turn.now >= world.behind:
        world.behind = None
    unsure = turn.now < BUILT or world.behind is not None
    if not unsure:
        world.unsure_since = None
    elif world.unsure_since is None or world.unsure_since > turn.now:
        world.unsure_since = turn.now
    if unsure is not world.unsure:
        world.unsure = unsure
        turn.shown |= {CLOCK_SET}


def _begin_watching(turn: Turn, now: datetime) -> None:
    world = turn.world
    world.confirmed.clear()
    world.asks.clear()
    world.uptimes.clear()
    world.memory.absences.clear()
    world.off_at = None
    world.watched_from = now
    world.unwatched = None
    go_on(world, now)


def _age(turn: Turn, clock: SetBack) -> None:
    """Move the times of what is open that lie ahead: a fault of five minutes ago stays one of five minutes ago."""
    world = turn.world

    def moved(at: datetime) -> datetime:
        return at - clock.by if at > clock.now else at

    world.graces = {device: moved(at) for device, at in world.graces.items()}
    turn.batch.graces.extend(world.graces.items())
    for key, alert in list(world.alerts.items()):
        older: Alert = replace(alert, since=moved(alert.since), fired_at=alert.fired_at and moved(alert.fired_at))
        if older != alert:
            world.alerts[key] = older
            turn.batch.alerts.append(older)
    for incident in list(world.incidents.values()):
        taken = incident.acknowledged_at
        aged: Incident = replace(
            incident,
            opened_at=moved(incident.opened_at),
            acknowledged_at=taken and moved(taken),
            told_at=tuple(moved(at) for at in incident.told_at),
            facts=replace(incident.facts, since=moved(incident.facts.since)),
        )
        if aged != incident:
            world.incidents[aged.id] = aged
            turn.batch.incidents.append(aged)


def _sooner(pages: Iterable[Page], clock: SetBack) -> Iterator[Page]:
    for page in list(pages):
        if page.next_at is not None and page.next_at > clock.now:
            yield replace(page, next_at=max(clock.now, page.next_at - clock.by))


def _later(turn: Turn, by: timedelta) -> None:
    """Let who would be called in five minutes be called in five minutes: it was the clock that was set at last, from
    the year of an empty battery, and nobody has had 55 years to answer.
    """
    for page in list(turn.world.pages.values()):
        if page.next_at is not None:
            after = replace(page, next_at=page.next_at + by)
            turn.world.pages[page.incident] = after
            turn.batch.pages.append(after)


def _audit(turn: Turn, deed: str, **times: datetime) -> None:
    detail = {name: at.isoformat() for name, at in times.items()}
    turn.batch.audit.append(AuditEntry(turn.now, SELF, deed, detail))
