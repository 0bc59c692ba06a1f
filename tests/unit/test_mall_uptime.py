"""Uptime against a second-by-second oracle."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from mppmon.mall.model import Delivery, Span, Transition
from mppmon.mall.uptime import Interval, account, intervals
from tests.unit.mall_samples import at

WORDS = [delivery.value for delivery in Delivery]


def transition(number: int, new: str, second: int, decided: int | None = None) -> Transition:
    decided_at = at(second if decided is None else decided)
    return Transition(f"{number:04}", "ktp@a1", "unknown", new, at(second), decided_at, "", "r1")


def span(first: int, last: int) -> Span:
    return Span(at(first), at(last))


def test_a_day_with_one_fault() -> None:
    found = intervals(
        [transition(1, "delivered", -60), transition(2, "interrupted", 100), transition(3, "delivered", 160)],
        start=at(0),
        end=at(1000),
    )
    assert found == [
        Interval(at(0), at(100), "delivered"),
        Interval(at(100), at(160), "interrupted"),
        Interval(at(160), at(1000), "delivered"),
    ]
    told = account(found, [span(50, 550)])
    assert told.seconds == {"delivered": 440.0, "interrupted": 60.0, "degraded": 0.0, "unknown": 0.0}
    assert (told.service_seconds, told.ratio) == (500.0, 0.88)


def test_unknown_time_is_shown_and_counts_for_nobody() -> None:
    told = account([Interval(at(10), at(20), "interrupted"), Interval(at(20), at(30), "degraded")], [span(0, 40)])
    assert told.seconds == {"delivered": 0.0, "interrupted": 10.0, "degraded": 10.0, "unknown": 20.0}
    assert told.ratio == 0.5


def test_nothing_known_has_no_ratio() -> None:
    assert account([], [span(0, 40)]).ratio is None
    assert account([Interval(at(0), at(9), "delivered")], []).ratio is None
    assert intervals([], start=at(5), end=at(5)) == []


def test_what_was_decided_later_knows_better() -> None:
    found = intervals(
        [transition(1, "interrupted", 50, decided=52), transition(2, "unknown", 30, decided=60)],
        start=at(0),
        end=at(100),
        initial="delivered",
    )
    assert found == [Interval(at(0), at(30), "delivered"), Interval(at(30), at(100), "unknown")]


CHANGES = st.lists(st.tuples(st.sampled_from(WORDS), st.integers(-20, 120), st.integers(0, 30)), max_size=12)
SPANS = st.lists(st.tuples(st.integers(-20, 120), st.integers(-10, 60)), max_size=5)


@given(CHANGES, SPANS, st.sampled_from(WORDS), st.integers(0, 60), st.integers(-5, 60))
def test_every_second_agrees_with_the_oracle(
    changes: list[tuple[str, int, int]], hours: list[tuple[int, int]], initial: str, first: int, length: int
) -> None:
    transitions = [transition(number, new, second, second + lag) for number, (new, second, lag) in enumerate(changes)]
    last = first + length
    found = intervals(reversed(transitions), start=at(first), end=at(last), initial=initial)

    def truth(second: int) -> str:
        heard = [one for one in transitions if one.at <= at(second)]
        if not heard:
            return initial
        latest = max(one.decided_at for one in heard)
        return [one.new for one in heard if one.decided_at == latest][-1]  # of equals, the one recorded last

    seconds = range(first, last)
    assert [truth(second) for second in seconds] == [
        interval.state for second in seconds for interval in found if interval.start <= at(second) < interval.end
    ]
    assert sum((one.end - one.start for one in found), timedelta()) == timedelta(seconds=max(0, length))
    assert all(one.end == two.start and one.state != two.state for one, two in pairwise(found))

    spans = [span(begin, begin + lasting) for begin, lasting in hours]
    told = account(found, spans)
    counted = dict.fromkeys(WORDS, 0)
    for second in range(-40, 200):
        if any(one.start <= at(second) < one.end for one in spans):
            counted[truth(second) if second in seconds else "unknown"] += 1
    assert told.seconds == counted
    assert told.service_seconds == sum(counted.values())
    known = told.service_seconds - counted["unknown"]
    assert told.ratio == ((counted["delivered"] + counted["degraded"]) / known if known else None)
