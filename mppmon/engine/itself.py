"""The daemon as one of the things it watches: figures of its own are held against the rules, and page its
administrators.

Its subject is `mppmon`, of kind `daemon`: no device of the mall, so that it has no reach, no transitions, and no place
in any report. See docs/adr/0023-it-watches-itself.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from alerts import group
from alerts.model import (
    Alert,
    AlertStatus,
    Facts,
    IncidentStatus,
    Labels,
    Policy,
    Reading,
    Rule,
    Severity,
    Step,
    Words,
)
from alerts.rule import matches
from alerts.timeline import EventKind
from alerts.words import fill
from mppmon.config.rules import DAEMON
from mppmon.engine.alerting import hold
from mppmon.engine.incidents import begin, save
from mppmon.engine.quiet import quiet
from mppmon.engine.turn import Turn
from mppmon.engine.watching import SELF
from mppmon.engine.ways import ADMINISTRATORS, administrators
from mppmon.engine.world import World
from mppmon.mall.model import Device, DeviceKind

_WAIT = timedelta(minutes=15)
_TURNS = 4
_NAMED = 3  # what is wrong that one message names


@dataclass(frozen=True, slots=True)
class Figure:
    """One value of the daemon about itself, by the name and labels it has on /metrics."""

    metric: str
    labels: Labels
    value: float


def look(turn: Turn, figures: Iterable[Figure], *, host: str) -> None:
    """Hold figures of now against the rules about the daemon. `host`: the machine's name, said in messages."""
    turn.world.host = host
    for one in figures:
        for rule in turn.world.book.of(one.metric):
            if matches(rule, DAEMON, one.labels):
                hold(turn, rule, Reading(SELF, one.metric, one.labels, one.value, turn.now))


def open_for(turn: Turn) -> None:
    """Give firing alerts about the daemon their one incident; a new one is paged to the administrators at once."""
    world = turn.world
    for alert in _firing(world):
        rule = world.book.named(alert.key.rule)
        if alert.incident is not None or rule is None or rule.severity is not Severity.URGENT:
            continue  # what is routine waits for the list, at any hour: no citizen is served by a daemon
        if quiet(world, alert, now=turn.now):
            continue
        incident = group.assign(alert, root=SELF, open_incidents=world.incidents.values())
        facts = _facts(world, [*(one for one in _firing(world) if incident and one.incident == incident.id), alert])
        if incident is None:
            incident = begin(turn, Device(SELF, DeviceKind.SERVER, SELF), facts, team=ADMINISTRATORS)
        elif incident.status is IncidentStatus.MENDED:
            incident = group.back(incident, facts, now=turn.now)
            turn.event(incident.id, EventKind.RETURNED, text=str(incident.times))
        else:
            incident = replace(incident, facts=facts)
        save(turn, incident)
        belongs = replace(alert, incident=incident.id)
        world.alerts[alert.key] = belongs
        turn.batch.alerts.append(belongs)


def policy(world: World) -> Policy:
    """Return by which steps people are called for the daemon itself: its administrators, every quarter of an hour."""
    who = tuple(f"person:{one.id}" for one in administrators(world))
    return Policy(ADMINISTRATORS, (Step(who, _WAIT),), repeat=_TURNS)


def summary(rule: Rule, alert: Alert) -> Words:
    """Return what such an alert says, in few words."""
    return fill(rule.summary, alert.key.labels, alert.value)


def _firing(world: World) -> list[Alert]:
    found = [one for one in world.alerts.values() if one.key.subject == SELF and one.status is AlertStatus.FIRING]
    return sorted(found, key=lambda one: (one.since, one.key.rule, one.key.labels))


def _facts(world: World, alerts: list[Alert]) -> Facts:
    """Say all that is wrong with the daemon now, the first step for what came first."""
    known = [(rule, one) for one in alerts if (rule := world.book.named(one.key.rule)) is not None]
    said = [summary(rule, one) for rule, one in known[:_NAMED]]
    rule, first = known[0]
    return Facts(
        device=SELF,
        where=world.host,
        what=Words("; ".join(one.id for one in said), "; ".join(one.en for one in said)),
        first_step=fill(rule.first_step, first.key.labels, first.value),
        since=first.since,
    )
