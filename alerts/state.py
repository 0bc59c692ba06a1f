"""The life of an alert: nothing, pending, firing, resolved. Pure.

Only readings and time change it. A reading that does not come changes nothing: silence is not health.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.model import Alert, AlertKey, AlertStatus, Effect, Fired, Reading, Resolved, Rule

LOOKBACK = timedelta(minutes=5)
"""How long a reading speaks for the time after it, while a `for` is running (Prometheus' lookback)."""

_Outcome = tuple[Alert | None, list[Effect]]


def step(
    rule: Rule,
    alert: Alert | None,
    *,
    holds: bool,
    reading: Reading,
    now: datetime,
    new_id: Callable[[], str],
) -> _Outcome:
    """Return the alert after one reading, and what follows from it.

    None: there is no alert. A reading older than what the alert already knows is late and changes nothing.
    Runs for every reading that some rule asks for, so the healthy case returns first.
    """
    if alert is None or alert.status is AlertStatus.RESOLVED:
        if not holds:
            return None, []
        key = AlertKey(rule.name, reading.subject, reading.labels)
        begun = Alert(new_id(), key, AlertStatus.PENDING, reading.at, reading.at, reading.value)
        return (begun, []) if rule.wait else _fire(begun, now)
    if reading.at < alert.last_held or (alert.cleared_at is not None and reading.at < alert.cleared_at):
        return alert, []
    return _held(rule, alert, reading, now) if holds else _cleared(rule, alert, reading, now)


def due(rule: Rule, alert: Alert, *, now: datetime) -> _Outcome:
    """Return the alert after time alone has passed: its `for` is reached, or its `keep_firing_for` is over.

    A pending alert fires only while its newest reading is fresh (LOOKBACK): one bad word long ago is no evidence.
    """
    at = next_due(rule, alert)
    if at is None or now < at:
        return alert, []
    if alert.status is AlertStatus.FIRING:
        return _resolve(alert, now)
    if now - alert.last_held > LOOKBACK:
        return alert, []
    return _fire(alert, now)


def next_due(rule: Rule, alert: Alert) -> datetime | None:
    """Return when `due` will change this alert if no reading comes; None: time alone will not."""
    if alert.status is AlertStatus.PENDING:
        at = alert.since + rule.wait
        return at if at - alert.last_held <= LOOKBACK else None
    if alert.status is AlertStatus.FIRING and alert.cleared_at is not None:
        return alert.cleared_at + rule.keep_firing_for
    return None


def _held(rule: Rule, alert: Alert, reading: Reading, now: datetime) -> _Outcome:
    held = replace(alert, last_held=reading.at, value=reading.value, cleared_at=None)
    if held.status is AlertStatus.PENDING and reading.at - held.since >= rule.wait:
        return _fire(held, now)
    return held, []


def _cleared(rule: Rule, alert: Alert, reading: Reading, now: datetime) -> _Outcome:
    if alert.status is AlertStatus.PENDING:
        return None, []
    since = alert.cleared_at or reading.at
    cleared = replace(alert, cleared_at=since)
    return _resolve(cleared, now) if reading.at - since >= rule.keep_firing_for else (cleared, [])


def _fire(alert: Alert, now: datetime) -> _Outcome:
    fired = replace(alert, status=AlertStatus.FIRING, fired_at=now)
    return fired, [Fired(fired)]


def _resolve(alert: Alert, now: datetime) -> _Outcome:
    resolved = replace(alert, status=AlertStatus.RESOLVED, resolved_at=now)
    return resolved, [Resolved(resolved)]
