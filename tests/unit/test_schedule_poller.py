"""The poll loop in virtual time: no check waits for another, none runs twice at once, none is lost unseen."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import pairwise

import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.settings import LivenessSettings
from mppmon.clock import Clock
from mppmon.schedule import CAPS, Poller, Wheel
from tests.unit.mall_samples import START
from tests.unit.virtual_loop import run


def target(
    device: str, *, kind: Kind = Kind.LIVENESS, way: Way = Way.SNMP, interval: float = 10.0, address: str = "a"
) -> Target:
    return Target(f"{device}:{kind.value}", device, kind, way, address, interval, LivenessSettings())


class Fake:
    """A collector that takes `seconds` (by device; else none at all), or breaks; records its calls."""

    def __init__(self, seconds: Mapping[str, float] | None = None, broken: Sequence[str] = ()) -> None:
        self.seconds = seconds or {}
        self.broken = broken
        self.calls: list[tuple[float, str, str]] = []
        self.together: Counter[str] = Counter()
        self.most = 0

    async def poll(self, target: Target) -> Observation:
        self.calls.append((asyncio.get_running_loop().time(), target.check, target.address))
        self.together[target.check] += 1
        self.most = max(self.most, self.together.total())
        assert self.together[target.check] == 1
        try:
            if target.device in self.broken:
                raise ZeroDivisionError
            if seconds := self.seconds.get(target.device):
                await asyncio.sleep(seconds)
        finally:
            self.together[target.check] -= 1
        return Observation(target.check, target.device, Outcome.OK, START, 0.0)

    async def close(self) -> None:
        """Nothing is open."""

    def times(self, device: str, since: float = 0.0) -> list[float]:
        return [
            round(time - 1000.0, 1) for time, check, _ in self.calls if check.startswith(f"{device}:") and time >= since
        ]


class Told:
    """Meter and sink."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.lateness: list[float] = []
        self.seen: list[Observation] = []

    def polled(self, way: str, outcome: str) -> None:
        self.counts[way, outcome] += 1

    def late(self, seconds: float) -> None:
        self.lateness.append(seconds)


def play(
    targets: Sequence[Target],
    fakes: Mapping[Way, Fake],
    seconds: float,
    *,
    meanwhile: Callable[[Poller], Awaitable[None]] | None = None,
    caps: Mapping[Way, int] = CAPS,
    pause: Callable[[float], float] = lambda _: 0.1,
) -> Told:
    """Tick a poller for so many virtual seconds; `pause(now)` is how long until the next tick."""
    told = Told()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        poller = Poller(Wheel(), fakes, targets, emit=told.seen.append, clock=Clock(), metrics=told, caps=caps)
        poller.tick()  # before the start nothing happens
        poller.start(loop)
        other = asyncio.ensure_future(meanwhile(poller)) if meanwhile else None
        end = loop.time() + seconds
        while loop.time() < end:
            poller.tick()
            await asyncio.sleep(pause(loop.time() - 1000.0))
        if other:
            await other
        await poller.close()
        poller.tick()
        poller.expedite(targets[0].check)

    run(main())
    return told


def test_every_check_is_asked_at_its_interval_and_observations_come_out() -> None:
    fake = Fake()
    targets = [target("pc"), target("pc", kind=Kind.TELEMETRY, interval=60.0)]
    told = play(targets, {Way.SNMP: fake}, 120.0)
    times = Counter(check for _, check, _ in fake.calls)
    assert 12 <= times["pc:liveness"] <= 13
    assert 2 <= times["pc:telemetry"] <= 3
    assert Counter(one.check for one in told.seen) == times
    assert told.counts == {("snmp", "ok"): len(fake.calls)}
    asked = [time for time, check, _ in fake.calls if check == "pc:liveness"]
    assert {round(b - a, 1) for a, b in pairwise(asked[1:])} <= {9.9, 10.0, 10.1}


def test_a_restart_with_a_thousand_devices_sees_all_within_3_s_without_a_storm() -> None:
    fake = Fake()
    targets = [target(f"d{number}") for number in range(1000)]
    targets += [target(f"d{number}", kind=Kind.TELEMETRY, interval=60.0) for number in range(1000)]
    told = play(targets, {Way.SNMP: fake}, 11.0)
    first: dict[str, float] = {}
    for time, check, _ in fake.calls:
        first.setdefault(check, time - 1000.0)
    assert set(first) == {one.check for one in targets}
    assert max(time for check, time in first.items() if check.endswith("liveness")) <= 3.0
    assert max(first.values()) <= 10.2
    assert max(Counter(round(time, 1) for time, _, _ in fake.calls).values()) <= 100
    assert max(told.lateness) < 0.2


