"""A restart is an uptime that went back to less than has passed: neither a wrapped counter nor a clock that was set."""

from hypothesis import given
from hypothesis import strategies as st

from mppmon.mall.restart import TICKS, Uptime, restarted
from tests.unit.mall_samples import at

DAY = 86_400.0
PASSED = st.floats(1.0, 30 * DAY)
LONG = st.floats(0.0, 900 * DAY)


@given(LONG, PASSED, st.floats(-9.0, 9.0))
def test_what_runs_on_did_not_restart_whatever_its_counter_does(uptime: float, passed: float, late: float) -> None:
    """`late`: the reading speaks of an instant a little off; the counter of 32 bits wraps where it must."""
    before, after = Uptime(uptime % TICKS, at(0)), Uptime((uptime + passed + late) % TICKS, at(passed))
    assert not restarted(before, after, wraps=TICKS)
    assert not restarted(Uptime(uptime, at(0)), Uptime(max(0.0, uptime + passed + late), at(passed)))


@given(st.floats(60.0, 400 * DAY), PASSED, st.floats(0.0, 1.0))
def test_what_started_between_two_readings_is_seen(uptime: float, passed: float, share: float) -> None:
    now = share * passed
    seen = restarted(Uptime(uptime, at(0)), Uptime(now, at(passed)), wraps=TICKS)
    assert seen == (now < uptime)  # on for longer than before it was asked first: it cannot be told


@given(st.floats(2 * DAY, 400 * DAY), st.floats(1.0, 600.0), st.floats(-20 * 3600.0, 20 * 3600.0))
def test_a_computers_clock_that_is_set_is_no_restart(uptime: float, passed: float, moved: float) -> None:
    assert not restarted(Uptime(uptime, at(0)), Uptime(uptime + passed + moved, at(passed)))


def test_the_wrap_after_497_days_and_a_restart_on_the_same_day_are_told_apart() -> None:
    before = Uptime(TICKS - 30, at(0))
    assert not restarted(before, Uptime(30, at(60)), wraps=TICKS)
    assert restarted(before, Uptime(5, at(60)), wraps=TICKS)
    assert restarted(before, Uptime(30, at(60)))
