"""Whatever is asked first: one root cause is one incident in the end, and the record says the same."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.model import IncidentStatus
from mppmon.mall.model import Device, DeviceKind, State
from tests.stories.mind import EVERY, Mind, plain, round_of

TREE = ("router", "switch", "pc-1", "pc-2", "pc-3")


def thing(name: str, *parents: str, kind: DeviceKind = DeviceKind.SWITCH) -> Device:
    return Device(name, kind, name, parents=parents, address="127.0.0.1")


def small_tree() -> list[Device]:
    pcs = [thing(one, "switch", kind=DeviceKind.PC) for one in TREE[2:]]
    return [thing("router"), thing("switch", "router"), *pcs]


@pytest.mark.parametrize("apart", [0.1, 1.0, 2.0])
@pytest.mark.parametrize("broken", ["switch", "router"])
def test_switch_router_and_children_in_every_order_of_polls(broken: str, apart: float) -> None:
    silent = TREE[TREE.index(broken) :]
    for order in permutations(TREE):
        mind = Mind(plain(small_tree()))
        mind.play([(0.0, one, True) for one in TREE])
        mind.wait(1)
        mind.play(round_of(order, silent, apart=apart))
        mind.wait(EVERY - 4 * apart)
        mind.play(round_of(order, silent, apart=apart))
        mind.wait(2 * EVERY)
        assert mind.open_roots() == [broken], order
        (alert,) = [one for one in mind.world.alerts.values() if one.incident]
        assert alert.key.subject == broken, order
        states = {one: mind.world.reaches[one].state for one in TREE}
        assert states == {
            one: State.DOWN if one == broken else State.UNKNOWN if one in silent else State.UP for one in TREE
        }, order
        (page,) = mind.world.pages.values()
        assert page.incident == next(one.id for one in mind.incidents.values() if one.root == broken)


def test_what_was_down_long_before_keeps_its_own_fault() -> None:
    mind = Mind(plain(small_tree()))
    mind.play([(0.0, one, True) for one in TREE])
    mind.wait(1)
    mind.play(round_of(("switch", "pc-1"), ("pc-1",), apart=0.1))
    mind.wait(30)
    mind.play(round_of(TREE, TREE[1:], apart=0.1))
    mind.wait(10)
    assert mind.open_roots() == ["pc-1", "switch"]
    assert mind.world.reaches["pc-1"].state is State.DOWN


def test_who_was_called_for_the_child_hears_of_the_cause_and_a_child_that_stays_broken_pages_by_itself() -> None:
    mind = Mind(plain(small_tree()))
    mind.play([(0.0, one, True) for one in TREE])
    mind.wait(1)
    mind.play(round_of(("pc-1",), ("pc-1",), apart=0.1))
    mind.wait(6)
    assert mind.open_roots() == ["pc-1"]
    mind.play(round_of(("router", *TREE[1:]), TREE[1:], apart=0.1))
    mind.wait(6)
    assert mind.open_roots() == ["switch"]
    child, cause = mind.incidents.values()
    assert (child.closed_because, child.merged_into) == ("merged", cause.number)
    mind.play([(0.0, "switch", True), (0.5, "switch", True), (0.6, "pc-2", True), (0.7, "pc-3", True)])
    mind.play([(0.1 * n, "pc-1", False) for n in range(1, 8)])
    mind.wait(6)
    assert mind.open_roots() == ["pc-1"]
    assert [one.incident for one in mind.messages if one.message.lines[0].startswith("✅")] == [cause.id]


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[Device], list[str], frozenset[str]]:
    """Return devices each below an earlier one, an order of polls, and those that break at once."""
    devices = [thing("d0")]
    for index in range(1, draw(st.integers(2, 9))):
        above = draw(st.lists(st.sampled_from([one.id for one in devices]), max_size=2, unique=True))
        devices.append(thing(f"d{index}", *above))
    names = [one.id for one in devices]
    return devices, draw(st.permutations(names)), draw(st.frozensets(st.sampled_from(names), min_size=1))


@given(trees(), st.sampled_from([0.1, 0.5, 1.0]))
def test_the_incidents_are_the_broken_devices_whose_way_up_works(
    drawn: tuple[list[Device], list[str], frozenset[str]], apart: float
) -> None:
    devices, order, broken = drawn
    reached: dict[str, bool] = {}
    for one in devices:
        above = not one.parents or any(reached[parent] for parent in one.parents)
        reached[one.id] = above and one.id not in broken
    silent = [one for one, works in reached.items() if not works]
    wanted = sorted(
        one.id for one in devices if one.id in broken and (not one.parents or any(reached[up] for up in one.parents))
    )
    mind = Mind(plain(devices))
    mind.play([(0.0, one.id, True) for one in devices])
    mind.wait(1)
    for _ in range(2):
        mind.play(round_of(order, silent, apart=apart))
        mind.wait(EVERY - apart * len(order))
    mind.wait(EVERY)
    assert mind.open_roots() == wanted
    assert {one for one, reach in mind.world.reaches.items() if reach.state is State.DOWN} == set(wanted)
    merged = [one for one in mind.incidents.values() if one.status is IncidentStatus.CLOSED]
    assert all(one.closed_because == "merged" for one in merged)
