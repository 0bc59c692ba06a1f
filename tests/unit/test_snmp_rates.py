"""Utilisation between two polls: wraps and resets told apart, never a spike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import rates
from collectors.snmp.decode import Row

GIGABIT = 125_000_000  # octets a second


def between(old: Row, new: Row, *, seconds: float = 60.0, uptimes: tuple[int, int] = (1000, 7000)) -> dict[str, float]:
    before = rates.reading(1000.0, uptimes[0], {"7": old})
    now = rates.reading(1000.0 + seconds, uptimes[1], {"7": new})
    found = rates.samples(before, now, {"7": new})
    return {metric.removeprefix("mppmon_interface_"): value for (metric, _), value in found}


def wide(octets: int) -> Row:
    return {"receive64": octets, "megabits": 1000}


def narrow(octets: int, bits: int = 100_000_000) -> Row:
    return {"transmit32": octets, "bits": bits}


def test_a_busy_interface() -> None:
    assert between(wide(0), wide(GIGABIT * 30)) == {"receive_ratio": 0.5}
    assert between(narrow(5), narrow(5)) == {"transmit_ratio": 0.0}


def test_32_bits_may_wrap_and_64_bits_were_reset() -> None:
    assert between(narrow(2**32 - 12_500_000), narrow(12_500_000)) == {
        "transmit_ratio": pytest.approx(25_000_000 / (12_500_000 * 60), abs=1e-6)
    }
    assert between(wide(2**64 - 1), wide(100)) == {}


def test_a_reset_is_no_wrap() -> None:
    assert between(narrow(2**32 - 100), narrow(100), uptimes=(9_000_000, 500)) == {}
    assert between(narrow(4_000), narrow(3_000)) == {}  # as a wrap it would be more than the line carries


@pytest.mark.parametrize(
    ("before", "now", "seconds", "told"),
    [
        (1000, 7000, 60.0, True),
        (9_000_000, 500, 60.0, False),
        (10_000, 20_000, 700.0, False),  # 100 s up, then off, then 200 s up: it only looks as if it had gone on
        (2**32 - 1000, 5000, 60.0, True),  # the end of 497 days
        (2**32 - 1000, 5000, 600.0, False),
        (8_640_000, 8_640_060, 60.0, None),  # counts seconds
        (500, 500, 60.0, None),  # stands still
        (0, 6000, 60.0, None),
        (6000, 0, 60.0, None),
    ],
)
def test_whether_an_agent_went_on(before: int, now: int, seconds: float, told: bool | None) -> None:  # noqa: FBT001  # a table
    assert rates.continued(before, now, seconds) is told


def test_after_a_restart_no_counter_tells_anything() -> None:
    uptimes = (10_000, 20_000)
    assert between(narrow(4_000), narrow(3_000), seconds=700.0, uptimes=uptimes) == {}
    assert between(wide(100), wide(GIGABIT), seconds=700.0, uptimes=uptimes) == {}


def test_what_was_counted_while_our_computer_slept_is_no_spike() -> None:
    """The agent says that an hour passed, our clock says one minute."""
    assert between(wide(0), wide(GIGABIT * 45), seconds=60.0, uptimes=(8_640_000, 9_000_000)) == {}


def test_a_wrap_is_not_believed_of_an_agent_without_an_uptime() -> None:
    assert between(narrow(2**32 - 100), narrow(100), uptimes=(0, 0)) == {}
    assert between(wide(0), wide(GIGABIT * 30), uptimes=(0, 0)) == {"receive_ratio": 0.5}


def test_what_does_not_fit_the_speed_is_absent() -> None:
    assert between(wide(0), wide(GIGABIT * 100)) == {}
    assert between({"receive64": 0}, {"receive64": 9}) == {}
    assert between(narrow(0, bits=2**32 - 1), narrow(9, bits=2**32 - 1)) == {}


@pytest.mark.parametrize("seconds", [0.0, 0.5, -5.0, 901.0])
def test_only_over_a_sensible_time(seconds: float) -> None:
    assert between(wide(0), wide(1), seconds=seconds) == {}


def test_the_first_poll_and_a_new_port_tell_nothing() -> None:
    assert list(rates.samples(None, rates.reading(1.0, 1, {"7": wide(1)}), {"7": wide(1)})) == []
    before = rates.reading(1.0, 1, {"8": wide(1)})
    assert list(rates.samples(before, rates.reading(61.0, 1, {"7": wide(1)}), {"7": wide(1)})) == []


@given(st.integers(-5, 2**64), st.integers(-5, 2**64), st.integers(0, 2**32), st.integers(0, 2**32), st.booleans())
def test_no_ratio_is_ever_below_nothing_or_above_full(old: int, new: int, before: int, after: int, fits: bool) -> None:  # noqa: FBT001  # drawn
    first: Row = {"receive64": old, "transmit32": before, "megabits": 1000 if fits else 10}
    second: Row = {"receive64": new, "transmit32": after, "megabits": 1000 if fits else 10}
    assert all(0.0 <= value <= 1.0 for value in between(first, second).values())