def test_a_device_without_liveness_is_seen_as_soon() -> None:
    fake = Fake()
    play([target(f"d{number}", kind=Kind.TELEMETRY, interval=60.0) for number in range(50)], {Way.SNMP: fake}, 3.0)
    assert len(fake.calls) >= 50


def test_slow_and_black_holed_devices_delay_nobody_and_their_own_next_turn_is_counted() -> None:
    fake = Fake({f"d{number}": 25.0 for number in range(20)})
    told = play([target(f"d{number}") for number in range(100)], {Way.SNMP: fake}, 60.0)
    assert max(told.lateness) < 0.2
    assert told.counts["snmp", "skipped"] >= 20 * 3
    assert len(fake.times("d50")) >= 6


def test_a_full_lane_makes_its_own_wait_and_no_others() -> None:
    slow, quick = Fake({f"w{number}": 3.0 for number in range(4)}), Fake()
    targets = [target(f"w{number}", way=Way.HTTP, interval=60.0) for number in range(4)] + [target("d")]
    told = play(targets, {Way.HTTP: slow, Way.SNMP: quick}, 20.0, caps={Way.HTTP: 1, Way.SNMP: 9})
    assert slow.most == 1
    assert len(slow.calls) == 4
    assert max(told.lateness) > 3.0
    assert len(quick.times("d")) >= 2


def test_a_fifth_of_500_pcs_that_drip_make_each_other_wait_and_nobody_else() -> None:
    """Each holds a thread for all of its 5 s: 33 are held at any time, twice as many as once were made."""
    drip = {f"p{number}": 5.0 for number in range(0, 500, 5)}
    fake = Fake({f"p{number}": drip.get(f"p{number}", 0.02) for number in range(500)})
    play([target(f"p{number}", way=Way.AGENT, interval=15.0) for number in range(500)], {Way.AGENT: fake}, 90.0)
    assert fake.most <= CAPS[Way.AGENT]
    times: dict[str, list[float]] = {}
    for time, check, _ in fake.calls:
        times.setdefault(check, []).append(time)
    gaps = {check: [after - before for before, after in pairwise(at)] for check, at in times.items()}
    others = [gap for check, its in gaps.items() if check.split(":")[0] not in drip for gap in its]
    assert len(others) >= 400 * 5
    assert max(others) < 15.0 + 1.0
    slow = [gap for check, its in gaps.items() if check.split(":")[0] in drip for gap in its]
    assert max(slow) < 31.0, "they are still asked, at the worst every second time"


def test_all_that_hang_share_their_part_and_leave_the_rest_free() -> None:
    fake = Fake({f"p{number}": 5.0 for number in range(300)} | {"q": 0.02})
    names = [*(f"p{number}" for number in range(300)), "q"]
    play([target(one, way=Way.AGENT, interval=15.0) for one in names], {Way.AGENT: fake}, 240.0)
    at = [one for one in fake.times("q") if one > 70.0]  # until then nobody is known to be slow
    assert max(after - before for before, after in pairwise(at)) < 16.0
    assert all(len(fake.times(one)) >= 3 for one in names)


def test_repolls_all_happen_one_after_the_other_even_when_each_takes_longer_than_their_gap() -> None:
    fake = Fake({"pc": 4.0})

    async def suspicion(poller: Poller) -> None:
        await asyncio.sleep(20.0)
        poller.repoll("pc:liveness", (0.5, 1.5, 3.0))

    play([target("pc", interval=3600.0)], {Way.SNMP: fake}, 40.0, meanwhile=suspicion)
    assert fake.times("pc", since=1020.0) == [20.5, 24.5, 28.5]


def test_expedited_and_unknown() -> None:
    fake = Fake({"pc": 1.0})

    async def meanwhile(poller: Poller) -> None:
        await asyncio.sleep(10.0)
        for _ in range(100):  # as when a hundred children suspect their parent
            poller.expedite("pc:liveness")
        poller.expedite("nobody:liveness")

    play([target("pc", interval=3600.0)], {Way.SNMP: fake}, 20.0, meanwhile=meanwhile)
    assert fake.times("pc", since=1009.9) == [10.0, 11.0]


def test_a_walk_that_began_before_something_happened_is_given_up_for_one_that_begins_now() -> None:
    fake = Fake({"printer": 6.0})

    async def meanwhile(poller: Poller) -> None:
        await asyncio.sleep(10.0)
        poller.expedite("printer:telemetry")
        await asyncio.sleep(2.0)
        for _ in range(3):
            poller.expedite("printer:telemetry", afresh=True)
            await asyncio.sleep(0.5)

    told = play([target("printer", kind=Kind.TELEMETRY, interval=3600.0)], {Way.SNMP: fake}, 30.0, meanwhile=meanwhile)
    assert fake.times("printer", since=1009.9) == [10.0, 12.0, 18.0]  # that of 12 is read to the end, for all three
    assert len(told.seen) == 3


