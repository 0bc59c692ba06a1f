"""From alerts to incidents: one root cause, one incident, also when it comes back soon. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.model import Alert, Facts, Incident, IncidentStatus

_MESSAGES = 3
"""Beginnings and ends of one incident that people are told of within the time `calm`; then its end waits."""

_OPEN = frozenset({IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED, IncidentStatus.MENDED})


def assign(alert: Alert, *, root: str, open_incidents: Iterable[Incident]) -> Incident | None:
    """Return the incident, not yet closed, an alert belongs to: the one it is already in, else the oldest of its root.

    None: a new incident is to be opened.
    """
    found = [
        one
        for one in open_incidents
        if one.status in _OPEN and (root in (one.root, *one.joined) or one.id == alert.incident)
    ]
    return min(found, key=lambda one: (one.id != alert.incident, one.number), default=None)


def back(incident: Incident, facts: Facts, *, now: datetime) -> Incident:
    """Return an incident whose fault has come back. One that was closed is open again and nobody has it; one of whose
    end nobody was told yet goes on with who has it. What people had merged into it ended with it.
    """
    again = replace(incident, facts=facts, mended_at=None, closed_at=None, times=incident.times + 1)
    if incident.status is IncidentStatus.MENDED:
        status = IncidentStatus.OPEN if incident.acknowledged_by is None else IncidentStatus.ACKNOWLEDGED
        return replace(again, status=status)
    anew = replace(again, status=IncidentStatus.OPEN, acknowledged_by=None, acknowledged_at=None, joined=())
    return tell(anew, now=now)


def tell(incident: Incident, *, now: datetime) -> Incident:
    """Return the incident with a note that people are told now that it began or ended."""
    return replace(incident, told_at=(*incident.told_at[-_MESSAGES:], now))


def may_tell_end(incident: Incident, *, calm: timedelta, now: datetime) -> bool:
    """Whether people may be told that it is mended: only while the time `calm` has room for this, and for one more
    beginning, since who was told that it ended must be told when it comes back.
    """
    return sum(at <= now < at + calm for at in incident.told_at) <= _MESSAGES - 2  # a clock set back leaves later ones


def came_to_an_end(incident: Incident) -> bool:
    """Whether it is closed because it was mended: then it may come back."""
    return incident.status is IncidentStatus.CLOSED and not incident.closed_because
