"""The calendar against an oracle that walks through the time in steps of five minutes: all that the windows and the
changes of the clocks below can bring about lies at such steps, so every span must begin and end at one.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from mppmon.mall import calendar
from mppmon.mall.model import Span

ZONES = ("Asia/Jakarta", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")
# days near which some of these zones change their clocks, and an ordinary one
DAYS = (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4), date(2026, 10, 25), date(2026, 11, 1))
STEP = timedelta(minutes=5)


@st.composite
def windows(draw: st.DrawFn) -> calendar.Windows:
    """Disjoint windows of one day, ends of midnight included; often in the small hours, when clocks are changed."""
    cuts = sorted(draw(st.sets(st.integers(0, 16) | st.integers(0, 96), min_size=2, max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple((_time(start * 15), _time(end * 15)) for start, end in pairs)


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def oracle(plan: Mapping[date, calendar.Windows], first: date, last: date, zone: ZoneInfo) -> set[datetime]:
    """Walk the steps: a window opens when the clock first shows its start or a later time, and closes likewise."""
    begin = datetime.combine(first, time(), tzinfo=UTC) - timedelta(days=1)
    finish = datetime.combine(last, time(), tzinfo=UTC) + timedelta(days=2)
    bells: list[tuple[datetime, datetime]] = []
    for day, parts in plan.items():
        for start, end in parts:
            after = datetime.combine(day + timedelta(days=end == time()), end)
            bells.append((datetime.combine(day, start), after))
    rung: set[tuple[int, int]] = set()
    found: set[datetime] = set()
    at = begin
    while at < finish:
        shown = at.astimezone(zone).replace(tzinfo=None)
        for index, pair in enumerate(bells):
            rung.update((index, which) for which in (0, 1) if shown >= pair[which])
            if (index, 0) in rung and (index, 1) not in rung:
                found.add(at)
        at += STEP
    return found


def steps_of(spans: tuple[Span, ...]) -> set[datetime]:
    """Every step inside the spans."""
    assert not any(edge.timestamp() % STEP.total_seconds() for span in spans for edge in (span.start, span.end))
    return {span.start + STEP * index for span in spans for index in range((span.end - span.start) // STEP)}


@given(
    weekly=st.fixed_dictionaries({day: windows() for day in (0, 5, 6)}),
    middle=st.sampled_from(DAYS),
    key=st.sampled_from(ZONES),
    closed=st.sets(st.integers(-1, 1), max_size=2),
    special=st.dictionaries(st.integers(-1, 1), windows(), max_size=2),
)
def test_resolve_agrees_with_the_walk(
    weekly: dict[int, calendar.Windows],
    middle: date,
    key: str,
    closed: set[int],
    special: dict[int, calendar.Windows],
) -> None:
    zone = ZoneInfo(key)
    days = {offset: middle + timedelta(days=offset) for offset in (-1, 0, 1)}
    shut = {days[offset] for offset in closed}
    other = {days[offset]: parts for offset, parts in special.items()}
    spans = calendar.resolve(
        calendar.Weekly(weekly), first=days[-1], last=days[1], zone=zone, closed=shut, special=other
    )
    plan = {day: other.get(day, weekly.get(day.weekday(), ())) for day in days.values() if day not in shut}
    assert steps_of(spans) == oracle(plan, days[-1], days[1], zone)
    assert all(before.end < after.start for before, after in pairwise(spans))
    assert all(span.start < span.end for span in spans)
    for span in spans:
        assert calendar.open_at(spans, span.start)
        assert not calendar.open_at(spans, span.end)
        assert not calendar.open_at(spans, span.start - timedelta(microseconds=1))


@given(opened=windows(), breaks=windows())
def test_subtract_agrees_with_minutes(opened: calendar.Windows, breaks: calendar.Windows) -> None:
    def inside(parts: calendar.Windows) -> set[int]:
        return {
            minute
            for start, end in parts
            for minute in range(start.hour * 60 + start.minute, (end.hour * 60 + end.minute) or 1440)
        }

    assert inside(calendar.subtract(opened, breaks)) == inside(opened) - inside(breaks)
