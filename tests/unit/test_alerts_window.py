"""What rules remember of a series, against Prometheus' own definitions worked out the long way."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.model import Asks, Condition, Operator, Reading
from alerts.window import MOST, Window, derive

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def reading(seconds: float, value: float) -> Reading:
    return Reading("a3", "m", (), value, START + timedelta(seconds=seconds))


def filled(over: timedelta, values: list[float], *, every: float = 60, counter: bool = False) -> Window:
    window = Window(over)
    for index, value in enumerate(values):
        window.take(reading(index * every, value), counter=counter)
    return window


def test_a_rate_needs_two_readings_that_span_half_of_the_window() -> None:
    over = timedelta(minutes=5)
    assert filled(over, [1], counter=True).rate() is None
    assert filled(over, [1, 61, 121], counter=True).rate() is None  # two minutes of five
    assert filled(over, [1, 61, 121, 181], counter=True).rate() == pytest.approx(1)
    assert filled(over, [1, 61, 121, 181], counter=True).increase() == pytest.approx(300)


def test_a_counter_that_begins_again_counts_from_zero() -> None:
    assert filled(timedelta(minutes=5), [100, 160, 20, 80, 140], counter=True).rate() == pytest.approx(200 / 240)


def test_what_is_older_than_the_window_is_forgotten() -> None:
    window = filled(timedelta(minutes=5), [0, 6000, *([6000] * 10)], counter=True)
    assert window.rate() == 0


def test_a_line_is_drawn_ahead() -> None:
    window = filled(HOUR, [1.0 - 0.001 * minute for minute in range(60)])
    assert window.forecast(HOUR) == pytest.approx(1.0 - 0.001 * (59 + 60))


def test_a_few_readings_make_no_forecast() -> None:
    assert filled(HOUR, [0.9, 0.8, 0.7], every=1200).forecast(HOUR) is None
    assert filled(HOUR, [0.9, 0.8, 0.7, 0.6, 0.5]).forecast(HOUR) is None  # four minutes of sixty
    assert filled(HOUR, [0.9, 0.8, 0.7, 0.6], every=1200).forecast(HOUR) == pytest.approx(0.3)


@pytest.mark.parametrize("late", [reading(60, 9), reading(30, 9), reading(61, float("nan")), reading(61, float("inf"))])
def test_late_twin_or_no_number_changes_nothing(late: Reading) -> None:
    window = filled(timedelta(minutes=1), [1, 2], counter=True)
    assert not window.take(late, counter=True)
    assert window.rate() == pytest.approx(1 / 60)
    assert window.take(reading(120, 3), counter=True)
    assert window.rate() == pytest.approx(1 / 60)


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 1000)), min_size=2, max_size=300))
def test_the_increase_of_a_counter_is_exact_however_much_is_thinned(steps: list[tuple[int, int]]) -> None:
    window, now = Window(HOUR * 24), 0.0
    seen: list[int] = []
    for wait, value in steps:
        now += wait
        seen.append(value)
        window.take(reading(now, value), counter=True)
    grown = sum(b - a if b >= a else b for a, b in pairwise(seen))
    span = now - steps[0][0]
    assert len(window) <= MOST
    if span < 12 * 3600:
        assert window.rate() is None
    elif span <= 24 * 3600:
        assert window.rate() == pytest.approx(grown / span)


@given(st.lists(st.tuples(st.floats(0.1, 5000), st.floats(-1e6, 1e6)), min_size=1, max_size=400))
def test_a_window_is_bounded(steps: list[tuple[float, float]]) -> None:
    window, now = Window(HOUR), 0.0
    for wait, value in steps:
        now += wait
        window.take(reading(now, value))
        assert 0 < len(window) <= MOST


def test_what_a_condition_asks_for_decides_what_is_derived() -> None:
    def asked(asks: Asks) -> float | None:
        condition = Condition("m", Operator.ABOVE, 0, asks=asks, over=HOUR, ahead=HOUR)
        window, found = Window(HOUR), None
        for index in range(5):
            found = derive(condition, window, reading(index * 600, index * 600))
        return found

    assert asked(Asks.RATE) == pytest.approx(1)
    assert asked(Asks.INCREASE) == pytest.approx(3600)
    assert asked(Asks.FORECAST) == pytest.approx(2400 + 3600)
