"""The sender against an outbox in memory: nothing lost, nothing delayed by another channel, stopped cleanly."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import outbox as module
from alerts.model import Message, NoticeKind, Notification
from alerts.outbox import DEADLINE, LEASE, Failed, Leased, Reason, Result, Sender, Sent, backoff
from alerts.settings import EmailSettings, TelegramSettings

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def notification(key: str, channel: str = "mail", *, urgent: bool = True) -> Notification:
    message = Message("s", ("x",))
    return Notification(key, "i1", "p1", "sari", channel, "sari@mpp.example", NoticeKind.PAGE, message, urgent, AT)


@dataclass
class MemoryOutbox:
    """Rows by key; a lease that is not marked stays leased until `expire`."""

    rows: dict[str, Notification] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    marks: list[tuple[str, Result, int]] = field(default_factory=list)
    event: asyncio.Event = field(default_factory=asyncio.Event)
    broken: int = 0
    leases: int = 0

    def put(self, *found: Notification) -> None:
        for one in found:
            self.rows[one.key], self.state[one.key] = one, "pending"
        self.event.set()

    def expire(self) -> None:
        for key, state in self.state.items():
            if state == "leased":
                self.state[key] = "pending"
        self.event.set()

    async def lease(self, limit: int, channels: Collection[str]) -> list[Leased]:
        self.leases += 1
        if self.broken:
            self.broken -= 1
            raise OSError("disk full")
        due = [one for one in self.rows.values() if self.state[one.key] == "pending" and one.channel in channels]
        found = sorted(due, key=lambda one: not one.urgent)[:limit]
        for one in found:
            self.state[one.key] = "leased"
            self.attempts[one.key] = self.attempts.get(one.key, 0) + 1
        return [Leased(one, self.attempts[one.key]) for one in found]

    async def mark(self, key: str, result: Result, attempt: int) -> None:
        self.marks.append((key, result, attempt))
        again = isinstance(result, Failed) and result.retry
        self.state[key] = "later" if again else "sent" if isinstance(result, Sent) else "dead"
        self.event.set()

    async def changed(self) -> None:
        await self.event.wait()
        self.event.clear()


@dataclass
class FakeChannel:
    """Sends as it is told to."""

    name: str
    how: Callable[[Notification], Awaitable[Result]]
    concurrency: int = 2
    needs_internet: bool = False
    limit: int = 1000
    begun: list[str] = field(default_factory=list)
    most: int = 0
    running: int = 0
    closed: bool = False

    async def send(self, notification: Notification) -> Result:
        self.begun.append(notification.key)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            return await self.how(notification)
        finally:
            self.running -= 1

    async def close(self) -> None:
        self.closed = True


async def works(one: Notification) -> Result:
    await asyncio.sleep(0)
    return Sent(f"<{one.key}>")


async def hangs(_: Notification) -> Result:
    await asyncio.Event().wait()
    raise AssertionError


async def breaks(_: Notification) -> Result:
    raise RuntimeError("https://api.telegram.org/bot123:SECRET/sendMessage")


def always(result: Result) -> Callable[[Notification], Awaitable[Result]]:
    async def how(_: Notification) -> Result:
        await asyncio.sleep(0)
        return result

    return how


def play(
    outbox: MemoryOutbox,
    *channels: FakeChannel,
    until: Callable[[], bool],
    deadline: float = DEADLINE,
    seen: list[tuple[str, Result]] | None = None,
) -> None:
    """Run the sender until something is so, then cancel it."""

    async def story() -> None:
        def on_result(one: Notification, result: Result, seconds: float, /) -> None:
            assert seconds >= 0
            if seen is not None:
                seen.append((one.key, result))

        sender = Sender(
            outbox,
            {one.name: one for one in channels},
            on_result=on_result,
            rng=random.Random(7),  # noqa: S311  # reproducible jitter
            deadline=deadline,
        )
        running = asyncio.create_task(sender.run())
        async with asyncio.timeout(5):
            while not until():  # noqa: ASYNC110  # what is waited for is any state of the story
                await asyncio.sleep(0.005)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(story())


def test_what_is_put_is_sent_once_and_marked() -> None:
    outbox, mail, seen = MemoryOutbox(), FakeChannel("mail", works), list[tuple[str, Result]]()
    outbox.put(notification("a"), notification("b"))
    play(outbox, mail, until=lambda: len(outbox.marks) == 2, seen=seen)
    assert sorted(outbox.marks, key=lambda one: one[0]) == [("a", Sent("<a>"), 1), ("b", Sent("<b>"), 1)]
    assert sorted(key for key, _ in seen) == ["a", "b"]


def test_urgent_first() -> None:
    outbox, mail = MemoryOutbox(), FakeChannel("mail", works, concurrency=1)
    outbox.put(notification("later", urgent=False), notification("now"), notification("too", urgent=False))
    play(outbox, mail, until=lambda: len(outbox.marks) == 3)
    assert mail.begun == ["now", "later", "too"]


def test_a_channel_that_hangs_delays_no_other_and_fills_only_its_own_lane() -> None:
    outbox = MemoryOutbox()
    slow, mail = FakeChannel("telegram", hangs), FakeChannel("mail", works)
    outbox.put(*(notification(f"t{n}", "telegram") for n in range(20)), *(notification(f"m{n}") for n in range(20)))
    play(outbox, slow, mail, until=lambda: len(outbox.marks) == 20)
    assert len(slow.begun) == slow.most == 2
    assert mail.most <= 2
    assert outbox.leases < 200  # overdue rows of the hanging channel do not spin the loop


def test_a_send_without_end_is_given_up_and_tried_again_later() -> None:
    outbox = MemoryOutbox()
    outbox.put(notification("a"))
    play(outbox, FakeChannel("mail", hangs), until=lambda: bool(outbox.marks), deadline=0.02)
    ((_, result, attempt),) = outbox.marks
    assert isinstance(result, Failed)
    assert (result.retry, result.reason, attempt) == (True, Reason.TIMEOUT, 1)
    assert result.retry_after is not None
    assert 1 <= result.retry_after <= 2


def test_a_broken_channel_loses_nothing_and_its_words_are_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    outbox = MemoryOutbox()
    outbox.put(notification("a"))
    with caplog.at_level(logging.DEBUG):
        play(outbox, FakeChannel("mail", breaks), until=lambda: bool(outbox.marks))
    ((_, result, _),) = outbox.marks
    assert isinstance(result, Failed)
    assert (result.retry, result.reason, result.detail) == (True, Reason.INTERNAL, "RuntimeError")
    assert "SECRET" not in caplog.text + str(result)


@pytest.mark.parametrize(("asked", "least"), [(None, 1.0), (0.0, 1.0), (30.0, 30.0)])
def test_a_provider_that_says_when_is_obeyed(asked: float | None, least: float) -> None:
    outbox = MemoryOutbox()
    outbox.put(notification("a"))
    limited = Failed(retry=True, reason=Reason.RATE_LIMITED, retry_after=asked)
    play(outbox, FakeChannel("mail", always(limited)), until=lambda: bool(outbox.marks))
    ((_, result, _),) = outbox.marks
    assert isinstance(result, Failed)
    assert result.retry_after is not None
    assert least <= result.retry_after <= max(least, 2.0)


def test_what_is_refused_for_good_is_marked_dead_with_its_reason() -> None:
    outbox = MemoryOutbox()
    outbox.put(notification("a"))
    refused = Failed(retry=False, reason=Reason.REFUSED, detail="550 no such user")
    play(outbox, FakeChannel("mail", always(refused)), until=lambda: bool(outbox.marks))
    assert outbox.marks == [("a", refused, 1)]
    assert outbox.state == {"a": "dead"}


def test_killed_between_lease_and_mark_it_is_sent_again_with_the_same_key() -> None:
    outbox, mail = MemoryOutbox(), FakeChannel("mail", hangs)
    outbox.put(notification("a"))
    play(outbox, mail, until=lambda: mail.begun == ["a"])
    assert outbox.marks == []
    outbox.expire()
    outbox.event = asyncio.Event()
    play(outbox, FakeChannel("mail", works), until=lambda: bool(outbox.marks))
    assert outbox.marks == [("a", Sent("<a>"), 2)]


def test_stopped_while_marking_the_mark_is_still_made() -> None:
    @dataclass
    class SlowMarks(MemoryOutbox):
        marking: bool = False

        async def mark(self, key: str, result: Result, attempt: int) -> None:
            self.marking = True
            await asyncio.sleep(0.05)
            await super().mark(key, result, attempt)

    outbox = SlowMarks()
    outbox.put(notification("a"))
    play(outbox, FakeChannel("mail", works), until=lambda: outbox.marking)
    assert outbox.marks == [("a", Sent("<a>"), 1)]


def test_an_outbox_that_fails_for_a_moment_stops_nothing(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RELIEF", 0.01)
    outbox = MemoryOutbox(broken=3)
    outbox.put(notification("a"))
    monkeypatch.setattr(module, "_LOOK", 0.02)
    play(outbox, FakeChannel("mail", works), until=lambda: bool(outbox.marks))
    assert "outbox does not answer: OSError" in caplog.text


def test_a_lost_wake_up_costs_seconds_not_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK", 0.02)
    outbox, mail = MemoryOutbox(), FakeChannel("mail", works)
    outbox.put(notification("a"))

    def then() -> bool:
        if len(outbox.marks) == 1 and "b" not in outbox.rows:
            outbox.rows["b"], outbox.state["b"] = notification("b"), "pending"  # nobody calls
        return len(outbox.marks) == 2

    play(outbox, mail, until=then)


def test_channels_are_replaced_while_sending() -> None:
    """What stays is not disturbed, what goes ends what it is sending and is closed, what comes sends."""
    outbox, let_go = MemoryOutbox(), asyncio.Event()

    async def slow(_: Notification) -> Result:
        await let_go.wait()
        return Sent("slowly")

    stays, goes, comes = FakeChannel("stays", slow), FakeChannel("goes", slow), FakeChannel("comes", works)

    async def story() -> None:
        sender = Sender(outbox, {"stays": stays, "goes": goes})
        running = asyncio.create_task(sender.run())
        outbox.put(notification("1", "stays"), notification("2", "goes"))
        await settled(lambda: bool(stays.begun and goes.begun))
        sender.replace({"stays": stays, "comes": comes})
        outbox.put(notification("3", "comes"), notification("4", "goes"))
        await settled(lambda: outbox.state["3"] == "sent")
        assert (outbox.state["1"], outbox.state["2"], goes.closed) == ("leased", "leased", False)
        let_go.set()
        await settled(lambda: goes.closed)
        await settled(lambda: outbox.state["1"] == "sent")
        assert (outbox.state["2"], outbox.state["4"]) == ("sent", "pending")
        assert (stays.closed, comes.closed, stays.begun) == (False, False, ["1"])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(story())


def test_what_is_under_way_at_the_end_is_answered_and_marked_and_nothing_more_begins() -> None:
    """It was cut off on its way, though the provider had taken it, and sent again at the next start."""
    outbox, answer = MemoryOutbox(), asyncio.Event()

    async def slow(one: Notification) -> Result:
        await answer.wait()
        return Sent(one.key)

    async def story() -> float:
        loop = asyncio.get_running_loop()
        mail, chat = FakeChannel("mail", slow, concurrency=1), FakeChannel("chat", hangs)
        sender = Sender(outbox, {"mail": mail, "chat": chat})
        running = asyncio.create_task(sender.run())
        outbox.put(notification("under-way"), notification("waits"))
        await settled(lambda: mail.begun == ["under-way"])
        loop.call_later(0.05, answer.set)
        await sender.drain(4)
        assert (outbox.state, mail.begun) == ({"under-way": "sent", "waits": "pending"}, ["under-way"])
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        again = Sender(outbox, {"chat": chat})
        running = asyncio.create_task(again.run())
        outbox.put(notification("hangs", "chat"))
        await settled(lambda: chat.begun == ["hangs"])
        begun = loop.time()
        await again.drain(0.05)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return loop.time() - begun

    assert asyncio.run(story()) < 2, "a provider that hangs does not hold up the end"
    assert outbox.state["hangs"] == "leased"


async def settled(so: Callable[[], bool]) -> None:
    """Let the loop work until something is so."""
    async with asyncio.timeout(5):
        while not so():  # noqa: ASYNC110  # as in `play`
            await asyncio.sleep(0.005)


def test_a_metric_that_breaks_stops_nothing() -> None:
    outbox = MemoryOutbox()

    async def story() -> None:
        def on_result(_one: Notification, _result: Result, _seconds: float, /) -> None:
            raise KeyError

        running = asyncio.create_task(Sender(outbox, {"mail": FakeChannel("mail", works)}, on_result=on_result).run())
        outbox.put(notification("a"), notification("b"), notification("c"))
        async with asyncio.timeout(5):
            while len(outbox.marks) < 3:  # noqa: ASYNC110  # likewise
                await asyncio.sleep(0.005)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(story())


@given(attempt=st.integers(1, 10_000), seed=st.integers(0, 100))
def test_back_off_doubles_up_to_five_minutes_with_jitter(attempt: int, seed: int) -> None:
    full = min(60.0, 2.0 * 2 ** min(attempt - 1, 20))
    assert full / 2 <= backoff(attempt, random.Random(seed)) <= full  # noqa: S311  # reproducible jitter


def test_a_lease_outlives_every_deadline_a_channel_may_have() -> None:
    limits = [
        constraint.le
        for settings in (EmailSettings, TelegramSettings)
        for constraint in settings.model_fields["timeout"].metadata
        if hasattr(constraint, "le")
    ]
    assert len(limits) == 2
    assert max(limits) < DEADLINE < LEASE
