"""Escalation as stories: minutes pass, somebody is told, somebody takes it, or nobody does."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.escalation import acknowledge, escalate, finish, forward, pass_on
from alerts.message import key
from alerts.model import NoticeKind, Page, PageStatus, Policy, Step

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
DUTY = {"it": ("sari",), "vendor": ("tono",), "night": ()}


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def policy(*steps: tuple[str, float], repeat: int = 1, fallback: tuple[str, ...] = ()) -> Policy:
    found = tuple(Step(tuple(targets.split()), minutes(wait)) for targets, wait in steps)
    return Policy("main", found, repeat, fallback)


def page() -> Page:
    return Page("p1", "i1", "main", PageStatus.PAGING, step=0, next_at=START)


def play(
    plan: Policy, last: int, *, duty: Mapping[str, Sequence[str]] = DUTY, begin: Page | None = None
) -> tuple[list[str], Page]:
    """Let each minute pass; return who was told when."""
    now, told = begin or page(), []
    for minute in range(last + 1):
        now, tells = escalate(plan, now, on_call=duty, now=START + minutes(minute))
        told += [f"{minute}: {' '.join(tell.persons)}" for tell in tells]
    return told, now


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (policy(("roster:it", 5), ("person:budi", 10)), ["0: sari", "5: budi"]),
        (policy(("roster:it", 5), ("person:budi", 10), repeat=2), ["0: sari", "5: budi", "15: sari", "20: budi"]),
        (policy(("roster:it person:budi", 5), ("roster:vendor", 5)), ["0: sari budi", "5: tono"]),
        # who was told in this round is not told again, unless the step has nobody new
        (policy(("roster:it", 5), ("roster:it person:budi", 5)), ["0: sari", "5: budi"]),
        (policy(("roster:it", 5), ("person:sari", 5)), ["0: sari", "5: sari"]),
        (policy(("person:sari person:sari roster:it", 5)), ["0: sari"]),
        # nobody on duty: the fallback; without one the next step does not wait for nobody
        (policy(("roster:night", 5), fallback=("kepala",)), ["0: kepala"]),
        (policy(("roster:gone", 5), ("roster:it", 5), fallback=("kepala",)), ["0: kepala", "5: sari"]),
        (policy(("roster:night", 5), ("roster:it", 5)), ["0: sari"]),
        (policy(("roster:night", 5), repeat=3), []),
    ],
)
def test_who_is_told_when(plan: Policy, told: list[str]) -> None:
    happened, end = play(plan, 60)
    assert happened == told
    assert (end.status, end.next_at) == (PageStatus.PAGING, None)  # it rests, still unanswered


def test_acknowledged_at_four_minutes_nobody_else_is_told() -> None:
    plan = policy(("roster:it", 5), ("person:budi", 10), repeat=3)
    told, after = play(plan, 4)
    quiet, end = play(plan, 60, begin=acknowledge(after, now=START + minutes(4)))
    assert (told, quiet, end.status) == (["0: sari"], [], PageStatus.ACKNOWLEDGED)


def test_passed_on_the_next_step_is_told_at_once_also_after_an_acknowledgement() -> None:
    plan = policy(("roster:it", 5), ("person:budi", 10))
    _, after = play(plan, 1)
    for begin in (after, acknowledge(after, now=START)):
        passed, tells = escalate(plan, forward(begin, now=START + minutes(2)), on_call=DUTY, now=START + minutes(2))
        assert [tell.persons for tell in tells] == [("budi",)]
        assert passed.status is PageStatus.PAGING


def test_passed_on_at_rest_the_policy_is_walked_once_more() -> None:
    plan = policy(("roster:it", 5), ("person:budi", 5))
    _, rested = play(plan, 30)
    told, end = play(plan, 30, begin=forward(rested, now=START))
    assert told == ["0: sari", "5: budi"]
    assert end.next_at is None


@pytest.mark.parametrize(
    ("plan", "minute", "but", "called"),
    [
        (policy(("roster:it", 5), ("person:budi", 10)), 1, {"sari"}, ["budi"]),
        # after the last step it begins anew, without who was called by it
        (policy(("roster:it", 5), ("person:budi", 10)), 6, {"budi"}, ["sari"]),
        (policy(("roster:it", 5), ("person:budi", 10), ("person:citra", 10)), 6, {"budi"}, ["citra"]),
        # rather somebody who does not know yet than the next step's
        (policy(("roster:it", 5), ("person:sari", 5), ("person:budi", 5)), 1, {"tono"}, ["budi"]),
        (policy(("roster:it", 5), ("roster:night", 5), fallback=("kepala",)), 1, {"sari"}, ["kepala"]),
        (policy(("roster:it", 5), fallback=("kepala",)), 1, {"sari"}, ["kepala"]),
        # by somebody who was not called, with nobody new: who is called already is called once more
        (policy(("roster:it", 5)), 1, {"admin"}, ["sari"]),
        (policy(("roster:it", 5)), 1, {"sari"}, []),
        (policy(("roster:night", 5)), 1, {"sari"}, []),
    ],
)
def test_it_is_passed_on_to_somebody_else(plan: Policy, minute: int, but: set[str], called: list[str]) -> None:
    _, begin = play(plan, minute)
    now = START + minutes(minute)
    passed, tells = pass_on(plan, begin, on_call=DUTY, but=but, now=now)
    assert [person for tell in tells for person in tell.persons] == called
    assert (passed == begin) is not bool(called)
    assert not called or passed.next_at is None or passed.next_at > now


def test_a_page_that_is_done_stays_done() -> None:
    done = finish(page(), now=START)
    assert done.status is PageStatus.DONE
    assert acknowledge(done, now=START) == forward(done, now=START) == done
    assert pass_on(policy(("roster:it", 5)), done, on_call=DUTY, but=(), now=START) == (done, [])
    assert play(policy(("roster:it", 5)), 10, begin=done)[0] == []


def test_a_shift_that_changed_meanwhile_is_respected() -> None:
    plan = policy(("roster:it", 5), repeat=2)
    _, after = play(plan, 4)
    told, end = play(plan, 5, begin=after, duty={"it": ("budi",)})
    assert told == ["5: budi"]
    assert end.told == ("sari", "budi")  # both hear when it is over


def test_a_new_round_tells_everybody_of_its_step_again() -> None:
    plan = policy(("roster:it person:kepala", 5), repeat=2)
    _, after = play(plan, 4)
    told, _ = play(plan, 5, begin=after, duty={"it": ("budi",)})
    assert told == ["5: budi kepala"]


def test_the_daemon_was_away_the_step_runs_once_and_the_next_waits_its_full_time() -> None:
    plan = policy(("roster:it", 5), ("person:budi", 10), ("person:kepala", 10))
    late = START + minutes(120)
    after, tells = escalate(plan, page(), on_call=DUTY, now=late)
    assert [tell.persons for tell in tells] == [("sari",)]
    assert after.next_at == late + minutes(5)


def test_a_reload_that_shortened_the_policy_does_not_lose_the_page() -> None:
    orphan = replace(page(), step=3)
    after, tells = escalate(policy(("roster:it", 5), repeat=2), orphan, on_call=DUTY, now=START)
    assert [tell.persons for tell in tells] == [("sari",)]
    assert after.step == 0


@given(
    steps=st.lists(st.tuples(st.lists(st.sampled_from("abcd"), max_size=3), st.integers(0, 5)), min_size=1, max_size=4),
    repeat=st.integers(1, 4),
    fallback=st.lists(st.sampled_from("xy"), max_size=2, unique=True),
)
def test_every_policy_comes_to_rest_and_no_two_notifications_share_a_key(
    steps: list[tuple[list[str], int]], repeat: int, fallback: list[str]
) -> None:
    plan = Policy(
        "main",
        tuple(Step(tuple(f"person:{one}" for one in who), minutes(wait)) for who, wait in steps),
        repeat,
        tuple(fallback),
    )
    now, at = page(), START
    keys: list[str] = []
    told: list[str] = []
    for _ in range(len(steps) * repeat + 1):
        now, tells = escalate(plan, now, on_call={}, now=at)
        for tell in tells:
            assert tell.persons
            assert len(set(tell.persons)) == len(tell.persons)
            told.extend(tell.persons)
            keys += [key("p1", tell.step, one, "mail", NoticeKind.PAGE, tell.sequence) for one in tell.persons]
        at = now.next_at or at
    assert now.next_at is None
    assert len(set(keys)) == len(keys)
    assert now.told == tuple(dict.fromkeys(told))
    if fallback or any(who for who, _ in steps):
        assert told
