"""One device: suspicion, confirmation, verdicts, late observations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mppmon.mall.health import Reach, Step, afresh, down, function, observe, unknown
from mppmon.mall.model import State
from tests.unit.mall_samples import START, at

NEW = Reach(State.UNKNOWN, START)


def fail(reach: Reach, second: float, needed: int = 4) -> Step:
    return observe(reach, reached=False, at=at(second), needed=needed)


def answer(reach: Reach, second: float) -> Step:
    return observe(reach, reached=True, at=at(second), needed=4)


def test_first_failure_is_a_suspicion_and_only_the_last_repoll_confirms() -> None:
    reach = answer(NEW, 0).reach
    said = []
    for second in (10.0, 10.5, 11.5, 13.0, 20.0):
        step = fail(reach, second)
        reach = step.reach
        said.append((step.suspicion, step.confirmed, reach.state))
    assert said == [
        (True, False, State.UP),
        (False, False, State.UP),
        (False, False, State.UP),
        (False, True, State.UP),
        (False, True, State.UP),  # said again until a verdict is applied
    ]
    assert reach.suspected
    gone = down(reach, at=at(20))
    assert (gone.state, gone.since, gone.suspected) == (State.DOWN, at(10), False)
    assert fail(gone, 30).confirmed is False


def test_an_answer_takes_it_up_at_once_and_wipes_the_suspicion() -> None:
    reach = answer(NEW, 0).reach
    step = answer(fail(reach, 10).reach, 10.5)
    assert (step.recovered, step.answered) == (False, State.UP)
    assert step.reach == Reach(State.UP, at(0), last_answered_at=at(10.5), last_seen_at=at(10.5))
    gone = down(fail(reach, 10, needed=1).reach, at=at(10))
    back = answer(gone, 60)
    assert (back.recovered, back.reach.state, back.reach.since) == (True, State.UP, at(60))


def test_what_was_down_is_up_after_enough_answers_in_a_row_since_the_first_of_them() -> None:
    gone = down(fail(NEW, 10, needed=1).reach, at=at(10))
    once = observe(gone, reached=True, at=at(60), needed=4, recover=3, asked=at(59))
    assert (once.recovered, once.recovering, once.answered, once.reach.state) == (False, True, State.UP, State.DOWN)
    failed = observe(once.reach, reached=False, at=at(61), needed=4, recover=3)
    assert (failed.reach.state, failed.reach.since, failed.suspicion, failed.confirmed) == (
        State.DOWN,
        at(10),
        False,
        False,
    )
    reach, said = failed.reach, []
    for second in (70.0, 70.5, 71.0):
        step = observe(reach, reached=True, at=at(second), needed=4, recover=3)
        reach = step.reach
        said.append((step.recovering, step.recovered, reach.state))
    assert said == [(True, False, State.DOWN), (False, False, State.DOWN), (False, True, State.UP)]
    assert (reach.since, reach.failures, reach.answers) == (at(70), 0, 0)


def test_what_was_unknown_is_up_at_its_first_answer() -> None:
    hidden = unknown(fail(NEW, 10, needed=1).reach, at=at(10))
    assert observe(hidden, reached=True, at=at(60), needed=4, recover=3).recovered


def test_our_own_fault_and_a_late_answer_change_nothing() -> None:
    reach = fail(answer(NEW, 0).reach, 10).reach
    assert observe(reach, reached=None, at=at(11), needed=4) == Step(reach)
    assert observe(reach, reached=True, at=at(9), needed=4) == Step(reach)


def test_unknown_behind_a_parent_starts_afresh_when_the_parent_is_back() -> None:
    reach = answer(NEW, 0).reach
    for second in (10.0, 10.5, 11.5, 13.0):
        reach = fail(reach, second).reach
    hidden = unknown(reach, at=at(13))
    assert (hidden.state, hidden.since) == (State.UNKNOWN, at(10))
    assert fail(hidden, 20).suspicion is False  # no re-polls for what is explained
    again = afresh(hidden)
    steps = [fail(again, 60)]
    for second in (60.5, 61.5, 63.0):
        steps.append(fail(steps[-1].reach, second))
    assert [step.suspicion for step in steps] == [True, False, False, False]
    assert [step.confirmed for step in steps] == [False, False, False, True]
    assert down(steps[-1].reach, at=at(63)).since == at(60)


def test_afresh_leaves_alone_what_is_not_unknown() -> None:
    gone = down(fail(NEW, 1).reach, at=at(1))
    assert afresh(gone) is gone


def test_own_blindness_without_failures_counts_from_its_instant() -> None:
    reach = answer(NEW, 0).reach
    assert unknown(reach, at=at(7)).since == at(7)
    assert unknown(unknown(reach, at=at(7)), at=at(9)).since == at(7)


@pytest.mark.parametrize(
    ("reach", "blocked", "wanted"),
    [
        (State.UP, False, State.UP),
        (State.UP, True, State.DOWN),
        (State.DOWN, True, State.DOWN),
        (State.UNKNOWN, True, State.UNKNOWN),
        (State.UNKNOWN, False, State.UNKNOWN),
    ],
)
def test_function(reach: State, blocked: bool, wanted: State) -> None:  # noqa: FBT001  # a table's column
    assert function(reach, blocked) is wanted


EVENTS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([True, False, None, "down", "unknown", "afresh"])), max_size=40
)


@given(EVENTS, st.integers(1, 5), st.integers(1, 4))
def test_whatever_happens_the_record_stays_whole(
    events: list[tuple[int, bool | str | None]], needed: int, recover: int
) -> None:
    """States begin in order, failures and their instants agree, and only a verdict takes a device down."""
    reach, seen = NEW, START
    for second, event in events:
        before, now = reach, max(seen, at(second))
        if event == "down":
            reach = down(reach, at=now)
        elif event == "unknown":
            reach = unknown(reach, at=now)
        elif event == "afresh":
            reach = afresh(reach)
        else:
            assert not isinstance(event, str)
            step = observe(reach, reached=event, at=at(second), needed=needed, recover=recover)
            reach = step.reach
            if step.answered is State.UP and before.state is State.DOWN:
                assert step.recovered == (before.answers + 1 >= recover)
            assert step.recovered == (reach.state is State.UP and before.state is not State.UP)
            assert reach.state in {before.state, State.UP}
            assert not (step.suspicion and before.failures)
            assert step.confirmed == (
                step.answered is State.DOWN and before.state is not State.DOWN and before.failures + 1 >= needed
            )
        assert reach.since >= before.since
        assert (reach.answers == 0) == (reach.answered_at is None)
        assert reach.answers < recover
        assert reach.state is State.DOWN or not reach.answers
        assert (reach.failures == 0) == (reach.first_failed_at is None)
        assert (reach.confirmed_at is not None) == (reach.failures >= needed)
        if reach.last_seen_at is not None:
            seen = max(seen, reach.last_seen_at)