def test_what_is_short_is_asked_again_and_not_given_up() -> None:
    fake = Fake({"pc": 1.0})

    async def meanwhile(poller: Poller) -> None:
        await asyncio.sleep(10.0)
        poller.expedite("pc:liveness", afresh=True)
        await asyncio.sleep(0.5)
        poller.expedite("pc:liveness", afresh=True)

    told = play([target("pc", interval=3600.0)], {Way.SNMP: fake}, 20.0, meanwhile=meanwhile)
    assert fake.times("pc", since=1009.9) == [10.0, 11.0]
    assert len(told.seen) == 3


def test_a_collector_that_breaks_is_our_own_fault_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    fake = Fake(broken=["bad"])
    with caplog.at_level(logging.CRITICAL):
        told = play([target("bad"), target("good")], {Way.SNMP: fake}, 30.0)
    outcomes = {(one.device, one.outcome, one.detail) for one in told.seen}
    assert outcomes == {("bad", Outcome.LOCAL, "ZeroDivisionError"), ("good", Outcome.OK, "")}


def test_a_poll_that_ignores_its_deadline_is_cancelled_and_said() -> None:
    fake = Fake({"stuck": 1e9})
    told = play([target("stuck", interval=30.0)], {Way.SNMP: fake}, 400.0)
    assert [one.detail for one in told.seen][:1] == ["gave no answer in 120 s"]
    assert len(fake.calls) >= 2


def test_replace_keeps_places_asks_what_is_new_and_cancels_what_is_gone_or_changed() -> None:
    fake = Fake({"gone": 1e9, "moved": 1e9})
    old = [target("stays"), target("gone"), target("moved", address="old")]

    async def reload(poller: Poller) -> None:
        await asyncio.sleep(25.0)
        fake.seconds = {}
        poller.replace([target("stays"), target("moved", address="new"), target("new")])

    told = play(old, {Way.SNMP: fake}, 60.0, meanwhile=reload)
    stays = fake.times("stays")[1:]
    assert {round(b - a, 1) for a, b in pairwise(stays)} <= {9.9, 10.0, 10.1}
    assert fake.times("gone", since=1025.0) == []
    assert fake.times("new")[0] <= 25.0 + 2.7
    assert [address for time, check, address in fake.calls if check == "moved:liveness" and time >= 1025.0][:1] == [
        "new"
    ]
    assert fake.times("moved", since=1025.0)[0] <= 25.1
    assert {one.device for one in told.seen} == {"stays", "moved", "new"}


def test_what_waits_on_a_full_lane_leaves_it_with_its_target() -> None:
    fake = Fake({"first": 30.0})

    async def reload(poller: Poller) -> None:
        await asyncio.sleep(15.0)
        fake.seconds = {}
        poller.replace([target("first"), target("third", address="new")])

    targets = [target(one) for one in ("first", "second", "third")]
    play(targets, {Way.SNMP: fake}, 60.0, meanwhile=reload, caps={Way.SNMP: 1})
    assert fake.times("second", since=1015.0) == []
    assert {address for time, check, address in fake.calls if check == "third:liveness" and time > 1015.0} == {"new"}


def test_a_way_without_a_collector_is_refused_and_changes_nothing() -> None:
    fake = Fake()

    async def reload(poller: Poller) -> None:
        with pytest.raises(ValueError, match="check web:telemetry: no collector for way http"):
            poller.replace([target("web", kind=Kind.TELEMETRY, way=Way.HTTP)])
        await asyncio.sleep(0)

    play([target("pc")], {Way.SNMP: fake}, 30.0, meanwhile=reload)
    assert len(fake.times("pc")) >= 3


def test_a_short_stop_is_made_up_for_and_a_long_one_is_not(caplog: pytest.LogCaptureFixture) -> None:
    fake = Fake()
    targets = [target(f"d{number}") for number in range(100)]
    told = play(targets, {Way.SNMP: fake}, 40.0, pause=lambda now: 1.5 if 20 <= now < 21 else 0.1)
    assert all(len(fake.times(one.device)) >= 4 for one in targets)
    assert max(told.lateness) > 1.0
    stopped = Fake()
    told = play(targets, {Way.SNMP: stopped}, 240.0, pause=lambda now: 120.0 if 20 <= now < 21 else 0.1)
    assert max(Counter(round(time, 1) for time, _, _ in stopped.calls).values()) <= 30
    assert max(told.lateness) < 0.3
    assert "the poll loop stood still: 11" in caplog.text
