"""Which hours win: nearest layer, special dates, closures, holidays; and days on which clocks change."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from mppmon.mall.calendar import Layer, Special, Weekly, Windows, compose, instant, open_at, resolve
from mppmon.mall.model import Span

JAKARTA = ZoneInfo("Asia/Jakarta")
BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)
DAY: Windows = ((time(8), time(15, 30)),)
SHORT: Windows = ((time(8), time(12)),)
LUNCH: Windows = ((time(12), time(13)),)


def spans(*layers: Layer, day: date = MONDAY, holidays: tuple[date, ...] = ()) -> list[str]:
    plan = compose(layers, holidays=holidays)
    found = resolve(plan.weekly, first=day, last=day, zone=JAKARTA, closed=plan.closed, special=plan.special)
    return [f"{one.start.astimezone(JAKARTA):%H:%M}-{one.end.astimezone(JAKARTA):%H:%M}" for one in found]


SITE = Layer(open=dict.fromkeys(range(5), DAY), breaks=dict.fromkeys(range(5), LUNCH))


def test_the_site_alone() -> None:
    assert spans(SITE) == ["08:00-12:00", "13:00-15:30"]
    assert spans(SITE, day=date(2026, 11, 28)) == []


def test_the_nearest_that_says_it_wins() -> None:
    assert spans(Layer(), SITE) == ["08:00-12:00", "13:00-15:30"]
    assert spans(Layer(open={0: ((time(9), time(14)),)}), SITE) == ["09:00-12:00", "13:00-14:00"]
    assert spans(Layer(breaks={}), SITE) == ["08:00-15:30"]
    assert spans(Layer(open={1: DAY}), SITE) == []


def test_special_hours_replace_only_the_weekdays_they_name() -> None:
    ramadan = Special(frozenset({MONDAY, date(2026, 11, 24)}), Weekly({0: SHORT}))
    site = Layer(open=SITE.open, breaks=SITE.breaks, special=(ramadan,))
    assert spans(site) == ["08:00-12:00"]
    assert spans(site, day=date(2026, 11, 24)) == ["08:00-12:00", "13:00-15:30"]
    assert spans(Layer(open={0: ((time(7), time(9)),)}), site) == ["08:00-12:00"]  # the site's Ramadan holds for all
    mine = Layer(special=(Special(frozenset({MONDAY}), Weekly({0: ((time(8), time(10)),)})),))
    assert spans(mine, site) == ["08:00-10:00"]


def test_closures_of_every_layer_hold_and_beat_special_hours() -> None:
    closed = Layer(closed=frozenset({MONDAY}))
    assert spans(closed, SITE) == []
    special = Layer(special=(Special(frozenset({MONDAY}), Weekly({0: SHORT})),))
    assert spans(special, Layer(open=SITE.open, closed=frozenset({MONDAY}))) == []


def test_holidays_close_unless_somebody_opens_on_them() -> None:
    assert spans(SITE, holidays=(MONDAY,)) == []
    assert spans(Layer(open_on_holidays=True), SITE, holidays=(MONDAY,)) == ["08:00-12:00", "13:00-15:30"]
    assert spans(Layer(open_on_holidays=False), Layer(open_on_holidays=True), SITE, holidays=(MONDAY,)) == []


def test_around_the_clock_is_one_span() -> None:
    whole = Weekly(dict.fromkeys(range(7), ((time(0), time(0)),)))
    found = resolve(whole, first=MONDAY, last=date(2026, 11, 29), zone=JAKARTA)
    assert found == (Span(datetime(2026, 11, 22, 17, tzinfo=UTC), datetime(2026, 11, 29, 17, tzinfo=UTC)),)


def test_the_hour_that_is_skipped_and_the_hour_that_comes_twice() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert instant(spring, time(2, 30), BERLIN) == datetime(2026, 3, 29, 1, tzinfo=UTC)  # the clock jumps past it
    assert instant(spring, time(3), BERLIN) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert instant(autumn, time(2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first of two
    night = Weekly({6: ((time(1), time(4)),)})
    for day, hours in ((spring, 2), (autumn, 4)):
        (span,) = resolve(night, first=day, last=day, zone=BERLIN)
        assert (span.end - span.start).total_seconds() == hours * 3600
    assert resolve(Weekly({6: ((time(2, 10), time(2, 40)),)}), first=spring, last=spring, zone=BERLIN) == ()


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        resolve(Weekly({0: ((time(9), time(8)),)}), first=MONDAY, last=MONDAY, zone=JAKARTA)


def test_open_at_nothing() -> None:
    assert not open_at((), datetime(2026, 1, 1, tzinfo=UTC))
