"""APScheduler behind our clock: the wheel's tick and the calendar jobs.

AsyncIOScheduler, because the wheel's tick has to run in the poll loop; BackgroundScheduler would wake a thread ten
times a second to hand each tick over. APScheduler reads and sleeps on the wall clock, so three things are ours:
calendar runs are computed in Clock time and handed over shifted; a tick's next run is found in one step (its own
IntervalTrigger lists every run that a clock set ahead has jumped over); a watchdog on the monotonic clock notices
jumps and sets things right.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from inspect import isawaitable

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, EVENT_JOB_SUBMITTED, JobEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.date import DateTrigger

from mppmon.clock import Clock

Work = Callable[[], Awaitable[None] | None]
"""What a job does, in the loop: quick, or a coroutine function. An exception is logged and ends only this run."""

_WATCH = 1.0  # seconds between two looks of the watchdog
_JUMP = 0.5  # seconds between wall and monotonic clock that are a jump, not slewing
_TICK_GRACE = 1  # a tick that is a second late is left out: the wheel catches up by itself
_CALENDAR_GRACE = 3600  # a report an hour late is still wanted, the next day it is not


def _no_end_of_ours(record: logging.LogRecord) -> bool:
    """Let everything be logged but a run that we have cancelled: APScheduler calls that an error of the job."""
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


logging.getLogger("apscheduler.executors.default").addFilter(_no_end_of_ours)


class Scheduler:
    """Runs jobs in one event loop. `on_missed(job)` is told of each run that was left out: too late, or while the one
    before was still running. `on_jump(seconds)` is told by how much the wall clock was set.
    """

    def __init__(
        self, clock: Clock, *, on_missed: Callable[[str], None], on_jump: Callable[[float], None] = lambda _: None
    ) -> None:
        self._clock = clock
        self._on_missed = on_missed
        self._on_jump = on_jump
        self._jobs = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
        self._jobs.add_listener(self._heard, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES | EVENT_JOB_SUBMITTED)
        self._ticks: list[str] = []
        self._calendar: dict[str, tuple[Callable[[datetime], datetime], Callable[[], Awaitable[None]]]] = {}
        self._watch: asyncio.TimerHandle | None = None
        self._gap = timedelta()

    def every(self, name: str, seconds: float, work: Work) -> None:
        """Run `work` every so many seconds, first after one of them."""
        self._ticks.append(name)
        self._jobs.add_job(_coroutine(work), _Tick(timedelta(seconds=seconds)), id=name, misfire_grace_time=_TICK_GRACE)

    def cron(self, name: str, next_run: Callable[[datetime], datetime], work: Work) -> None:
        """Run `work` at calendar times: `next_run(t)` gives the first one after `t`, both aware UTC in Clock time."""
        self._calendar[name] = (next_run, _coroutine(work))
        self._arm(name)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin; called in the running loop."""
        self._gap = self._between_clocks()
        self._jobs.start()
        self._watch = loop.call_later(_WATCH, self._look, loop)

    def shutdown(self) -> None:
        """Stop; called in the loop, once. Coroutines still running are cancelled."""
        if self._watch is not None:
            self._watch.cancel()
        if self._jobs.running:
            self._jobs.shutdown(wait=False)

    def _arm(self, name: str) -> None:
        next_run, work = self._calendar[name]
        now = self._clock.now()
        run = next_run(now)
        if run <= now:
            raise ValueError(f"job {name}: next run {run.isoformat()} is not after {now.isoformat()}")
        self._jobs.add_job(
            work,
            DateTrigger(run - self._clock.offset, timezone=UTC),
            id=name,
            misfire_grace_time=_CALENDAR_GRACE,
            replace_existing=True,
        )

    def _heard(self, event: JobEvent) -> None:
        if event.code != EVENT_JOB_SUBMITTED:
            self._on_missed(event.job_id)
        if event.code != EVENT_JOB_MISSED and event.job_id in self._calendar:  # a DateTrigger runs once
            self._arm(event.job_id)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Notice a wall clock that was set: wake APScheduler, and bring ticks back that now lie far ahead."""
        self._watch = loop.call_later(_WATCH, self._look, loop)
        gap = self._between_clocks()
        jump = (gap - self._gap).total_seconds()
        self._gap = gap
        if abs(jump) < _JUMP:
            return
        self._on_jump(jump)
        for name in self._ticks:
            self._jobs.modify_job(name, next_run_time=self._clock.now() - self._clock.offset)
        self._jobs.wakeup()

    def _between_clocks(self) -> timedelta:
        return self._clock.now() - datetime.fromtimestamp(self._clock.monotonic(), UTC)


@dataclass(frozen=True)
class _Tick(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types
    """Every `period`, in step with the run before, never twice for time that has passed."""

    period: timedelta

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """Return the next run after `now`."""
        if previous_fire_time is None:
            return now + self.period
        return previous_fire_time + self.period * max(1, (now - previous_fire_time) // self.period + 1)


def _coroutine(work: Work) -> Callable[[], Awaitable[None]]:
    """Make a coroutine function of it: APScheduler would run a plain function in a thread."""

    async def run() -> None:
        result = work()
        if isawaitable(result):
            await result

    return run
