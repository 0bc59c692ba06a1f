"""The simulator's faults: what falls silent, what is shown, what is refused."""

import pytest

from mppmon.demo.simulator import faults
from mppmon.demo.simulator.faults import FaultMisplaced, UnknownFault
from mppmon.demo.simulator.things import BadThings, Thing, Things
from mppmon.demo.simulator.world import World
from tests.simulator.small_mall import small_mall


def silent(things: Things, *active: tuple[str, str]) -> set[str]:
    return {name for name, condition in faults.conditions(things, active).items() if condition.silent}


def test_a_dead_switch_takes_everything_below_it_along() -> None:
    assert silent(small_mall(), ("network-off", "core")) == {"core", "printer", "pc", "card", "finger"}


def test_a_cut_line_silences_the_outside_and_nothing_else() -> None:
    assert silent(small_mall(), ("uplink-off", "line")) == {"line", "anchor", "siak"}


def test_the_line_dies_with_the_router_it_hangs_on() -> None:
    things = Things.of(
        [
            Thing("router", "router"),
            Thing("line", "passive", parents=("router",)),
            Thing("siak", "online-system", outside=True),
        ],
        uplink="line",
    )
    assert silent(things, ("power-off", "router")) == {"router", "line", "siak"}


def test_redundant_parents_must_all_fail() -> None:
    things = Things.of(
        [Thing("one", "switch"), Thing("two", "switch"), Thing("pc", "pc", parents=("one", "two")), Thing("x", "ups")]
    )
    assert silent(things, ("network-off", "one")) == {"one"}
    assert silent(things, ("network-off", "one"), ("power-off", "two")) == {"one", "two", "pc"}


def test_what_has_no_power_is_absent_from_its_pc() -> None:
    conditions = faults.conditions(small_mall(), [("power-off", "card"), ("unplug", "finger"), ("jam", "printer")])
    assert conditions["card"].shows == {"absent"}
    assert conditions["finger"].shows == {"absent"}
    assert not conditions["finger"].silent
    assert conditions["printer"].shows == {"jammed"}


def test_the_pc_s_own_power_does_not_unplug_what_hangs_on_it() -> None:
    assert faults.conditions(small_mall(), [("power-off", "pc")])["card"].shows == frozenset()


@pytest.mark.parametrize(
    ("name", "device", "error", "words"),
    [
        ("jamm", "printer", UnknownFault, "'jamm', expected one of jam, "),
        ("jamm", "printer", UnknownFault, "did you mean 'jam'"),
        ("jam", "printr", UnknownFault, "the id of a device .did you mean 'printer'"),
        ("jam", None, UnknownFault, "found no device"),
        ("jam", "nobody", UnknownFault, "'nobody'"),
        ("jam", "pc", FaultMisplaced, r"pc \(pc\), expected card-printer, printer, receipt-printer"),
        ("unplug", "printer", FaultMisplaced, "expected a peripheral of a PC"),
        ("uplink-off", "core", FaultMisplaced, "expected the uplink"),
        ("power-off", "siak", FaultMisplaced, "expected anything but online-system"),
    ],
)
def test_what_cannot_be_is_refused_in_words(name: str, device: str | None, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        faults.check(small_mall(), name, device)


def test_the_uplink_need_not_be_named() -> None:
    assert faults.check(small_mall(), "uplink-off", None) == ("uplink-off", "line")


def test_a_list_that_does_not_hang_together_is_refused() -> None:
    with pytest.raises(BadThings, match="thing pc: named twice"):
        Things.of([Thing("pc", "pc"), Thing("pc", "pc")])
    with pytest.raises(BadThings, match="thing pc: found parent, power or via 'sw'"):
        Things.of([Thing("pc", "pc", parents=("sw",))])
    with pytest.raises(BadThings, match="uplink: found 'line'"):
        Things.of([Thing("pc", "pc")], uplink="line")


def test_work_stops_with_the_fault_and_goes_on_after_it() -> None:
    world = World(small_mall(), at=0.0)
    world.begin("jam", "card", at=100.0)
    assert world.scene("card", at=160.0).worked == 100.0
    world.mend("jam", "card", at=160.0)
    assert world.scene("card", at=170.0).worked == 110.0
    assert world.scene("printer", at=170.0).worked == 170.0


def test_uptime_begins_anew_with_power_and_a_port_without_its_child_counts_nothing() -> None:
    world = World(small_mall(), at=0.0)
    before = world.scene("pc", at=10.0).uptime
    world.begin("power-off", "pc", at=10.0)
    assert world.scene("core", at=15.0).dark == {1}  # pc is the first child by name
    assert world.scene("core", at=15.0).ports == (5.0, 0.0)
    world.mend("power-off", "pc", at=20.0)
    assert before >= 10.0
    assert world.scene("pc", at=23.0).uptime == 3.0
    assert world.scene("core", at=30.0).ports == (10.0, 0.0)


def test_beginning_twice_changes_nothing_and_listeners_hear_every_change() -> None:
    world = World(small_mall(), at=0.0)
    heard: list[int] = []
    world.listen(lambda: heard.append(len(world.active)))
    assert world.begin("jam", "card", at=1.0) == (("jam", "card"), True)
    assert world.begin("jam", "card", at=2.0) == (("jam", "card"), False)
    assert world.mend("jam", "card", at=3.0) == (("jam", "card"), True)
    assert world.mend("jam", "card", at=4.0) == (("jam", "card"), False)
    assert heard == [1, 0]
