"""From functions to services: what each change stops, limits or gives back, and since when."""

from datetime import datetime

from mppmon.engine.past import KEEP, Then
from mppmon.engine.turn import Turn
from mppmon.engine.world import World
from mppmon.mall.cause import Because
from mppmon.mall.impact import Verdict, impact
from mppmon.mall.model import Delivered, delivery_subject
from mppmon.mall.topology import below

_Row = tuple[datetime, Verdict]


def services(turn: Turn) -> None:
    """Recompute the services that hang on what changed, from the earliest instant that changed, and record the rest.

    A transition decided later than another, but about an earlier instant, replaces what was said from there on.
    """
    world, mall = turn.world, turn.world.loaded.mall
    if not turn.changed:
        return
    reached = {one for device in turn.changed for one in (device, *below(mall, device))}
    for key in sorted(world.index.affected(reached)):
        _rewrite(turn, key, min(turn.changed.values()))


def _rewrite(turn: Turn, key: Delivered, start: datetime) -> None:
    world = turn.world
    course = world.delivery_course[key]
    start = max(start, next(iter(course))[0])
    rows = _rows(world, key, start)
    before = [(at, state) for at, state in course if at < start]
    wanted = list(before)
    causes: dict[datetime, str | None] = {}
    for at, verdict in rows:
        if not wanted or wanted[-1][1] is not verdict.delivery:
            wanted.append((at, verdict.delivery))
            causes[at] = verdict.cause
    known = list(course)
    same = next((n for n, (one, other) in enumerate(zip(known, wanted, strict=False)) if one != other), None)
    same = min(len(known), len(wanted)) if same is None else same
    world.deliveries[key] = rows[-1][1]
    world.delivery_since[key] = wanted[-1][0]
    if same == len(known) == len(wanted):
        return
    changes = wanted[same:] or [(known[same][0], wanted[-1][1])]
    service, counter = key
    old = wanted[same - 1][1] if same else known[0][1]
    for at, state in changes:
        cause = causes.get(at)
        turn.transition(
            delivery_subject(service, counter),
            old,
            state,
            at=at,
            cause=f"{cause}/function" if cause else Because.RECOVERED,
            agency=world.loaded.mall.services[service].agency,
        )
        course.change(at, state)
        old = state
    course.forget(turn.now - KEEP)


def _rows(world: World, key: Delivered, start: datetime) -> list[_Row]:
    """Return what the histories of its devices make of a service, from `start` to now."""
    edges = {start}
    for device in world.index.behind(key):
        for courses in (world.reach_course, world.function_course):
            edges.update(courses[device].edges(start))
    edges.update(world.blind_course.edges(start))
    return [(at, _verdict(world, key, at)) for at in sorted(edges)]


def _verdict(world: World, key: Delivered, at: datetime) -> Verdict:
    then = impact(
        world.loaded.mall,
        Then(world.function_course, at),
        reaches=Then(world.reach_course, at),
        blind=world.blind_course.at(at),
        at=at,
        only=(key,),
    )
    return then.deliveries[key]
