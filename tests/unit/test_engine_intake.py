"""The queue before the engine: what is kept, what may be replaced, what wakes it."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest

from collectors.observation import Observation, Outcome
from mppmon.engine.intake import Intake

AT = datetime(2026, 11, 23, tzinfo=UTC)


def seen(check: str, number: int, outcome: Outcome = Outcome.OK) -> Observation:
    return Observation(check, check, outcome, AT + timedelta(seconds=number), 0.0)


def test_below_its_bound_everything_is_kept_in_order() -> None:
    intake = Intake(bound=10)
    for number in range(10):
        intake.observe(seen("a", number))
    intake.tick()
    *found, tick = intake.take()
    assert [one.at.second for one in found if isinstance(one, Observation)] == list(range(10))
    assert tick is None
    assert intake.replaced == 0


def test_above_it_the_newest_of_each_check_stays_and_so_does_every_one_that_disagrees() -> None:
    intake = Intake(bound=4)
    for number in range(4):
        intake.observe(seen(f"check-{number}", 0))
    intake.observe(seen("check-1", 1))
    intake.observe(seen("check-1", 2))
    intake.observe(seen("check-2", 3, Outcome.TIMEOUT))
    intake.observe(seen("check-2", 4, Outcome.TIMEOUT))
    intake.observe(seen("check-2", 5))
    found = [(one.check, one.at.second, one.outcome) for one in intake.take() if isinstance(one, Observation)]
    assert found == [
        ("check-0", 0, Outcome.OK),
        ("check-1", 2, Outcome.OK),
        ("check-2", 0, Outcome.OK),
        ("check-3", 0, Outcome.OK),
        ("check-2", 4, Outcome.TIMEOUT),
        ("check-2", 5, Outcome.OK),
    ]
    assert intake.replaced == 3


def test_calls_are_never_dropped() -> None:
    intake = Intake(bound=1)
    done: list[int] = []
    for number in range(50):
        intake.call(lambda number=number: done.append(number))  # type: ignore[misc]  # binds the number now
    for one in intake.take():
        assert callable(one)
        one()
    assert done == list(range(50))


def test_ticks_behind_a_slow_commit_count_as_one() -> None:
    intake = Intake()
    for _ in range(5):
        intake.tick()
    assert intake.take() == [None]
    intake.tick()
    assert intake.take() == [None]


@pytest.mark.parametrize("wakes", ["bad news", "tick", "call"])
def test_good_news_waits_for_what_wakes(wakes: str) -> None:
    intake = Intake()
    taken: list[int] = []
    engine = Thread(target=lambda: taken.append(len(intake.take())))
    engine.start()
    intake.observe(seen("a", 1))
    assert (taken, len(intake)) == ([], 1)
    match wakes:
        case "bad news":
            intake.observe(seen("b", 2, Outcome.TIMEOUT))
        case "tick":
            intake.tick()
        case _:
            intake.call(lambda: None)
    engine.join()
    assert taken == [2]
