"""The one place that reads the clock."""

from datetime import timedelta

from mppmon.clock import Clock


def test_the_machine_started_before_now_and_a_moved_clock_knows_no_machine() -> None:
    clock = Clock()
    first, second = clock.booted(), clock.booted()
    assert first is not None
    assert second is not None
    assert first < clock.now()
    assert abs(second - first) < timedelta(seconds=1)
    assert Clock(offset=timedelta(hours=1)).booted() is None
