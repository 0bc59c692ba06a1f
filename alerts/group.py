"""From alerts to incidents: one root cause, one incident. Pure."""

from collections.abc import Iterable

from alerts.model import Alert, AlertStatus, Incident, IncidentStatus

_OPEN = frozenset({IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED})


def assign(alert: Alert, *, root: str, open_incidents: Iterable[Incident]) -> Incident | None:
    """Return the open incident an alert belongs to: the one it is already in, else the oldest of its root cause.

    None: a new incident is to be opened.
    """
    found = [one for one in open_incidents if one.status in _OPEN and (one.root == root or one.id == alert.incident)]
    return min(found, key=lambda one: (one.id != alert.incident, one.number), default=None)


def mended(incident: Incident, alerts: Iterable[Alert]) -> bool:
    """Whether no alert of this incident is pending or firing any more."""
    return all(one.status is AlertStatus.RESOLVED for one in alerts if one.incident == incident.id)
