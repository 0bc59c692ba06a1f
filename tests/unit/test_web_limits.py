"""How many connections the web takes."""

import pytest

from mppmon.web.limits import Gate, Limits


@pytest.mark.parametrize(("descriptors", "taken"), [(-1, 200), (100_000, 200), (1_024, 200), (96, 32), (2, 0)])
def test_visitors_leave_two_thirds_of_the_descriptors_to_polling_and_paging(descriptors: int, taken: int) -> None:
    gate = Gate(Limits(), descriptors=lambda: descriptors)

    def took() -> bool:
        return gate.slots(None).take()

    assert sum(took() for _ in range(300)) == taken


def test_a_limit_that_is_lowered_while_at_work_holds_for_the_next_visitor() -> None:
    allowed = 1_024
    gate = Gate(Limits(), descriptors=lambda: allowed)
    for _ in range(40):
        assert gate.slots(None).take()
    allowed = 96
    assert not gate.slots(None).take()
    for _ in range(9):
        gate.tcp.give_back()
    assert gate.slots(None).take()
    assert not gate.slots(None).take()


def test_the_command_line_is_let_in_all_the_same() -> None:
    gate = Gate(Limits(), keepers={0}, descriptors=lambda: 3)
    assert gate.slots(None).take()
    assert not gate.slots(None).take()
    assert gate.slots(0).take()
