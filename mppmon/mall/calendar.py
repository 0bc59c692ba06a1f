"""Service hours: what is written of a week, of special dates and of closures -> half-open spans of UTC.

Local times are wall-clock times. A span begins at the first instant at which the mall's clock shows its start (or
jumps past it) and ends at the first instant at which it shows its end: so a day on which clocks are turned forward or
back is exact too. An end of `time(0)` is the midnight after.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from mppmon.mall.model import Delivered, Mall, Span, delivery_subject

Windows = tuple[tuple[time, time], ...]
"""Parts of one day, wall-clock time."""

_DAY = 24 * 60
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Weekly:
    """The windows of each weekday (Monday is 0); a day that is not named is closed."""

    days: Mapping[int, Windows]


@dataclass(frozen=True, slots=True)
class Special:
    """Other hours for some dates (Ramadan): the weekdays of `weekly` replace the ordinary ones, also by nothing."""

    dates: frozenset[date]
    weekly: Weekly


@dataclass(frozen=True, slots=True)
class Layer:
    """What one of site, agency, service or counter says of its hours; None: it does not say."""

    open: Mapping[int, Windows] | None = None
    breaks: Mapping[int, Windows] | None = None
    special: tuple[Special, ...] = ()
    closed: frozenset[date] = field(default_factory=frozenset)
    open_on_holidays: bool | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Layers made one: what `resolve` takes."""

    weekly: Weekly
    closed: frozenset[date]
    special: Mapping[date, Windows]


def compose(layers: Sequence[Layer], *, holidays: Collection[date]) -> Plan:
    """Return the plan of layers given nearest first.

    `open` and `breaks` each come from the nearest layer that says them. Of special dates the nearest layer that names
    the date's weekday wins. Closures of every layer hold. Holidays hold unless the nearest layer that speaks of them
    opens on them. A closure or holiday beats special hours.
    """
    opened = next((one.open for one in layers if one.open is not None), {})
    breaks = next((one.breaks for one in layers if one.breaks is not None), {})
    weekly = Weekly({day: subtract(windows, breaks.get(day, ())) for day, windows in opened.items()})
    special: dict[date, Windows] = {}
    for one in (one for layer in reversed(layers) for one in layer.special):
        for day in one.dates:
            if day.weekday() in one.weekly.days:
                special[day] = one.weekly.days[day.weekday()]
    closed = frozenset[date]().union(*(one.closed for one in layers))
    if not next((one.open_on_holidays for one in layers if one.open_on_holidays is not None), False):
        closed |= frozenset(holidays)
    return Plan(weekly, closed, special)


def subtract(windows: Iterable[tuple[time, time]], breaks: Iterable[tuple[time, time]]) -> Windows:
    """Return the windows without the breaks, in order."""
    left = sorted(_minutes(one) for one in windows)
    for start, end in sorted(_minutes(one) for one in breaks):
        left = [
            part for one, last in left for part in ((one, min(last, start)), (max(one, end), last)) if part[0] < part[1]
        ]
    return tuple((_time(start), _time(end)) for start, end in left)


def resolve(
    weekly: Weekly,
    *,
    first: date,
    last: date,
    zone: tzinfo,
    closed: Collection[date] = (),
    special: Mapping[date, Windows] | None = None,
) -> tuple[Span, ...]:
    """Return the spans of the days from `first` to `last` (both included), in order, touching ones joined.

    `special` replaces the weekly windows of its dates; a date in `closed` has none. ValueError for a window that ends
    before it begins.
    """
    spans: list[Span] = []
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if day in closed:
            continue
        windows = (special or {}).get(day, weekly.days.get(day.weekday(), ()))
        for one in sorted(windows, key=_minutes):
            _append(spans, _span(day, one, zone))
    return tuple(spans)


def open_at(spans: Sequence[Span], at: datetime) -> bool:
    """Whether one of the spans (in order, disjoint) contains this instant."""
    index = bisect_right(spans, at, key=lambda span: span.start) - 1
    return index >= 0 and at < spans[index].end


def served_at(mall: Mall, key: Delivered, at: datetime) -> bool:
    """Whether citizens are served then with this service at this counter; where no hours are known, always."""
    service, counter = key
    owner = mall.counters[counter].agency
    keys = (delivery_subject(service, counter), counter, owner, mall.site.id)
    spans = next((mall.hours[one] for one in keys if one in mall.hours), None)
    return spans is None or open_at(spans, at)


def instant(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return the first UTC instant at which the clock of `zone` shows this time of this day, or has jumped past it."""
    wall = datetime.combine(day, clock, tzinfo=zone)
    early, late = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    if early == late:
        return early
    early, late = sorted((early, late))
    if early.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return early
    return _jump(early, late, zone)


def _jump(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """Return the instant between these at which the clock is turned forward."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + ((after - before) // 2 // _SECOND) * _SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _span(day: date, one: tuple[time, time], zone: tzinfo) -> Span | None:
    start, end = _minutes(one)
    if end <= start:
        raise ValueError(f"{one[0]:%H:%M}-{one[1]:%H:%M} ends before it begins")
    begins, ends = _at(day, start, zone), _at(day, end, zone)
    return Span(begins, ends) if begins < ends else None  # it fell into the hour that clocks jumped over


def _append(spans: list[Span], span: Span | None) -> None:
    if span is None:
        return
    if spans and span.start <= spans[-1].end:
        spans[-1] = Span(spans[-1].start, max(spans[-1].end, span.end))
    else:
        spans.append(span)


def _at(day: date, minute: int, zone: tzinfo) -> datetime:
    return instant(day + timedelta(days=minute // _DAY), _time(minute), zone)


def _minutes(one: tuple[time, time]) -> tuple[int, int]:
    start, end = one
    return start.hour * 60 + start.minute, (end.hour * 60 + end.minute) or _DAY


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)
