"""The judge of the fault rows is judged: an honest history passes, one that is bent in any way does not."""

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from alerts.channels.base import Reason
from tests.faults.oracle import Judgement, Life, Owed, judge
from tests.faults.provider import Receipt

LIFE = 10.0
"""Seconds a daemon lives in these histories."""


def receipt(key: str, at: float) -> Receipt:
    return Receipt(at=at, key=key, to="ani@mall.test", text=f"text of {key}", way="mail")


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Owed], list[Receipt], list[Life]]:
    """Lives that end by kill or stop; messages one after the other, the last one of a killed life perhaps repeated."""
    killed = draw(st.lists(st.booleans(), max_size=6))
    lives = [Life(0.0), *(Life(LIFE * place, one) for place, one in enumerate(killed, 1))]
    owed: list[Owed] = []
    receipts: list[Receipt] = []
    for life in lives:
        at = life.at + 1.0
        if life.killed and receipts and draw(st.booleans()):
            receipts.append(receipt(receipts[-1].key, at))
        for _ in range(draw(st.integers(0, 3))):
            at += 1.0
            key = f"k{len(owed)}"
            owed.append(Owed(key, f"incident {draw(st.integers(0, 2))}", "sent"))
            receipts.append(receipt(key, at))
    return owed, receipts, lives


@given(histories())
def test_an_honest_history_passes_and_every_kill_is_counted(
    history: tuple[list[Owed], list[Receipt], list[Life]],
) -> None:
    owed, receipts, lives = history
    found = judge(owed, receipts, lives)
    assert found.ok
    assert found.kills == sum(one.killed for one in lives)
    assert found.repeats == len(receipts) - len(owed) <= found.kills


@given(histories(), st.data())
def test_a_message_that_never_arrived_is_lost_whatever_the_database_says(
    history: tuple[list[Owed], list[Receipt], list[Life]], data: st.DataObject
) -> None:
    owed, receipts, lives = history
    assume(owed)
    gone = data.draw(st.sampled_from(owed))
    status = data.draw(st.sampled_from(["sent", "leased", "pending"]))
    bent = [replace(one, status=status) if one == gone else one for one in owed]
    found = judge(bent, [one for one in receipts if one.key != gone.key], lives)
    assert (found.lost, found.ok) == (1, False)


@given(histories(), st.data())
def test_a_second_repeat_after_one_kill_is_seen_though_the_total_would_allow_it(
    history: tuple[list[Owed], list[Receipt], list[Life]], data: st.DataObject
) -> None:
    owed, receipts, lives = history
    assume(receipts)
    twice = data.draw(st.sampled_from(receipts))
    more = [*receipts, *(replace(twice, at=twice.at + step) for step in (0.1, 0.2))]
    more.sort(key=lambda one: one.at)
    spare = [Life(lives[-1].at + LIFE * place, killed=True) for place in range(1, 9)]  # kills without a repeat
    found = judge(owed, more, [*lives, *spare])
    assert found.repeats <= found.kills
    assert not found.ok


@given(histories())
def test_a_repeat_that_no_kill_explains_is_seen(history: tuple[list[Owed], list[Receipt], list[Life]]) -> None:
    owed, receipts, lives = history
    assume(receipts)
    calm = Life(lives[-1].at + LIFE)  # stopped as it should be, started again
    again = replace(receipts[-1], at=calm.at + 5.0)
    found = judge(owed, [*receipts, again], [*lives, calm])
    assert (found.uncalled, found.ok) == (1, False)


@given(histories(), st.data())
def test_the_second_word_of_an_incident_before_the_first_is_seen(
    history: tuple[list[Owed], list[Receipt], list[Life]], data: st.DataObject
) -> None:
    owed, receipts, lives = history
    assume(len(owed) > 1)
    first = data.draw(st.integers(0, len(owed) - 2))
    bent = [replace(one, incident="one") for one in owed]
    swapped = {owed[first].key: owed[first + 1].key, owed[first + 1].key: owed[first].key}
    found = judge(bent, [replace(one, key=swapped.get(one.key, one.key)) for one in receipts], lives)
    assert (found.disorder, found.ok) == (1, False)


def test_what_another_message_said_is_not_owed_but_what_was_given_up_is() -> None:
    dead = [Owed("a", "i", "dead", Reason.SUMMARISED), Owed("b", "i", "dead", Reason.REFUSED)]
    assert judge(dead, [], [Life(0.0)]) == Judgement(lost=1)


def test_the_last_word_of_the_killed_one_is_not_held_against_its_successor() -> None:
    lives = [Life(0.0), Life(10.0, killed=True), Life(20.0, killed=True)]
    receipts = [receipt("a", 5.0), receipt("a", 12.0), receipt("a", 20.05)]  # the last was on its way
    assert not judge([Owed("a", "i", "sent")], receipts, lives).ok
    assert judge([Owed("a", "i", "sent")], [*receipts[:2], receipt("a", 20.2)], lives).ok
