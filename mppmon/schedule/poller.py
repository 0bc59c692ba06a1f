"""Runs the polls that the wheel releases: as tasks, never two of one check, bounded per way of asking."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from collectors.collector import Collector, Kind, Target, Way
from collectors.observation import Observation, Outcome
from mppmon.clock import Clock
from mppmon.schedule.meter import Meter
from mppmon.schedule.wheel import Wheel

CAPS: Mapping[Way, int] = {
    Way.ICMP: 4096,
    Way.SNMP: 2048,
    Way.TCP: 512,
    Way.AGENT: 48,
    Way.HTTP: 48,
    Way.NUT: 256,
    Way.DNS: 64,
    Way.LOOKUP: 64,
}
"""Polls in flight per way. Those of `agent` and `http` are the threads of their collectors: what waits for one waits
here, where it is counted as late, and its deadline does not run yet. A thread is made when none is idle: what answers
in time keeps a few of them busy, and the rest are for peers that accept and then hang."""

SLOW = 1.0  # seconds: a check whose poll took longer than that gets a place among the slow ones the next time
_SLOW_SHARE = 2 / 3  # of a lane's places at most, so that peers which drip make each other wait, and nobody else

FIRST = 2.5  # seconds in which each device is asked for the first time
FULL = 10.0  # and in which each check is
RUSH = 500  # checks a second at such a start: very many devices take longer, and the loop keeps its time
_CATCH_UP = 2.0  # seconds of slots released late; after a longer stop (suspended, stopped) it goes on at the present
_STUCK = 120.0  # seconds after which a poll that ignored its own deadline is cancelled
_SKIPPED = "skipped"

_log = logging.getLogger(__name__)


class Poller:
    """The poll loop. `tick` is called by the scheduler; `repoll`, `expedite` and `replace` from any thread.

    `emit` gets every observation, in the loop. `caps` overrides CAPS.
    """

    def __init__(
        self,
        wheel: Wheel,
        collectors: Mapping[Way, Collector],
        targets: Iterable[Target],
        *,
        emit: Callable[[Observation], None],
        clock: Clock,
        metrics: Meter,
        caps: Mapping[Way, int] = CAPS,
    ) -> None:
        self._wheel = wheel
        self._collectors = collectors
        self._emit = emit
        self._clock = clock
        self._metrics = metrics
        self._slow: set[str] = set()
        self._lanes = {way: _Lane(caps[way]) for way in collectors}
        self._targets = self._checked(targets)
        self._running: dict[str, _Run] = {}
        self._again: dict[str, int] = {}
        self._timers: set[asyncio.TimerHandle] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._slot = 0
        self._sweep_at = 0.0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin in this running loop: every device is asked within FIRST seconds, every check within FULL."""
        self._loop = loop
        self._slot = self._wheel.slot(loop.time())
        self._sweep_at = loop.time() + _STUCK
        self._admit(self._targets.values())

    async def close(self) -> None:
        """Cancel what runs and wait for it. The collectors are closed by whoever made them."""
        self._loop = None
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self._again.clear()
        for lane in self._lanes.values():
            lane.clear()
        tasks = [run.task for run in self._running.values() if run.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()

    def tick(self) -> None:
        """Start what became due since the tick before. Returns at once."""
        if self._loop is None:
            return
        now = self._loop.time()
        slot = self._wheel.slot(now)
        if (slot - self._slot) * self._wheel.tick > _CATCH_UP:
            left_out = self._wheel.skip(self._slot + 1, slot - 1)
            _log.warning("the poll loop stood still: %d polls left out", left_out)
            self._slot = slot - 1
        for due in range(self._slot + 1, slot + 1):
            planned = due * self._wheel.tick
            for check in self._wheel.due(due):
                self._launch(self._targets[check], planned)
        self._slot = max(self._slot, slot)
        if now >= self._sweep_at:
            self._sweep(now)

    def repoll(self, check: str, delays: Sequence[float]) -> None:
        """Ask again after each of these delays, in seconds from now; one that finds the check running follows it."""
        self._in_loop(lambda: self._repoll(check, delays))

    def expedite(self, check: str, *, afresh: bool = False) -> None:
        """Ask now; while it is being asked, once more right after, however many wish it. Unknown checks are none.

        `afresh`: something has happened, and a walk that began before may take long: it is given up for one that begins
        now. Never the one that began so: a device that tells again and again is still read to the end.
        """
        self._in_loop(lambda: self._afresh(check) if afresh else self._now(check, again=1))

    def replace(self, targets: Iterable[Target]) -> None:
        """Take over a new configuration. What stays keeps its slot; what is new is asked soon; polls of what is gone or
        changed are cancelled. ValueError, before anything changed, for a way without a collector.
        """
        new = self._checked(targets)
        self._in_loop(lambda: self._replace(new))

    def _checked(self, targets: Iterable[Target]) -> dict[str, Target]:
        found = {target.check: target for target in targets}
        for target in found.values():
            if target.way not in self._collectors:
                raise ValueError(f"check {target.check}: no collector for way {target.way.value}")
        return found

    def _in_loop(self, deed: Callable[[], None]) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(deed)

    def _replace(self, new: dict[str, Target]) -> None:
        for check in self._targets.keys() - new.keys():
            self._wheel.remove(check)
            self._again.pop(check, None)
            self._slow.discard(check)
        old, self._targets = self._targets, new
        for check, run in list(self._running.items()):
            if new.get(check) != run.target:
                self._drop(run, again=check in new)
        self._admit(new.values(), known=old)

    def _drop(self, run: "_Run", *, again: bool) -> None:
        """End a poll whose target is gone or changed; ask the changed one again."""
        if again:
            self._again[run.target.check] = 1
        if run.task is not None:
            run.task.cancel()
        else:
            self._lanes[run.target.way].leave(run)
            self._finished(run)

    def _admit(self, targets: Iterable[Target], known: Mapping[str, Target] | None = None) -> None:
        every = list(targets)
        alive = {target.device for target in every if target.kind is Kind.LIVENESS}
        new = {one.check for one in every if known is None or one.check not in known}
        first = {one.check for one in every if one.kind is Kind.LIVENESS or one.device not in alive} & new
        soon, later = max(FIRST, len(first) / RUSH), max(FULL, len(new) / RUSH)
        for target in every:
            self._wheel.add(target.check, target.interval)
            if target.check in new:
                self._wheel.soon(target.check, after=self._slot, within=soon if target.check in first else later)

    def _repoll(self, check: str, delays: Sequence[float]) -> None:
        if self._loop is None:
            return
        for delay in delays:
            handle: list[asyncio.TimerHandle] = []
            handle.append(self._loop.call_later(delay, self._timed, check, handle))
            self._timers.add(handle[0])

    def _timed(self, check: str, handle: list[asyncio.TimerHandle]) -> None:
        self._timers.discard(handle[0])
        self._now(check, again=self._again.get(check, 0) + 1)

    def _now(self, check: str, *, again: int) -> None:
        """Ask now, or when it is being asked at least `again` times right after."""
        target = self._targets.get(check)
        if target is None or self._loop is None:
            return
        if check in self._running:
            self._again[check] = max(again, self._again.get(check, 0))
        else:
            self._launch(target, self._loop.time(), first=True)

    def _afresh(self, check: str) -> None:
        run = self._running.get(check)
        if run is not None and run.task is None:
            return  # it waits for a place, and begins after what has happened
        if run is not None and run.task is not None and run.long and not run.afresh:
            run.cut = True
            run.task.cancel()
        self._now(check, again=1)
        if run is None and check in self._running:
            self._running[check].afresh = True

    def _launch(self, target: Target, planned: float, *, first: bool = False) -> None:
        """Start a poll, or let it wait for a free place on its lane; `first`: before the others that wait."""
        if target.check in self._running:
            self._metrics.polled(target.way.value, _SKIPPED)
            return
        run = self._running[target.check] = _Run(target, planned, slow=target.check in self._slow)
        lane = self._lanes[target.way]
        if lane.admits(run):
            self._begin(run, lane)
        else:
            lane.wait(run, first=first)

    def _begin(self, run: "_Run", lane: "_Lane") -> None:
        loop = asyncio.get_running_loop()
        lane.take(run)
        run.began = loop.time()
        self._metrics.late(run.began - run.planned)
        run.task = loop.create_task(self._poll(run))
        run.task.add_done_callback(lambda _: self._end(run, lane))  # also when cancelled before its first step

    async def _poll(self, run: "_Run") -> None:
        target = run.target
        try:
            observation = await self._collectors[target.way].poll(target)
        except asyncio.CancelledError:
            if self._loop is None or not run.stuck:
                raise
            observation = self._failed(target, f"gave no answer in {_STUCK:.0f} s")
        except MemoryError as error:  # the trouble of all: the loop's handler decides, and nothing is said of a device
            asyncio.get_running_loop().call_exception_handler({"message": target.check, "exception": error})
            return
        except Exception as error:  # noqa: BLE001  # a bug in one collector must not end the others' polls
            _log.exception("poll of %s", target.check)
            observation = self._failed(target, type(error).__name__)
        self._metrics.polled(target.way.value, observation.outcome.value)
        self._emit(observation)

    def _failed(self, target: Target, detail: str) -> Observation:
        return Observation(target.check, target.device, Outcome.LOCAL, self._clock.now(), 0.0, detail=detail)

    def _end(self, run: "_Run", lane: "_Lane") -> None:
        lane.give(run)
        if self._loop is None:
            return
        if self._loop.time() - run.began > SLOW:
            self._slow.add(run.target.check)
        else:
            self._slow.discard(run.target.check)
        while (following := lane.next()) is not None:
            self._begin(following, lane)
        self._finished(run)

    def _finished(self, run: "_Run") -> None:
        check = run.target.check
        del self._running[check]
        again = self._again.pop(check, 0)
        if again:
            if again > 1:
                self._again[check] = again - 1
            self._now(check, again=0)
            if run.cut and check in self._running:
                self._running[check].afresh = True

    def _sweep(self, now: float) -> None:
        self._sweep_at = now + _STUCK / 2
        for run in self._running.values():
            if run.task is not None and now - run.began > _STUCK:
                run.stuck = True
                run.task.cancel()


class _Run:
    """One poll, waiting (no task) or running."""

    __slots__ = ("afresh", "began", "cut", "planned", "slow", "stuck", "target", "task")

    def __init__(self, target: Target, planned: float, *, slow: bool) -> None:
        self.target = target
        self.slow = slow
        self.planned = planned
        self.began = 0.0
        self.stuck = self.afresh = self.cut = False
        self.task: asyncio.Task[None] | None = None

    @property
    def long(self) -> bool:
        """Whether it may take seconds though the device answers, and no thread is left behind when it is given up."""
        return self.target.way is Way.SNMP and self.target.kind is Kind.TELEMETRY


class _Lane:
    """The room left for one way of asking, and who waits for it: the slow ones in a row of their own."""

    __slots__ = ("_free", "_rows", "_slow")

    def __init__(self, cap: int) -> None:
        self._free = cap
        self._slow = max(1, int(cap * _SLOW_SHARE))
        self._rows: dict[bool, deque[_Run]] = {False: deque(), True: deque()}

    def admits(self, run: _Run) -> bool:
        """Return whether there is a place for it now."""
        return self._free > 0 and (self._slow > 0 or not run.slow)

    def take(self, run: _Run) -> None:
        """Let it have its place."""
        self._free -= 1
        self._slow -= run.slow

    def give(self, run: _Run) -> None:
        """Take its place back."""
        self._free += 1
        self._slow += run.slow

    def wait(self, run: _Run, *, first: bool) -> None:
        """Let it wait; `first`: before the others."""
        row = self._rows[run.slow]
        (row.appendleft if first else row.append)(run)

    def leave(self, run: _Run) -> None:
        """Take it out of its row."""
        self._rows[run.slow].remove(run)

    def next(self) -> _Run | None:
        """Return whose turn it is, out of its row; None without a place for anybody. Of the two rows the longer due."""
        heads = [row[0] for row in self._rows.values() if row and self.admits(row[0])]
        if not heads:
            return None
        run = min(heads, key=lambda one: one.planned)
        self.leave(run)
        return run

    def clear(self) -> None:
        """Let nobody wait any more."""
        for row in self._rows.values():
            row.clear()
