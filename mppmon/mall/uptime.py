"""Uptime from transitions: exact intervals of one subject, and their account within service hours.

All arithmetic is on UTC instants and whole microseconds; intervals are half-open. Time that no transition covers, or
that we could not see, is unknown and shown as such, never counted for or against anybody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mppmon.mall.model import Delivery, Span, Transition

_SERVED = (Delivery.DELIVERED.value, Delivery.DEGRADED.value)


@dataclass(frozen=True, slots=True)
class Interval:
    """`[start, end)` in one state (a word of State or Delivery)."""

    start: datetime
    end: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Account:
    """Seconds within service hours by state (every Delivery is there), and their sum. `ratio`: served (delivered or
    degraded) of all that is known, 0 to 1; None when nothing is known.
    """

    seconds: Mapping[str, float]
    service_seconds: float
    ratio: float | None


def intervals(
    transitions: Iterable[Transition], *, start: datetime, end: datetime, initial: str = Delivery.UNKNOWN.value
) -> list[Interval]:
    """Return the states of one subject over `[start, end)`, without gaps, neighbours of equal state merged.

    `initial` holds until the first transition. Transitions take effect at `at`; where two disagree, the one decided
    later (then the later id) knows better from its `at` on.
    """
    if start >= end:
        return []
    changes: list[tuple[datetime, str]] = []
    for transition in sorted(transitions, key=lambda one: one.decided_at):
        while changes and changes[-1][0] >= transition.at:
            changes.pop()
        changes.append((transition.at, transition.new))
    found: list[Interval] = []
    since, state = start, initial
    for at, new in changes:
        if at >= end:
            break
        if new == state:
            continue
        if at > start:
            found.append(Interval(since, at, state))
            since = at
        state = new
    found.append(Interval(since, end, state))
    return found


def account(intervals: Sequence[Interval], hours: Sequence[Span]) -> Account:
    """Account for every second of the service hours. Hours that no interval covers are unknown; hours said twice count
    once.
    """
    spans = _merged(hours)
    total = sum((span.end - span.start for span in spans), timedelta())
    sums = dict.fromkeys((delivery.value for delivery in Delivery), timedelta())
    ordered = sorted(intervals, key=lambda one: one.start)
    place = 0
    covered = timedelta()
    for span in spans:
        while place < len(ordered) and ordered[place].end <= span.start:
            place += 1
        for interval in ordered[place:]:
            if interval.start >= span.end:
                break
            overlap = min(interval.end, span.end) - max(interval.start, span.start)
            sums[interval.state] = sums.get(interval.state, timedelta()) + overlap
            covered += overlap
    sums[Delivery.UNKNOWN.value] += total - covered
    known = total - sums[Delivery.UNKNOWN.value]
    served = sum((sums[state] for state in _SERVED), timedelta())
    return Account(
        {state: passed.total_seconds() for state, passed in sums.items()},
        total.total_seconds(),
        served / known if known else None,
    )


def _merged(hours: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted((one for one in hours if one.start < one.end), key=lambda one: one.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
