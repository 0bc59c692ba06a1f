"""Real APScheduler: jobs run, missed runs are counted, calendar jobs follow our clock, a set clock is noticed."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from mppmon.clock import Clock
from mppmon.schedule import Scheduler
from mppmon.schedule.scheduler import _Tick
from tests.unit.mall_samples import START, at

DEADLINE = 10.0


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE):
        while not true():  # noqa: ASYNC110  # what is waited for is told by many kinds of callbacks
            await asyncio.sleep(0.01)


async def stopped(scheduler: Scheduler) -> None:
    scheduler.shutdown()
    await asyncio.sleep(0.01)  # APScheduler ends in the next turn of the loop


def test_ticks_run_in_the_loop_and_an_error_ends_only_its_run(caplog: pytest.LogCaptureFixture) -> None:
    runs: list[asyncio.AbstractEventLoop] = []

    def tick() -> None:
        runs.append(asyncio.get_running_loop())
        if len(runs) == 1:
            raise ZeroDivisionError

    async def main() -> None:
        scheduler = Scheduler(Clock(), on_missed=lambda _: None)
        scheduler.every("tick", 0.02, tick)
        scheduler.start(asyncio.get_running_loop())
        await until(lambda: len(runs) > 3)
        assert set(runs) == {asyncio.get_running_loop()}
        await stopped(scheduler)
        count = len(runs)
        await asyncio.sleep(0.06)
        assert len(runs) == count

    with caplog.at_level(logging.CRITICAL):
        asyncio.run(main())


def test_a_run_that_would_overtake_the_one_before_is_left_out_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    missed: list[str] = []

    async def main() -> None:
        scheduler = Scheduler(Clock(), on_missed=missed.append)
        ending = asyncio.Event()

        async def slow() -> None:
            await ending.wait()

        scheduler.every("slow", 0.02, slow)
        scheduler.start(asyncio.get_running_loop())
        await until(lambda: len(missed) > 2)
        ending.set()
        await stopped(scheduler)

    with caplog.at_level(logging.CRITICAL):
        asyncio.run(main())
    assert set(missed) == {"slow"}


def test_a_calendar_job_runs_in_clock_time_again_and_again() -> None:
    """The clock is moved by decades; the runs are due a moment later by that clock."""
    clock = Clock(offset=timedelta(days=20_000))
    asked: list[datetime] = []
    runs: list[datetime] = []

    def soon(after: datetime) -> datetime:
        asked.append(after)
        return after + timedelta(seconds=0.05)

    async def report() -> None:
        runs.append(clock.now())

    async def main() -> None:
        scheduler = Scheduler(clock, on_missed=lambda _: None)
        scheduler.cron("report", soon, report)
        scheduler.start(asyncio.get_running_loop())
        await until(lambda: len(runs) > 2)
        await stopped(scheduler)

    asyncio.run(main())
    assert all(run >= after + timedelta(seconds=0.05) for run, after in zip(runs, asked, strict=False))
    assert asked[0].year > 2070


def test_a_calendar_that_stands_still_is_refused() -> None:
    scheduler = Scheduler(Clock(), on_missed=lambda _: None)
    with pytest.raises(ValueError, match=r"job report: next run .* is not after"):
        scheduler.cron("report", lambda after: after, lambda: None)


@dataclass(frozen=True)
class SetClock(Clock):
    """A clock whose wall time a test sets."""

    ahead: list[float] = field(default_factory=lambda: [0.0])

    def now(self) -> datetime:
        return Clock.now(self) + timedelta(seconds=self.ahead[0])


def test_a_clock_that_is_set_is_noticed_once_and_slewing_is_not() -> None:
    clock = SetClock()
    jumps: list[float] = []

    async def main() -> None:
        scheduler = Scheduler(clock, on_missed=lambda _: None, on_jump=jumps.append)
        scheduler.every("tick", 0.05, lambda: None)
        scheduler.start(asyncio.get_running_loop())
        clock.ahead[0] = 0.2
        await asyncio.sleep(1.1)
        assert jumps == []
        clock.ahead[0] = -3600.0
        await until(lambda: jumps)
        await stopped(scheduler)

    asyncio.run(main())
    assert [round(jump) for jump in jumps] == [-3600]


def test_a_tick_passes_over_a_clock_set_ahead_in_one_step() -> None:
    tick = _Tick(timedelta(seconds=0.1))
    assert tick.get_next_fire_time(None, START) == at(0.1)
    assert tick.get_next_fire_time(START, at(0.0001)) == at(0.1)
    assert tick.get_next_fire_time(START, at(0.25)) == at(0.3)
    later = datetime(2200, 1, 1, tzinfo=UTC)
    assert later < tick.get_next_fire_time(START, later) <= later + timedelta(seconds=0.1)
    assert tick.get_next_fire_time(START, at(-3600)) == at(0.1)


def test_a_run_that_is_cancelled_at_the_end_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("apscheduler.executors.default")
    for error in (asyncio.CancelledError(), ValueError("broken")):
        log.error("Error running job wheel", exc_info=(type(error), error, None))
    assert [one.exc_info[0] for one in caplog.records if one.exc_info] == [ValueError]
