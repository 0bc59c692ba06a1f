"""Whose fault: hand-made stories, and a brute-force oracle over random inventories in any poll order."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mppmon.mall.health import Reach, observe
from mppmon.mall.model import Device, DeviceKind, Mall, State, Uplink
from mppmon.mall.topology import Verdict, below, blind, cycles, judge, root, seen_through
from tests.unit.mall_samples import START, at, device, mall

NEEDED = 2
LATE = timedelta(seconds=60)


def polled(answers: str, *, second: float = 0.0) -> Reach:
    """Return the reach after these polls, a second apart: `+` answered, `-` failed."""
    reach = Reach(State.UNKNOWN, START)
    for index, sign in enumerate(answers):
        reach = observe(reach, reached=sign == "+", at=at(second + index), needed=NEEDED).reach
    return reach


def verdict(
    house: Mall, device_id: str, reaches: Mapping[str, Reach], *, wait: float = 0.0
) -> tuple[Verdict, str | None]:
    confirmed = reaches[device_id].confirmed_at
    assert confirmed is not None
    return judge(house, device_id, reaches, now=confirmed + timedelta(seconds=wait), confirmed_at=confirmed)


TWO = mall([device("core"), device("pc", "core"), device("usb", via="pc")])


def test_a_parent_that_answered_since_leaves_the_fault_with_the_device() -> None:
    assert verdict(TWO, "pc", {"core": polled("+++"), "pc": polled("+--")}) == (Verdict.OWN, None)


def test_a_confirmed_parent_explains_its_child() -> None:
    assert verdict(TWO, "pc", {"core": polled("+--"), "pc": polled("+--")}) == (Verdict.PARENT, "core")


def test_an_answer_to_what_was_asked_at_the_same_instant_counts() -> None:
    assert verdict(TWO, "pc", {"core": polled("++"), "pc": polled("+--")}) == (Verdict.OWN, None)


def test_a_parent_that_is_still_starting_explains_its_child_until_it_answers() -> None:
    starting = replace(polled(""), booting_until=at(300))
    assert verdict(TWO, "pc", {"core": starting, "pc": polled("+--")}) == (Verdict.PARENT, "core")
    answered = observe(starting, reached=True, at=at(5), needed=NEEDED).reach
    assert verdict(TWO, "pc", {"core": answered, "pc": polled("+--")}) == (Verdict.OWN, None)


def test_a_parent_in_suspicion_or_not_asked_since_is_waited_for_until_patience_ends() -> None:
    for core in ("++-", "+"):
        reaches = {"core": polled(core), "pc": polled("+--")}
        assert verdict(TWO, "pc", reaches, wait=4.9) == (Verdict.WAIT, None)
        assert verdict(TWO, "pc", reaches, wait=5.0) == (Verdict.OWN, None)


def test_redundant_parents_must_all_fail() -> None:
    house = mall([device("a"), device("b"), device("pc", "a", "b")])
    pc = polled("+--")
    assert verdict(house, "pc", {"a": polled("+--"), "b": polled("+++"), "pc": pc}) == (Verdict.OWN, None)
    assert verdict(house, "pc", {"a": polled("+--"), "b": polled("++-"), "pc": pc}) == (Verdict.WAIT, None)
    assert verdict(house, "pc", {"a": polled("+--"), "b": polled("+--"), "pc": pc}) == (Verdict.PARENT, "a")


def test_via_is_needed_besides_the_parents() -> None:
    house = mall([device("power"), device("pc"), device("printer", "power", via="pc")])
    reaches = {"power": polled("+++"), "pc": polled("+--"), "printer": polled("+--")}
    assert verdict(house, "printer", reaches) == (Verdict.PARENT, "pc")


def test_power_is_needed_besides_the_network_and_is_redundant_in_itself() -> None:
    house = mall([device("core"), device("ups-a"), device("ups-b"), device("pc", "core", power=("ups-a", "ups-b"))])
    pc = polled("+--")
    both = {"core": polled("+++"), "ups-a": polled("+--"), "ups-b": polled("+--"), "pc": pc}
    assert verdict(house, "pc", both) == (Verdict.PARENT, "ups-a")
    assert verdict(house, "pc", {**both, "ups-b": polled("+++")}) == (Verdict.OWN, None)
    assert verdict(house, "pc", {**both, "ups-b": polled("+++"), "core": polled("+--")}) == (Verdict.PARENT, "core")
    assert below(house, "ups-a") == ("pc",)
    assert below(house, "ups-a", {"ups-b": polled("+++"), "core": polled("+++")}) == ()


def test_what_cannot_be_asked_is_seen_through_to_what_stands_above_it() -> None:
    hub = device("hub", "core", kind=DeviceKind.PASSIVE)
    house = mall([device("core"), hub, device("pc", "hub")])
    assert verdict(house, "pc", {"core": polled("+--"), "pc": polled("+--")}) == (Verdict.PARENT, "core")
    assert verdict(house, "pc", {"core": polled("+++"), "pc": polled("+--")}) == (Verdict.OWN, None)
    assert root(house, "pc", {"core": polled("+--"), "pc": polled("+--")}) == "core"


def test_root_walks_to_the_topmost_and_below_lists_what_hangs_on_it() -> None:
    dead = {name: polled("+--") for name in TWO.devices}
    assert root(TWO, "usb", dead) == "core"
    assert root(TWO, "usb", {**dead, "core": polled("+++")}) == "pc"
    assert below(TWO, "core") == ("pc", "usb")
    assert seen_through(TWO, "pc") == ("usb",)
    assert seen_through(TWO, "core") == ()


def test_below_spares_what_has_another_way_up() -> None:
    house = mall([device("a"), device("b"), device("pc", "a", "b"), device("tv", "a"), device("usb", via="pc")])
    assert below(house, "a") == ("pc", "tv", "usb")
    assert below(house, "a", {"b": polled("+")}) == ("tv",)
    assert below(house, "a", {"b": polled("+--")}) == ("pc", "tv", "usb")


LINE = mall(
    [
        device("uplink", kind=DeviceKind.ROUTER, address=None),
        device("dns-a", outside=True),
        device("dns-b", outside=True),
        device("sias", kind=DeviceKind.ONLINE_SYSTEM, outside=True),
        device("pc"),
    ],
    uplink=Uplink("uplink", None, ("dns-a", "dns-b")),
)


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        ("+++", "+++", False),
        ("+--", "+++", False),  # one anchor's own fault
        ("+--", "+", None),  # the other was not asked since
        ("+--", "++-", None),
        ("+--", "+--", True),
        ("", "", None),
    ],
)
def test_the_line_is_cut_when_every_anchor_fails(first: str, second: str, wanted: bool | None) -> None:  # noqa: FBT001  # a table's column
    assert blind(LINE, {"dns-a": polled(first), "dns-b": polled(second)}) is wanted


def test_without_an_uplink_nobody_is_blind() -> None:
    assert blind(TWO, {}) is False


def test_behind_the_cut_line_the_uplink_is_to_blame_and_inside_it_is_not() -> None:
    cut = {name: polled("+--") for name in ("dns-a", "dns-b", "sias", "pc")}
    assert verdict(LINE, "sias", cut) == (Verdict.PARENT, "uplink")
    assert verdict(LINE, "dns-a", cut) == (Verdict.PARENT, "uplink")
    assert verdict(LINE, "pc", cut) == (Verdict.OWN, None)
    assert root(LINE, "sias", cut) == "uplink"
    assert below(LINE, "uplink") == ("dns-a", "dns-b", "sias")
    assert below(LINE, "uplink", cut) == ("dns-a", "dns-b", "sias")


def test_an_anchor_that_failed_long_ago_does_not_prove_the_line_whole() -> None:
    """dns-b last answered after dns-a had failed, but before the online system did: it must be asked again."""
    reaches = {"dns-a": polled("+--"), "dns-b": polled("++++"), "sias": polled("+--", second=50)}
    assert verdict(LINE, "sias", reaches) == (Verdict.WAIT, None)
    reaches["dns-b"] = polled("+++", second=52)
    assert verdict(LINE, "sias", reaches) == (Verdict.OWN, None)


def test_loops_are_found_once_each() -> None:
    house = mall(
        [device("a", "b"), device("b", "c"), device("c", "a", "d"), device("d", via="d"), device("e", "a"), device("f")]
    )
    assert cycles(house) == [("a", "b", "c"), ("d",)]
    assert cycles(TWO) == []
    assert cycles(mall([device("a", power=("b",)), device("b", "a")])) == [("a", "b")]


# --- oracle ----------------------------------------------------------------------------------------------------------


@st.composite
def houses(draw: st.DrawFn) -> Mall:
    """Random inventories without loops: parents and `via` only among earlier devices; some cannot be asked."""
    devices: list[Device] = []
    for index in range(draw(st.integers(2, 7))):
        earlier = [one.id for one in devices]
        parents = draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True)) if earlier else []
        pcs = [one.id for one in devices if one.kind is DeviceKind.PC]
        power = draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []
        via = draw(st.none() | st.sampled_from(pcs)) if pcs else None
        kind = draw(st.sampled_from([DeviceKind.PC, DeviceKind.SWITCH, DeviceKind.PASSIVE]))
        devices.append(device(f"d{index}", *parents, kind=kind, via=via, power=tuple(power)))
    return mall(devices)


def words(house: Mall, name: str, reaches: Mapping[str, Reach], since_second: float) -> set[str]:
    """Say by brute force what one thing above may be, as a set of words: the possible worlds of its state."""
    one = house.devices[name]
    if one.kind is DeviceKind.PASSIVE:
        return needs_hold(house, name, reaches, since_second)
    reach = reaches[name]
    if reach.state is State.DOWN or reach.failures >= NEEDED:
        return {"failed"}
    fresh = reach.last_answered_at is not None and reach.last_answered_at >= at(since_second)
    return {"works"} if reach.state is State.UP and not reach.failures and fresh else {"works", "failed"}


def needs_hold(house: Mall, name: str, reaches: Mapping[str, Reach], since_second: float) -> set[str]:
    """Whether what it needs above works, in every possible world: each group independently, any member enough."""
    one = house.devices[name]
    result = {"works"}
    for group in ([one.via] if one.via else [], list(one.parents), list(one.power)):
        if not group:
            continue
        members = [words(house, above, reaches, since_second) for above in group]
        can_work = any("works" in member for member in members)
        can_fail = all("failed" in member for member in members)
        group_words = ({"works"} if can_work else set()) | ({"failed"} if can_fail else set())
        if group_words == {"failed"}:
            return {"failed"}
        result |= group_words
    return result


@given(houses(), st.data())
def test_judge_agrees_with_brute_force_in_any_order_of_observations(house: Mall, data: st.DataObject) -> None:
    asked = sorted(one.id for one in house.devices.values() if one.kind is not DeviceKind.PASSIVE)
    assume(asked)
    order = data.draw(st.lists(st.tuples(st.sampled_from(asked), st.booleans()), min_size=4, max_size=40))
    reaches = {name: Reach(State.UNKNOWN, START) for name in house.devices}
    for second, (name, reached) in enumerate(order):
        step = observe(reaches[name], reached=reached, at=at(second), needed=NEEDED)
        reaches[name] = step.reach
        if not step.confirmed:
            continue
        first = step.reach.first_failed_at
        assert first is not None
        possible = needs_hold(house, name, reaches, (first - START).total_seconds())
        wanted = {
            ("works",): (Verdict.OWN, Verdict.OWN),
            ("failed",): (Verdict.PARENT, Verdict.PARENT),
            ("failed", "works"): (Verdict.WAIT, Verdict.OWN),
        }[tuple(sorted(possible))]
        soon, blamed = judge(house, name, reaches, now=at(second), confirmed_at=at(second))
        late, _ = judge(house, name, reaches, now=at(second) + LATE, confirmed_at=at(second))
        assert (soon, late) == wanted
        if soon is Verdict.PARENT:
            assert blamed is not None
            assert "failed" in words(house, blamed, reaches, 0)
            assert name in below(house, blamed)
            assert name in below(house, root(house, name, reaches))
        else:
            assert blamed is None
            assert soon is Verdict.WAIT or late is Verdict.OWN
