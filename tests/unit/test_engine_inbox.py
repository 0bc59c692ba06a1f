"""Who answers by a channel: by the person's own number, also where several share a group."""

import pytest

from alerts.inbox import Reply
from alerts.model import Person
from mppmon.engine.outbox import who_answers

ANI = Person("ani", "Ani", addresses={"telegram": "-100/1"})
BUDI = Person("budi", "Budi", addresses={"telegram": "-100/2"})
CITRA = Person("citra", "Citra", addresses={"telegram": "3", "other": "1"})


def reply(address: str, sender: str) -> Reply:
    return Reply("telegram", address, "ack", 1, "7", "", sender)


@pytest.mark.parametrize(
    ("address", "sender", "who"),
    [
        ("-100", "1", ANI),
        ("-100", "2", BUDI),
        ("-100", "9", None),
        ("1", "1", ANI),
        ("-100", "3", CITRA),
        ("3", "3", CITRA),
        ("3", "", CITRA),
        ("9", "9", None),
    ],
)
def test_people_who_share_a_group_are_told_apart(address: str, sender: str, who: Person | None) -> None:
    assert who_answers(reply(address, sender), [ANI, BUDI, CITRA]) == who


def test_a_chat_that_is_one_persons_alone_speaks_for_that_person() -> None:
    alone = Person("dewi", "Dewi", addresses={"telegram": "-200"})
    assert who_answers(reply("-200", "77"), [alone, CITRA]) == alone
