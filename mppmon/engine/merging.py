"""Two incidents become one: what was believed to be another fault is the same."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from alerts import escalation
from alerts.model import Alert, AlertStatus, Facts, Incident, IncidentStatus, NoticeKind, Page, PageStatus, Tell
from alerts.timeline import EventKind
from mppmon.engine.pacing import take_back
from mppmon.engine.turn import Turn

MERGED = "merged"
"""Why an incident was closed that goes on in another."""


def merge(turn: Turn, source: Incident, into: Incident, *, by: str) -> None:
    """Let `source` go on in `into`; both are incidents of this turn's world, not closed.

    `by`: who says so (a person's id, a login, or our own name): needs no message. Whoever was told of `source` hears
    once where it went on, unless a page of `into` reaches them in this turn or reached them before; all of them hear of
    the end of `into`. Who had taken either has the one that is left. ValueError when both are the same.
    """
    if source.id == into.id:
        raise ValueError(f"#{source.number}: found the same incident twice, expected two")
    world = turn.world
    moved = _move(turn, source, into)
    into = _united(into, source, alive=any(one.status is not AlertStatus.RESOLVED for one in moved))
    closed = replace(
        source,
        status=IncidentStatus.CLOSED,
        closed_at=turn.now,
        closed_because=MERGED,
        merged_into=into.number,
    )
    _pages(turn, closed, into, by=by)
    world.merges[source.number] = into.number
    world.incidents.pop(source.id, None)
    world.incidents[into.id] = into
    turn.batch.incidents += [closed, into]
    turn.event(closed.id, EventKind.MERGED, who=by, text=str(into.number))
    turn.event(into.id, EventKind.JOINED, who=by, text=str(closed.number))
    turn.informed[closed.id], turn.informed[into.id] = closed, into


def _move(turn: Turn, source: Incident, into: Incident) -> list[Alert]:
    """Give every alert of `source` to `into`; return those that are left in the world."""
    moved = []
    for key, alert in turn.world.alerts.items():
        if alert.incident == source.id:
            moved.append(replace(alert, incident=into.id))
            turn.world.alerts[key] = moved[-1]
    turn.batch.alerts += moved
    turn.resolved[:] = [replace(one, incident=into.id) if one.incident == source.id else one for one in turn.resolved]
    return moved


def _united(into: Incident, source: Incident, *, alive: bool) -> Incident:
    """Return `into` with what `source` stops, what hangs below it and whom it concerns; a live alert wakes it up."""
    facts = _facts(into.facts, source.facts, (into.root,))
    agencies = tuple(sorted({*into.agencies, *source.agencies}))
    into = replace(into, facts=facts, agencies=agencies)
    if into.acknowledged_by is None and source.acknowledged_by is not None:
        into = replace(into, acknowledged_by=source.acknowledged_by, acknowledged_at=source.acknowledged_at)
    mended = into.status is IncidentStatus.MENDED and not alive
    status = IncidentStatus.OPEN if into.acknowledged_by is None else IncidentStatus.ACKNOWLEDGED
    return into if mended else replace(into, status=status, mended_at=None)


def _facts(into: Facts, source: Facts, roots: Collection[str]) -> Facts:
    known = {(one.agency, one.service, one.place) for one in into.stopped}
    more = tuple(one for one in source.stopped if (one.agency, one.service, one.place) not in known)
    # by id: two devices may have one name; what an older version kept has names alone
    children = {**_named(source), **_named(into)}
    children = {one: name for one, name in children.items() if one not in roots and one != into.device}
    below = tuple(children) if into.below or source.below else ()
    since = min(into.since, source.since)
    stopped = (*into.stopped, *more)
    return replace(into, stopped=stopped, children=tuple(children.values()), below=below, since=since)


def _named(facts: Facts) -> dict[str, str]:
    return dict(zip(facts.below or facts.children, facts.children, strict=True))


def _pages(turn: Turn, closed: Incident, into: Incident, *, by: str) -> None:
    """End the page of the incident that is closed, and tell whoever knew of it."""
    world = turn.world
    page = world.pages.pop(closed.id, None)
    other = world.pages.get(into.id)
    if page is not None:
        never = take_back(turn, closed.id)
        knew = tuple(one for one in page.told if one not in never)
        aware = {by, *(other.told if other else ())}
        persons = tuple(one for one in knew if one not in aware)
        if persons:
            turn.tells.append(Tell(page.id, closed.id, page.step, page.sequence, persons, NoticeKind.MERGED))
            page = replace(page, sequence=page.sequence + 1)
        turn.batch.pages.append(escalation.finish(page, now=turn.now))
        if other is not None:
            other = replace(other, told=tuple(dict.fromkeys((*other.told, *knew))))
        if other is None and into.acknowledged_by is None:
            other = replace(page, incident=into.id)  # nobody walks for `into` yet: this page goes on for it
        elif other is not None and into.acknowledged_by is None:
            other = _sooner(other, page, turn.now)
    if other is not None:
        other = _resting(other, into, turn.now)
        world.pages[into.id] = other
        turn.batch.pages.append(other)


def _sooner(page: Page, ended: Page, now: datetime) -> Page:
    """Return the page that is left, calling no later than the one that ended would have: where its own steps are all
    done, or its incident had been mended, it begins anew.
    """
    if ended.next_at is None or ended.status is not PageStatus.PAGING:
        return page
    if page.next_at is None or page.status is not PageStatus.PAGING:
        return replace(page, status=PageStatus.PAGING, step=0, round=0, told_in_round=(), next_at=now)
    return replace(page, next_at=min(page.next_at, ended.next_at))


def _resting(page: Page, into: Incident, now: datetime) -> Page:
    """Return the page as its incident now needs it: who has taken it need not be looked for."""
    taken = into.acknowledged_by is not None and page.status is PageStatus.PAGING
    return escalation.acknowledge(page, now=now) if taken else page
