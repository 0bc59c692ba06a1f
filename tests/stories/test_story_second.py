"""A second, independent fault while a cause keeps its children unknown pages at once; every change is recorded once."""

from datetime import datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from alerts.model import NoticeKind
from collectors.observation import Outcome
from mppmon.mall.model import Device, DeviceKind, Transition
from tests.stories.house import House
from tests.stories.mind import Mind, plain


def test_a_jam_told_by_a_pc_that_answers_pages_while_our_own_line_is_cut(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.fails("anchor-1", "anchor-2", "system")
        house.turn(house.see("router"))
        house.wait(6)
        assert [one.root for one in house.engine.snapshot.incidents] == ["line"]
        house.turn(house.cards("a1", jammed=True))
        assert [one.root for one in house.engine.snapshot.incidents] == ["line", "a1-cards"]
        assert len(house.told(NoticeKind.PAGE)) == 2


def test_a_printer_pulled_out_of_a_pc_that_answers_pages_while_its_switch_is_down(tmp_path: Path) -> None:
    """The switch's own agent is dead, and the computers behind it still answer."""
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.turn(house.see("router"))
        house.fails("core", "a2-pc")
        house.turn(house.see("router"))
        house.wait(6)
        assert [one.root for one in house.engine.snapshot.incidents] == ["core"]
        for delay in (0.0, 0.5, 1.0, 1.5):
            house.clock.pass_(delay)
            house.turn(house.see("a1-pc"), house.cards("a1", outcome=Outcome.ABSENT))
        house.wait(6)
        assert [one.root for one in house.engine.snapshot.incidents] == ["core", "a1-cards"]


def things() -> list[Device]:
    def one(name: str, kind: DeviceKind, *parents: str, power: tuple[str, ...] = (), address: str = "x") -> Device:
        return Device(name, kind, name, parents=parents, power=power, address=address or None)

    return [
        one("pln", DeviceKind.PASSIVE, address=""),
        one("router", DeviceKind.ROUTER, power=("pln",)),
        one("switch-1", DeviceKind.SWITCH, "router", power=("pln",)),
        one("switch-2", DeviceKind.SWITCH, "router"),
        one("hub", DeviceKind.PASSIVE, "switch-1", address=""),
        one("pc-1", DeviceKind.PC, "hub"),
        one("pc-2", DeviceKind.PC, "hub"),
        one("kiosk", DeviceKind.KIOSK, "switch-1", "switch-2"),
    ]


ASKED = [one.id for one in things() if one.address]
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.floats(0.1, 4.0), st.sampled_from(ASKED), st.sampled_from(list(Outcome))),
        st.tuples(st.floats(0.1, 4.0), st.just("all"), st.sampled_from([Outcome.OK, Outcome.TIMEOUT])),
        st.tuples(st.floats(20.0, 400.0), st.just(""), st.just(Outcome.LOCAL)),
    ),
    max_size=60,
)


@given(EVENTS)
def test_every_change_is_recorded_once_in_order_and_with_its_cause(events: list[tuple[float, str, Outcome]]) -> None:
    mind = Mind(plain(things()))
    for seconds, device, outcome in events:
        mind.now += timedelta(seconds=seconds)
        named = ASKED if device == "all" else [device] if device else []
        mind.turn(*(mind.seen(one, outcome) for one in named))
    newest: dict[str, Transition] = {}
    decided = datetime.min.replace(tzinfo=mind.now.tzinfo)
    for row in mind.transitions:
        before = newest.get(row.subject)
        assert row.old != row.new, row
        assert row.cause, row
        assert row.decided_at >= decided, row
        assert row.at <= row.decided_at, row
        if before is not None:
            assert (row.old, row.at >= before.at) == (before.new, True), (before, row)
        newest[row.subject], decided = row, row.decided_at
    for name, reach in mind.world.reaches.items():
        subject = f"{name}/reach"
        assert reach.state == (newest[subject].new if subject in newest else "unknown")
        assert subject not in newest or reach.since == newest[subject].at
