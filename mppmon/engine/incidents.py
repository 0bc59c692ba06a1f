"""From alerts to incidents and pages: one root cause, one incident, one page."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from alerts import escalation, failures, group
from alerts.model import (
    Alert,
    AlertStatus,
    Facts,
    Incident,
    IncidentStatus,
    NoticeKind,
    Page,
    PageStatus,
    Rule,
    Severity,
    Stopped,
    Tell,
    Words,
)
from alerts.timeline import EventKind
from alerts.words import fill
from mppmon.engine import restored
from mppmon.engine.hours import may_be_off, severity
from mppmon.engine.pacing import take_back
from mppmon.engine.quiet import hold, let_go, quiet
from mppmon.engine.reasons import reason_of
from mppmon.engine.teams import Roots, team_of
from mppmon.engine.turn import Turn
from mppmon.engine.watching import DEVICE_DOWN
from mppmon.engine.world import World
from mppmon.mall import topology
from mppmon.mall.cause import Because
from mppmon.mall.impact import Verdict, impact
from mppmon.mall.model import Delivered, Delivery, Device, DeviceKind, State
from mppmon.mall.party import ALL_CUT_OFF, at_fault

CONFIG = Because.CONFIG.value
"""Why an incident was closed that nobody mended."""

_MOST_ELSEWHERE = 10
"""Counters that a message may send people to; more are no help."""

_SERVED = (Delivery.DELIVERED, Delivery.DEGRADED)


def open_for(turn: Turn) -> None:
    """Give every firing alert that somebody must act on its incident; a new incident is paged at once.

    What is off outside its hours waits: if it is still off when they begin, it is a fault from then on. So does what a
    silence covers, until that ends.
    """
    world = turn.world
    waiting = [one for one in world.alerts.values() if one.status is AlertStatus.FIRING and one.incident is None]
    roots = Roots.of(world) if waiting else Roots()
    for alert in waiting:
        rule = world.book.named(alert.key.rule)
        device = world.device(alert.key.subject)
        if rule is None or device is None or not _calls(turn, alert, rule, device):
            continue
        team = team_of(world, rule, device)
        known = roots.find(world, device.id, team)
        incident = group.assign(alert, root=device.id, open_incidents=known)
        facts = facts_of(world, device, alert)
        if incident is None:
            incident = begin(turn, device, facts, team=team)
            roots.add(incident)
        elif incident.status is IncidentStatus.MENDED:
            incident = group.back(incident, facts, now=turn.now)
            turn.event(incident.id, EventKind.RETURNED, text=str(incident.times))
        elif device.id != incident.root:  # it joined: the cause that is told stays
            stopped = united(incident.facts.stopped, facts.stopped)
            incident = replace(incident, facts=replace(incident.facts, stopped=stopped))
        elif _graver(facts, incident.facts):
            incident = replace(incident, facts=replace(facts, since=incident.facts.since))
        save(turn, incident)
        belongs = replace(alert, incident=incident.id)
        world.alerts[alert.key] = belongs
        turn.batch.alerts.append(belongs)
        let_go(turn, alert, incident.id)


def _calls(turn: Turn, alert: Alert, rule: Rule, device: Device) -> bool:
    """Whether somebody is to be called for a firing alert now."""
    world = turn.world
    if device.id in world.off or _may_be_off(turn, device):
        return False
    if severity(world, rule, device, turn.now) is not Severity.URGENT:
        return False
    silence = quiet(world, alert, now=turn.now)
    if silence is not None:
        hold(turn, alert, silence)
    return silence is None


def _may_be_off(turn: Turn, device: Device) -> bool:
    """Whether it is not known whether it is on, and it need not be."""
    return turn.world.reaches[device.id].state is State.UNKNOWN and may_be_off(turn.world, device, turn.now)


def begin(turn: Turn, device: Device, facts: Facts, *, team: str = "") -> Incident:
    """Open an incident, or the one that was closed lately of the same cause and team; somebody is called either way.

    `team`: the policy that is walked, empty for the mall's.
    """
    world = turn.world
    before = world.closed.pop((device.id, team), None)
    reopen = timedelta(seconds=world.loaded.settings.reopen_seconds)
    if before is not None and before.closed_at is not None and turn.now - before.closed_at <= reopen:
        incident = replace(group.back(before, facts, now=turn.now), agencies=_agencies(device, facts))
        turn.event(incident.id, EventKind.REOPENED, text=str(incident.times))
    else:
        opened = Incident(
            turn.new_id(),
            world.next_number,
            device.id,
            IncidentStatus.OPEN,
            turn.now,
            facts,
            _agencies(device, facts),
            team=team,
        )
        world.next_number += 1
        incident = group.tell(opened, now=turn.now)
        turn.event(incident.id, EventKind.OPENED)
    page = Page(turn.new_id(), incident.id, team or world.loaded.policy, PageStatus.PAGING, step=0, next_at=turn.now)
    world.pages[incident.id] = page
    turn.batch.pages.append(page)
    return incident


def refresh(turn: Turn) -> None:
    """Say anew what open incidents stop and who still serves, where services changed: a page read later must be true.

    What a fault had stopped is kept when nothing is left of it: the message that it is mended tells it.
    """
    world = turn.world
    subjects = (transition.subject.partition("@") for transition in turn.batch.transitions)
    services = {service for service, at, _ in subjects if at} | turn.opened
    if not services:
        return
    firing = {one.incident: one for one in reversed(world.alerts.values()) if one.incident is not None}
    causes: dict[str | None, set[str]] = {}
    for one in world.alerts.values():
        causes.setdefault(one.incident, set()).add(one.key.subject)
    for incident in world.open_incidents():
        alert = firing.get(incident.id)
        device = world.device(incident.root)
        if alert is None or device is None:
            continue
        if services.isdisjoint(service for service, _ in world.index.affected((device.id,))):
            continue
        facts = facts_of(world, device, alert)
        others = [stopped_by(world, one, ()) for one in sorted(causes[incident.id] - {device.id})]
        facts = replace(facts, stopped=united(facts.stopped, *others))
        if facts.stopped and facts.stopped != incident.facts.stopped:
            kept = incident.facts if incident.joined or not facts.children else facts
            facts = replace(incident.facts, stopped=facts.stopped, children=kept.children, below=kept.below)
            save(turn, replace(incident, facts=facts, agencies=_agencies(device, facts)))


def close_mended(turn: Turn) -> None:
    """End incidents whose alerts are all resolved, and tell everybody who was told, unless that waits."""
    world = turn.world
    alive = {alert.incident for alert in world.alerts.values()}
    ended: dict[str | None, datetime] = {}
    for alert in turn.resolved:
        at = alert.cleared_at or turn.now
        ended[alert.incident] = max(at, ended.get(alert.incident, at))
    for incident in [one for one in world.open_incidents() if one.id not in alive]:
        mended = ended.get(incident.id, turn.now)  # an alert may also have been taken back, without an end of its own
        save(turn, replace(incident, status=IncidentStatus.MENDED, mended_at=mended))
        turn.event(incident.id, EventKind.MENDED, at=mended)
    calm = timedelta(seconds=world.loaded.settings.calm_seconds)
    for incident in [one for one in world.incidents.values() if one.status is IncidentStatus.MENDED]:
        if restored.awaited(world, incident, turn.now):
            continue  # its cause works, and what hung on it is still starting: nothing is restored yet
        if group.may_tell_end(incident, calm=calm, now=turn.now):
            _close(turn, group.tell(restored.ended(world, incident), now=turn.now))


def _close(turn: Turn, incident: Incident) -> None:
    world = turn.world
    incident = replace(incident, status=IncidentStatus.CLOSED, closed_at=turn.now)
    page = world.pages.pop(incident.id, None)
    if page is not None:
        never = take_back(turn, incident.id)
        page = replace(page, told=tuple(one for one in page.told if one not in never))
        tell_all(turn, escalation.finish(page, now=turn.now), incident, NoticeKind.RESOLVED)
    save(turn, incident)
    turn.event(incident.id, EventKind.CLOSED)
    del world.incidents[incident.id]
    world.closed[incident.root, incident.team] = incident


def withdraw(turn: Turn) -> None:
    """Close incidents of which no alert is left, though none was mended: a changed configuration watches their cause no
    more.
    """
    world = turn.world
    alive = {one.incident for one in world.alerts.values()}
    for incident in world.open_incidents():
        if incident.id in alive:
            continue
        closed = replace(incident, status=IncidentStatus.CLOSED, closed_at=turn.now, closed_because=CONFIG)
        page = world.pages.pop(incident.id, None)
        if page is not None:
            tell_all(turn, escalation.finish(page, now=turn.now), closed, NoticeKind.WITHDRAWN)
        save(turn, closed)
        turn.event(closed.id, EventKind.CLOSED, text=CONFIG)
        del world.incidents[closed.id]


def tell_all(turn: Turn, page: Page, incident: Incident, kind: NoticeKind, *, but: str | None = None) -> None:
    """Tell everybody who was told of this page, except one."""
    persons = tuple(person for person in page.told if person != but)
    if persons:
        turn.tells.append(Tell(page.id, incident.id, page.step, page.sequence, persons, kind))
        page = replace(page, sequence=page.sequence + 1)
    if incident.id in turn.world.pages:
        turn.world.pages[incident.id] = page
    turn.batch.pages.append(page)
    turn.informed[incident.id] = incident


def facts_of(world: World, device: Device, alert: Alert) -> Facts:
    """Say what a message says of this fault: what, where, since when, what it stops, what to do first."""
    mall, rule = world.loaded.mall, world.book.named(alert.key.rule)
    agency = mall.agencies.get(device.agency or "")
    uplink = mall.site.uplink
    reach = world.reaches[device.id]
    what = fill(rule.summary, alert.key.labels, alert.value, kind=device.kind) if rule else Words("", "")
    step = fill(rule.first_step, alert.key.labels, alert.value, kind=device.kind) if rule else Words("", "")
    agencys, reason = device.kind is DeviceKind.ONLINE_SYSTEM, reason_of(world, alert.key)
    what, step = failures.explain(what, step, reason, agencys=agencys)
    silent = _silent(world, device, alert)
    if silent is not None:
        what, step = failures.SENDS_NO_MORE.name, failures.SENDS_NO_MORE.step
    below = topology.below(mall, device.id, world.reaches) if reach.state is State.DOWN else ()
    ours = (True,) if rule is not None and rule.condition.metric == ALL_CUT_OFF else ()  # we see what they do not
    return Facts(
        device=device.name,
        where=", ".join(part for part in (agency.short if agency else "", device.place) if part),
        what=what,
        first_step=step,
        since=alert.since,
        checked=reach.failures if reach.state is State.DOWN and silent is None else 0,
        silent_since=silent,
        stopped=stopped_by(world, device.id, below),
        children=tuple(mall.devices[one].name for one in below),
        below=tuple(below),
        blind=uplink is not None and uplink.device == device.id,
        suspected=device.id in world.passives.witnesses,
        unsure_time=world.unsure,
        party=at_fault(mall, device.id, world.reaches, seen=ours, misnamed=reason in failures.RESOLVERS) or "",
    )


def _silent(world: World, device: Device, alert: Alert) -> datetime | None:
    """Return since when nothing has come from a PC that nobody can ask; None where this is about something else.

    After a start it is not known any more what came before: then since it was held to be down.
    """
    rule = world.book.named(alert.key.rule)
    down = device.pushes and world.reaches[device.id].state is State.DOWN
    if not down or rule is None or rule.condition.metric != DEVICE_DOWN:
        return None
    return min(world.awaited.get(device.id, alert.since), alert.since)


def stopped_by(world: World, device_id: str, below: Collection[str]) -> tuple[Stopped, ...]:
    """Return the services this device stops or limits, the one most citizens wait for first.

    `below`: what is cut off with it. The page must not wait until each of these has failed its own probes, so they
    count as lost already; transitions do not.
    """
    mall, index = world.loaded.mall, world.index
    hangs_on_it = index.affected((device_id,))
    services = {service for service, _ in hangs_on_it}
    deliveries = _expected(world, below, [key for one in services for key in index.of_service(one)])
    found = []
    for key in hangs_on_it:
        verdict = deliveries[key]
        if verdict.delivery not in {Delivery.INTERRUPTED, Delivery.DEGRADED} or device_id not in verdict.causes:
            continue
        service, counter = mall.services[key[0]], mall.counters[key[1]]
        closed = key not in world.served
        rate = next((offer.citizens_per_hour for offer in counter.offers if offer.service == service.id), 0.0)
        elsewhere, unsure = _elsewhere(world, key, deliveries)
        found.append(
            Stopped(
                service.name,
                counter.name,
                service.agency,
                interrupted=verdict.delivery is Delivery.INTERRUPTED,
                citizens_per_hour=0.0 if closed else rate,
                elsewhere=elsewhere,
                unsure=unsure,
                closed=closed,
            )
        )
    return tuple(sorted(found, key=lambda one: (not one.interrupted, -one.citizens_per_hour, one.place, one.service)))


def _elsewhere(world: World, key: Delivered, deliveries: Mapping[Delivered, Verdict]) -> tuple[tuple[str, ...], bool]:
    """Return the open counters that still deliver a service, those without limits first, and whether some are
    not known.
    """
    others = [one for one in world.index.of_service(key[0]) if one != key and one in world.served]
    there = {wanted: [one for one in others if deliveries[one].delivery is wanted] for wanted in _SERVED}
    names = (sorted(world.loaded.mall.counters[counter].name for _, counter in one) for one in there.values())
    unsure = any(deliveries[one].delivery is Delivery.UNKNOWN for one in others)
    return tuple(name for some in names for name in some)[:_MOST_ELSEWHERE], unsure


def _expected(world: World, below: Collection[str], keys: Collection[Delivered]) -> Mapping[Delivered, Verdict]:
    if not below:
        return world.deliveries
    lost = dict.fromkeys(below, State.UNKNOWN)
    functions, reaches = {**world.functions, **lost}, {**world.reach_states(), **lost}
    at = max(world.function_since.values())
    found = impact(world.loaded.mall, functions, reaches=reaches, blind=world.blind, at=at, only=keys)
    return found.deliveries


def united(stopped: tuple[Stopped, ...], *others: tuple[Stopped, ...]) -> tuple[Stopped, ...]:
    """Return what several causes of one incident stop, each service at a counter once."""
    found = {(one.agency, one.service, one.place): one for many in (*reversed(others), stopped) for one in many}
    return tuple(sorted(found.values(), key=lambda one: (not one.interrupted, -one.citizens_per_hour, one.place)))


def _agencies(device: Device, facts: Facts) -> tuple[str, ...]:
    touched = {one.agency for one in facts.stopped}
    return tuple(sorted(touched | ({device.agency} if device.agency else set())))


def _graver(new: Facts, old: Facts) -> bool:
    return len(new.stopped) > len(old.stopped)


def save(turn: Turn, incident: Incident) -> None:
    """Keep an incident as it is now, in memory and for the commit."""
    turn.world.incidents[incident.id] = incident
    turn.batch.incidents.append(incident)
