"""How far two histories are apart, against a walk second by second."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mppmon.demo.ledger import apart
from mppmon.demo.simulator.truth import Interval

BEGIN = datetime(2026, 11, 23, tzinfo=UTC)
STEP = timedelta(seconds=2)
HISTORY = st.lists(st.sampled_from(["delivered", "interrupted", "unknown"]), min_size=1, max_size=30)


def rows(states: list[str]) -> list[Interval]:
    return [Interval(BEGIN + place * STEP, BEGIN + (place + 1) * STEP, one) for place, one in enumerate(states)]


def walked(some: list[str], others: list[str]) -> timedelta:
    """In half steps: an instant in the middle of a long gap is the farthest."""
    fine = [place + half for place in range(len(others)) for half in (0.0, 0.5, 1.0) if others[place]]
    worst = timedelta()
    for place, state in enumerate(some):
        near = {
            at
            for at in fine
            for n in (int(at), int(at) - 1)
            if 0 <= n < len(others) and n <= at <= n + 1 and others[n] == state
        }
        for half in (0.0, 0.5, 1.0):
            if not near:
                return timedelta.max
            worst = max(worst, min(abs(place + half - at) for at in near) * STEP)
    return worst


@given(HISTORY, HISTORY)
def test_it_is_the_largest_distance_to_the_same_state(some: list[str], others: list[str]) -> None:
    assert apart(rows(some), rows(others)) == walked(some, others)


def test_an_edge_that_is_off_is_off_by_so_much() -> None:
    early = [Interval(BEGIN, BEGIN + 4 * STEP, "up"), Interval(BEGIN + 4 * STEP, BEGIN + 9 * STEP, "down")]
    late = [Interval(BEGIN, BEGIN + 5 * STEP, "up"), Interval(BEGIN + 5 * STEP, BEGIN + 9 * STEP, "down")]
    assert apart(early, late) == apart(late, early) == STEP
