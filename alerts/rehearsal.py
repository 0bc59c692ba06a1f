"""Rules tried on made-up readings in virtual time, by the state machine that the engine runs. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from math import isnan

from alerts.judging import Memory, judge, judge_absence
from alerts.model import Alert, AlertKey, AlertStatus, Labels, Reading
from alerts.rule import RuleBook, labels_match, labels_of, matches
from alerts.state import due, next_due

START = datetime(2000, 1, 1, tzinfo=UTC)
"""When every rehearsal begins. It matters to nobody: rules know only how much time passes."""
_SUBJECT = "tried"


@dataclass(frozen=True, slots=True)
class Played:
    """One series: `points[i]` is read `i` intervals after the beginning; None: no reading comes."""

    metric: str
    labels: Labels
    points: Sequence[float | None]


class Rehearsal:
    """One subject of one kind, and its alerts as time passes."""

    def __init__(self, book: RuleBook, kind: str) -> None:
        self._book, self._kind = book, kind
        self._ids = count(1)
        self._alerts: dict[AlertKey, Alert] = {}
        self._memory = Memory()

    def play(
        self, series: Iterable[Played], interval: timedelta, ask: Iterable[timedelta]
    ) -> dict[timedelta, tuple[Alert, ...]]:
        """Return what fires at each of these times after the beginning, once all that was read until then is judged.

        The subject answers at every interval as long as the longest series goes, if only with nothing.
        """
        played = tuple(series)
        answers = max((len(one.points) for one in played), default=0)
        said: dict[timedelta, tuple[Alert, ...]] = {}
        done = 0
        for after in sorted(set(ask)):
            while done < answers and interval * done <= after:
                at = START + interval * done
                self._pass(at, before=True)
                self._answer(
                    [
                        Reading(_SUBJECT, one.metric, one.labels, value, at)
                        for one in played
                        if done < len(one.points) and (value := one.points[done]) is not None
                    ],
                    at,
                )
                done += 1
            self._pass(START + after, before=False)
            said[after] = tuple(one for one in self._alerts.values() if one.status is AlertStatus.FIRING)
        return said

    def _answer(self, readings: Sequence[Reading], at: datetime) -> None:
        for reading in readings:
            for rule in self._book.of(reading.metric):
                if matches(rule, self._kind, reading.labels):
                    key = AlertKey(rule.name, _SUBJECT, reading.labels)
                    before = self._alerts.get(key)
                    memory, new_id = self._memory, self._new_id
                    after, _ = judge(rule, before, reading, key=key, memory=memory, now=at, new_id=new_id)
                    self._keep(key, after)
        for rule in self._book.absent:
            key = AlertKey(rule.name, _SUBJECT, labels_of(rule))
            if matches(rule, self._kind, key.labels):
                condition = rule.condition
                given = any(
                    one.metric == condition.metric and labels_match(condition, one.labels) and not isnan(one.value)
                    for one in readings
                )
                before = self._alerts.get(key)
                memory, new_id = self._memory, self._new_id
                after, _ = judge_absence(
                    rule, before, key=key, given=given, at=at, memory=memory, now=at, new_id=new_id
                )
                self._keep(key, after)

    def _pass(self, until: datetime, *, before: bool) -> None:
        """Let time pass to an instant; `before`: what is due at that very instant waits, for a reading comes then."""
        for key, alert in list(self._alerts.items()):
            rule, after = self._book.named(key.rule), alert
            while rule is not None and (at := next_due(rule, after)) is not None:
                if at > until or (before and at == until):
                    break
                changed, _ = due(rule, after, now=at)
                self._keep(key, changed)
                if changed is None or changed.status is AlertStatus.RESOLVED:
                    break
                after = changed

    def _keep(self, key: AlertKey, after: Alert | None) -> None:
        if after is None or after.status is AlertStatus.RESOLVED:
            self._alerts.pop(key, None)
        else:
            self._alerts[key] = after

    def _new_id(self) -> str:
        return str(next(self._ids))
