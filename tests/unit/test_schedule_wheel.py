"""The wheel: every check once per interval, spread, steady; the first round soon and without a storm."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mppmon.schedule import Wheel

THOUSAND = [f"device-{number}:liveness" for number in range(1000)]


def filled(checks: list[str] = THOUSAND, interval: float = 10.0) -> Wheel:
    wheel = Wheel()
    for check in checks:
        wheel.add(check, interval)
    return wheel


def test_each_check_comes_once_per_interval_and_keeps_its_place() -> None:
    first, second = filled(), filled(THOUSAND[::-1])
    rounds = [first.due(slot) for slot in range(200)]
    assert Counter(check for due in rounds[:100] for check in due) == Counter(THOUSAND)
    assert rounds[:100] == rounds[100:]
    assert [sorted(due) for due in rounds[:100]] == [sorted(second.due(slot)) for slot in range(100)]


def test_checks_are_spread_over_their_interval() -> None:
    wheel = filled()
    assert max(len(wheel.due(slot)) for slot in range(100)) <= 30  # 10 on average


def test_after_a_restart_all_are_seen_soon_and_nothing_at_once() -> None:
    wheel = filled()
    for check in THOUSAND:
        wheel.soon(check, after=12_345, within=2.5)
    rounds = [wheel.due(12_345 + slot) for slot in range(1, 26)]
    assert {check for due in rounds for check in due} == set(THOUSAND)
    assert max(map(len, rounds)) <= 80  # 40 on average
    assert Counter(check for due in rounds for check in due).most_common(1)[0][1] == 1


def test_removed_and_moved() -> None:
    wheel = Wheel()
    wheel.add("a", 1.0, offset=3)
    wheel.add("a", 2.0, offset=3)
    wheel.add("b", 1.0, offset=3)
    wheel.soon("b", after=3, within=0.1)
    wheel.remove("b")
    wheel.remove("b")
    assert ("a" in wheel, "b" in wheel, len(wheel)) == (True, False, 1)
    assert [slot for slot in range(40) if wheel.due(slot)] == [3, 23]


def test_an_interval_shorter_than_a_slot_is_one_slot() -> None:
    wheel = Wheel(tick=0.5)
    wheel.add("a", 0.01)
    assert [wheel.due(slot) for slot in range(2)] == [["a"], ["a"]]
    assert wheel.slot(1.26) == 2


def test_a_tick_of_no_length_is_refused() -> None:
    with pytest.raises(ValueError, match="tick 0"):
        Wheel(tick=0)


CHECKS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 11)), max_size=8)


@given(CHECKS, st.integers(0, 30), st.integers(0, 30), st.integers(1, 9))
def test_releases_agree_with_plain_arithmetic(
    checks: list[tuple[int, int]], start: int, length: int, window: int
) -> None:
    wheel, other = Wheel(), Wheel()
    for number, (period, offset) in enumerate(checks):
        for one in (wheel, other):
            one.add(str(number), period / 10, offset=offset)
            one.soon(str(number), after=start, within=window / 10)
    slots = range(start + 1, start + 1 + length)
    released = [(slot, check) for slot in slots for check in wheel.due(slot)]
    regular = {
        (slot, str(number))
        for slot in slots
        for number, (period, offset) in enumerate(checks)
        if slot % period == offset % period
    }
    assert len(set(released)) == len(released)
    assert regular <= set(released)
    for extra in set(released) - regular:
        assert start < extra[0] <= start + window
        assert not any((slot, extra[1]) in regular for slot in range(start + 1, start + window + 1))
    for number in range(len(checks)):
        in_window = [slot for slot, check in released if check == str(number) and slot <= start + window]
        assert length < window or in_window
    assert other.skip(slots.start, slots.stop - 1) == len(regular)
    after = range(slots.stop, slots.stop + 12)
    plainly, late = [wheel.due(slot) for slot in after], [other.due(slot) for slot in after]
    assert all(set(some) <= set(more) for some, more in zip(plainly, late, strict=True))
    firsts = {check for _, check in set(released) - regular}
    assert firsts <= set(late[0])  # a first release is never left out


def test_many_first_releases_that_were_late_come_a_few_at_a_time() -> None:
    wheel = Wheel()
    for number in range(1000):
        wheel.add(str(number), 3600.0)
        wheel.soon(str(number), after=0, within=1.0)
    wheel.skip(1, 50)
    found = [len(wheel.due(slot)) for slot in range(51, 80)]
    assert max(found) <= 55  # 50, and those of the same slot whose own place it is
    assert sum(found) >= 1000
