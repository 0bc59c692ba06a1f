"""From the outbox to the channels: lease, send, mark.

In this order nothing is lost by a crash: a lease that was never marked runs out, and the message is sent again with
the same key. The store behind the outbox belongs to the caller.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from alerts.channels.backoff import backoff
from alerts.channels.base import Channel, Failed, Reason, Result, Sent
from alerts.model import Notification

__all__ = ["LEASE", "Failed", "Leased", "Outbox", "Reason", "Result", "Sender", "Sent", "backoff"]

DEADLINE = 50.0
"""Seconds after which a send is given up whatever its channel does; channels keep shorter ones of their own."""

LEASE = 60.0
"""Seconds a lease should last: longer than DEADLINE, so that nothing is leased again while it is being sent."""

_PAUSE = 0.05  # seconds between two looks at the outbox: overdue rows of a busy channel must not spin the loop
_LOOK = 5.0  # seconds after which we look though nobody called: a lost wake-up costs seconds, not a message
_RELIEF = 1.0  # seconds we leave an outbox alone that failed
_GRACE = 5.0  # seconds that marking may take when we are being stopped

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Leased:
    """A notification that is ours to send for a while. `attempt` counts from 1."""

    notification: Notification
    attempt: int


class Outbox(Protocol):
    """What the pager needs of whoever keeps the notifications."""

    async def lease(self, limit: int, channels: Collection[str]) -> list[Leased]:
        """Return at most `limit` due notifications of these channels, urgent first, and lease them for LEASE s."""
        ...

    async def mark(self, key: str, result: Result, attempt: int) -> None:
        """Keep how a send ended. `Failed(retry=True)`: due again in `retry_after` seconds, which is always set."""
        ...

    async def changed(self) -> None:
        """Return when something may have become due since the last call."""
        ...


class OnResult(Protocol):
    """Told of every attempt, with the seconds it took: for metrics."""

    def __call__(self, notification: Notification, result: Result, seconds: float, /) -> None: ...


Keep = Callable[[Callable[[], Coroutine[object, object, object]], str], Coroutine[object, object, None]]
"""Runs a lane, named, and begins it anew where it ends by a fault."""


class Sender:
    """Sends what the outbox holds. Every channel has a lane of its own: a slow one delays no other.

    `keep`: who runs the lanes; without one a lane that ends by a fault of ours ends the sender.
    """

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        *,
        on_result: OnResult | None = None,
        rng: random.Random | None = None,
        deadline: float = DEADLINE,
        keep: Keep | None = None,
    ) -> None:
        self._outbox, self._keep = outbox, keep or _once
        rng = rng or random.Random()  # noqa: S311  # jitter, no secret
        self._on_result, self._rng, self._deadline = on_result, rng, deadline
        self._lanes = {name: self._lane(channel) for name, channel in channels.items()}
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Send until cancelled. What was sent at that moment is still marked; what was not will be sent again."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                for lane in self._lanes.values():
                    lane.begin(group)
                while True:
                    for lane in self._lanes.values():
                        lane.wake()
                    await asyncio.sleep(_PAUSE)
                    await _or_else(self._changed(), None)
            finally:
                self._group = None

    def _lane(self, channel: Channel) -> "_Lane":
        return _Lane(self._outbox, channel, self._on_result, self._rng, self._deadline, self._keep)

    def replace(self, channels: Mapping[str, Channel]) -> None:
        """Send by these channels from now on. A channel that stays (the same object) is not disturbed; what another one
        is sending just now is finished, and that channel closed.
        """
        old, self._lanes = self._lanes, {}
        for name, channel in channels.items():
            lane = old.get(name)
            self._lanes[name] = lane if lane is not None and lane.sends_by(channel) else self._lane(channel)
        for name, lane in old.items():
            if self._lanes.get(name) is not lane:
                lane.retire()
        if self._group is not None:
            for name, lane in self._lanes.items():
                if old.get(name) is not lane:
                    lane.begin(self._group)
                    lane.wake()

    async def drain(self, seconds: float) -> None:
        """Begin no further send, and let those under way end, for at most so long: before `run` is cancelled. A message
        that its provider has taken and nobody marked would be sent again, under its key, at the next start.
        """
        under_way = [task for lane in self._lanes.values() for task in lane.pause()]
        if under_way:
            await asyncio.wait(under_way, timeout=seconds)

    async def _changed(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK):
                await self._outbox.changed()


class _Lane:
    """One channel's way out: at most `channel.concurrency` sends at a time."""

    def __init__(
        self,
        outbox: Outbox,
        channel: Channel,
        on_result: OnResult | None,
        rng: random.Random,
        deadline: float,
        keep: Keep,
    ) -> None:
        self.name = channel.name
        self._outbox, self._channel, self._on_result = outbox, channel, on_result
        self._rng, self._deadline, self._keep = rng, deadline, keep
        self._awake = asyncio.Event()
        self._running = 0
        self._retired = False
        self._paused = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()

    def sends_by(self, channel: Channel) -> bool:
        return self._channel is channel

    def begin(self, group: asyncio.TaskGroup) -> None:
        group.create_task(self._keep(self.run, f"lane of {self.name}"), name=f"send {self.name}")
        self.wake()

    def wake(self) -> None:
        self._awake.set()

    def pause(self) -> set[asyncio.Task[None]]:
        """Take nothing more; return what is under way."""
        self._paused.set()
        return set(self._sending)

    def retire(self) -> None:
        """Take nothing more; end when what is under way has ended."""
        self._retired = True
        self.wake()

    async def run(self) -> None:
        await self._work()
        await self._channel.close()

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            while True:
                await self._awake.wait()
                self._awake.clear()
                if self._retired:
                    return
                free = self._channel.concurrency - self._running
                if free <= 0 or self._paused.is_set():
                    continue  # a send that ends wakes us
                leased: list[Leased] = await _or_else(self._outbox.lease(free, (self.name,)), [])
                for one in sorted(leased, key=lambda one: not one.notification.urgent):
                    if self._paused.is_set():
                        break  # not begun: its lease runs out, or is released by the next start
                    self._running += 1
                    task = group.create_task(self._deliver(one), name=f"send {one.notification.key}")
                    self._sending.add(task)
                    task.add_done_callback(self._sending.discard)

    async def _deliver(self, leased: Leased) -> None:
        loop = asyncio.get_running_loop()
        try:
            begun = loop.time()
            result = await self._send(leased)
            seconds = loop.time() - begun
            await self._mark(leased, result)
            if self._on_result is not None:
                self._on_result(leased.notification, result, seconds)
        except Exception as error:  # noqa: BLE001  # neither a broken metric nor a full disk may stop the lane
            _complain("cannot finish %s: %s", leased.notification.key, error)  # the lease runs out: same key once more
        finally:
            self._running -= 1
            self.wake()

    async def _send(self, leased: Leased) -> Result:
        result: Result
        try:
            async with asyncio.timeout(self._deadline):
                result = await self._channel.send(leased.notification)
        except TimeoutError:
            result = Failed(retry=True, reason=Reason.TIMEOUT, detail="no end in sight")
        except Exception as error:  # noqa: BLE001  # a channel's bug must not lose the message nor stop the lane
            _complain("channel %s broke: %s", self.name, error)
            result = Failed(retry=True, reason=Reason.INTERNAL, detail=type(error).__name__)
        if isinstance(result, Failed) and result.retry:
            wait = max(result.retry_after or 0.0, backoff(leased.attempt, self._rng))
            return replace(result, retry_after=wait)
        return result

    async def _mark(self, leased: Leased, result: Result) -> None:
        """Mark, also when cancelled meanwhile: what was sent and not marked would be sent twice."""
        marking = asyncio.ensure_future(self._outbox.mark(leased.notification.key, result, leased.attempt))
        try:
            await asyncio.shield(marking)
        except asyncio.CancelledError:
            await asyncio.wait({marking}, timeout=_GRACE)
            raise


async def _once(work: Callable[[], Coroutine[object, object, object]], _name: str) -> None:
    await work()


async def _or_else(asked: Awaitable[_T], otherwise: _T) -> _T:
    """Ask the outbox; when it fails, say so, wait a little and go on: the next look may be luckier."""
    try:
        return await asked
    except Exception as error:  # noqa: BLE001  # whatever keeps the outbox may be restarting
        _complain("the %s does not answer: %s", "outbox", error)
        await asyncio.sleep(_RELIEF)
        return otherwise


def _complain(text: str, subject: str, error: Exception) -> None:
    """Log the type only: the text or the traceback of a foreign exception may hold a URL with a token in it."""
    _log.error(text, subject, type(error).__name__)
