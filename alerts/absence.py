"""Devices that answer, but not with the readings a rule wants to see. Pure."""

from datetime import datetime

from alerts.model import Reading, Rule
from alerts.rule import labels_of


class Absences:
    """Since when devices have answered without a reading that a rule wants.

    It counts from the first such answer: nothing is said of the time before a start, nor of one without answers.
    """

    def __init__(self) -> None:
        self._since: dict[str, dict[str, datetime]] = {}  # subject -> rule

    def answered(self, rule: Rule, subject: str, *, given: bool, at: datetime) -> tuple[Reading, bool] | None:
        """Return the reading that an answer with or without the wanted reading amounts to (its value: seconds without
        one), and whether it fulfils the condition; None: it says nothing.
        """
        since = self._since.get(subject, {}).get(rule.name)
        if given:
            if since is not None:
                del self._since[subject][rule.name]
            return self._said(rule, subject, 0.0, at), False
        if since is None:
            self._since.setdefault(subject, {})[rule.name] = at
            return None
        missing = at - since
        if missing < rule.condition.over:
            return None
        return self._said(rule, subject, missing.total_seconds(), at), True

    def forget(self, subject: str) -> None:
        """Begin to count anew: it did not answer meanwhile."""
        self._since.pop(subject, None)

    def clear(self) -> None:
        """Begin to count anew for all."""
        self._since.clear()

    @staticmethod
    def _said(rule: Rule, subject: str, value: float, at: datetime) -> Reading:
        return Reading(subject, rule.condition.metric, labels_of(rule), value, at)
