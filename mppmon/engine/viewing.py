"""The online systems as counter PCs see them from their own networks, beside what we see."""

from dataclasses import replace
from datetime import datetime, timedelta

from collectors.collector import Kind
from collectors.observation import Observation, Outcome, Schema
from mppmon.engine.alerting import say
from mppmon.engine.incidents import save
from mppmon.engine.turn import Turn
from mppmon.engine.world import World
from mppmon.mall.model import State
from mppmon.mall.party import ALL_CUT_OFF, Party, at_fault, cut_off

CUT_OFF = "mppmon_device_cut_off"
_SEVERAL = 2  # PCs that do not get through, of as many that look: one alone may be its own fault
_SEEN = "mppmon_pc_system_ok"
_OLD = timedelta(seconds=75)
"""How old a PC's look may be when it is read: its agent's interval, and what eight systems may take."""


def look(turn: Turn, observation: Observation) -> None:
    """Take what a PC sees of the systems it looks at, and say whether it alone does not get through."""
    world = turn.world
    if observation.outcome is not Outcome.OK:
        _forget(turn, observation)
        return
    device = world.device(observation.device)
    for position, system in _positions(world, observation.schema):
        if device is None or system not in world.functions:
            continue
        theirs, at = observation.values[position] > 0, observation.evidence_at
        world.views.setdefault(system, {})[device.id] = (theirs, at)
        alone = cut_off(_ours(world, system), theirs=theirs)
        if alone is not None:
            say(turn, device, CUT_OFF, (("system", system),), float(alone), at)
        _together(turn, system, at)


def _forget(turn: Turn, observation: Observation) -> None:
    """Drop what a PC saw that tells nothing any more: it says nothing of the others' way."""
    if not observation.check.endswith(Kind.TELEMETRY):
        return
    for system, views in turn.world.views.items():
        if views.pop(observation.device, None) is not None and system in turn.world.functions:
            _together(turn, system, observation.at)


def _together(turn: Turn, system: str, at: datetime) -> None:
    """Say whether none of the counters that look gets through to a system that answers us."""
    world = turn.world
    ours, device = _ours(world, system), world.device(system)
    seen = [theirs for theirs, looked in world.views[system].values() if looked >= at - _OLD]
    if device is not None and ours is not State.UNKNOWN:
        cut = ours is State.UP and len(seen) >= _SEVERAL and not any(seen)
        say(turn, device, ALL_CUT_OFF, (), float(cut), at)


def _ours(world: World, system: str) -> State:
    """Return what we know of a system ourselves: that the counters do not reach it is not of our knowledge."""
    blockers = world.blocking.get(system, ())
    rules = [world.book.named(key.rule) for key in blockers]
    ours = all(rule is not None and rule.condition.metric == ALL_CUT_OFF for rule in rules)
    return world.reaches[system].state if ours else world.functions[system]


def reconsider(turn: Turn) -> None:
    """Correct who has to act about a system that counter PCs still get through to: it is our own way to it that is cut.
    The message that went out stays; page, details and `/metrics` say it from now on.
    """
    world = turn.world
    for incident in world.open_incidents():
        views = world.views.get(incident.root)
        if views is None or world.reaches[incident.root].state is State.UP:
            continue  # it answers us, wrongly: our way to it is whole
        since = incident.facts.since + _OLD
        seen = [theirs for theirs, at in views.values() if at >= since]
        party = at_fault(world.loaded.mall, incident.root, world.reaches, seen=seen)
        if party is Party.MALL and incident.facts.party != party:
            save(turn, replace(incident, facts=replace(incident.facts, party=party)))


def _positions(world: World, schema: Schema) -> tuple[tuple[int, str], ...]:
    found = world.view_positions.get(schema)
    if found is None:
        found = world.view_positions[schema] = tuple(
            (position, labels[0][1]) for position, (name, labels) in enumerate(schema.series) if name == _SEEN
        )
    return found
