"""What cannot be asked is suspected when all that hangs on it falls silent at once; not when it is switched off piece
by piece.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from alerts.model import NoticeKind
from mppmon.mall.model import Device, DeviceKind, ExpectedOn, Span, State
from tests.stories.house import MONDAY, House
from tests.stories.mind import Mind, plain
from tests.stories.polled import Poller

PCS = ("pc-1", "pc-2", "pc-3")


def thing(name: str, *parents: str, kind: DeviceKind = DeviceKind.PC, power: tuple[str, ...] = ()) -> Device:
    address = None if kind is DeviceKind.PASSIVE else "127.0.0.1"
    return Device(name, kind, name.title(), parents=parents, power=power, address=address)


def building() -> list[Device]:
    """Return a power company above two breakers, one with the PCs, one with camera and kiosk; all on one switch."""
    return [
        thing("pln", kind=DeviceKind.PASSIVE),
        thing("mcb-1", kind=DeviceKind.PASSIVE, power=("pln",)),
        thing("mcb-2", kind=DeviceKind.PASSIVE, power=("pln",)),
        thing("ups", kind=DeviceKind.UPS),
        thing("switch", kind=DeviceKind.SWITCH, power=("ups",)),
        *(thing(one, "switch", power=("mcb-1",)) for one in PCS),
        thing("camera", "switch", kind=DeviceKind.CAMERA, power=("mcb-2",)),
        thing("kiosk", "switch", kind=DeviceKind.KIOSK, power=("mcb-2",)),
    ]


class Scene:
    """A mind and its poller; `silent` changes as the story goes."""

    def __init__(self, devices: Iterable[Device], order: Iterable[str] = (), apart: float = 1.7) -> None:
        self.mind = Mind(plain(devices))
        self.silent: set[str] = set()
        names = [*order, *(one.id for one in devices if one.id not in {*order})]
        offsets = {name: place * apart % 10 for place, name in enumerate(names)}
        self.poller = Poller(self.mind, self._works, offsets)
        self.poller.run(20)

    def _works(self, device: str, _at: datetime) -> bool:
        return device not in self.silent

    def fails(self, *devices: str, seconds: float = 30) -> None:
        self.silent |= {*devices}
        self.poller.run(seconds)

    def states(self, *devices: str) -> list[State]:
        return [self.mind.world.reaches[one].state for one in devices]


def test_what_cannot_be_asked_is_up_while_anything_below_it_answers() -> None:
    scene = Scene(building())
    assert scene.states("pln", "mcb-1", "mcb-2") == [State.UP] * 3
    scene.fails("pc-1", "pc-2")
    assert scene.states("mcb-1", "pc-1", "pc-2") == [State.UP, State.DOWN, State.DOWN]
    assert scene.mind.open_roots() == ["pc-1", "pc-2"]


def test_all_below_a_breaker_silent_at_once_is_one_suspect_and_one_page_in_every_order() -> None:
    for order in permutations((*PCS, "switch")):
        scene = Scene(building(), order)
        scene.fails(*PCS)
        assert scene.mind.open_roots() == ["mcb-1"], order
        assert scene.states("mcb-1", *PCS) == [State.DOWN, *[State.UNKNOWN] * 3]
        assert scene.states("pln", "mcb-2", "switch") == [State.UP] * 3
        (page,) = [one for one in scene.mind.messages if one.kind is NoticeKind.PAGE]
        assert page.message.lines[0] == "🟡 Diduga Mcb-1 tidak menjawab"
        scene.silent.clear()
        scene.poller.run(15)
        assert scene.mind.open_roots() == []
        assert scene.states("mcb-1", *PCS) == [State.UP] * 4


def test_both_breakers_at_once_are_the_power_company() -> None:
    for order in permutations(("pc-1", "camera", "kiosk", "switch")):
        scene = Scene(building(), order)
        scene.fails(*PCS, "camera", "kiosk")
        assert scene.mind.open_roots() == ["pln"], order
        assert scene.states("pln", "mcb-1", "mcb-2") == [State.DOWN, State.UNKNOWN, State.UNKNOWN]


def test_a_switch_that_fails_explains_its_pcs_and_leaves_their_breaker_alone() -> None:
    scene = Scene(building())
    scene.fails("switch", *PCS, "camera", "kiosk")
    assert scene.mind.open_roots() == ["switch"]
    assert scene.states("mcb-1", "mcb-2") == [State.UNKNOWN] * 2


def test_one_device_below_says_nothing_about_what_feeds_it() -> None:
    scene = Scene([thing("mcb", kind=DeviceKind.PASSIVE), thing("pc", power=("mcb",))])
    scene.fails("pc")
    assert scene.mind.open_roots() == ["pc"]
    assert scene.states("mcb") == [State.UNKNOWN]


def test_a_second_feed_that_works_clears_the_first() -> None:
    devices = [thing("mcb", kind=DeviceKind.PASSIVE), thing("ups", kind=DeviceKind.UPS)]
    scene = Scene([*devices, *(thing(one, power=("mcb", "ups")) for one in PCS)])
    scene.fails(*PCS)
    assert scene.mind.open_roots() == sorted(PCS)
    scene = Scene([*devices, *(thing(one, power=("mcb", "ups")) for one in PCS)])
    scene.fails("ups")
    scene.fails(*PCS)
    assert scene.mind.open_roots() == ["mcb", "ups"]


@given(st.lists(st.floats(16.0, 90.0), min_size=2, max_size=2), st.permutations(PCS), st.floats(0.1, 3.3))
def test_switched_off_one_after_the_other_makes_no_suspect(gaps: list[float], order: list[str], apart: float) -> None:
    scene = Scene(building(), order, apart)
    for device, gap in zip(order, [*gaps, 60.0], strict=True):
        scene.fails(device, seconds=gap)
    assert scene.mind.open_roots() == sorted(PCS)
    assert "mcb-1" not in {one.root for one in scene.mind.incidents.values()}
    assert State.DOWN not in {one.new for one in scene.mind.transitions if one.subject == "mcb-1/reach"}


def test_what_need_not_be_on_testifies_for_but_not_against() -> None:
    devices = [
        replace(one, expected_on=ExpectedOn.SERVICE_HOURS) if one.id in {"pc-1", "pc-2"} else one for one in building()
    ]
    loaded = plain(devices)
    closed = replace(loaded.mall, hours={"mpp": (Span(MONDAY - timedelta(hours=2), MONDAY),)})
    mind = Mind(replace(loaded, mall=closed))
    silent: set[str] = set()
    poller = Poller(mind, lambda device, _at: device not in silent, {})
    poller.run(15)
    silent |= {*PCS}
    poller.run(30)
    assert mind.open_roots() == ["pc-3"]


def test_a_breaker_that_a_reload_adds_is_up_with_the_next_answer(tmp_path: Path) -> None:
    pcs = [thing(one, power=("mcb",)) for one in PCS]
    with House(tmp_path, plain([replace(one, power=()) for one in pcs])) as house:
        house.turn(*(house.see(one) for one in PCS))
        more = replace(plain([thing("mcb", kind=DeviceKind.PASSIVE), *pcs]), revision="ccccbbbbaaaa")
        house.engine.adopt(more, author="test")
        house.engine.turn(house.engine.intake.take())
        assert house.engine.snapshot.reaches["mcb"] is State.UNKNOWN
        house.turn(house.see("pc-1"))
        assert house.history("mcb/reach") == [("up", house.clock.now())]


def test_a_suspect_is_kept_over_a_restart_and_a_reload(tmp_path: Path) -> None:
    loaded = plain([thing("mcb", kind=DeviceKind.PASSIVE), *(thing(one, power=("mcb",)) for one in PCS)])
    with House(tmp_path, loaded) as house:
        house.turn(*(house.see(one) for one in PCS))
        house.clock.pass_(10)
        house.fails(*PCS)
        house.wait(6)
        (incident,) = house.engine.snapshot.incidents
        assert (incident.root, incident.facts.suspected) == ("mcb", True)
        house.engine.adopt(replace(loaded, revision="ccccbbbbaaaa"), author="test")
        house.engine.turn(house.engine.intake.take())
        assert [one.root for one in house.engine.snapshot.incidents] == ["mcb"]
        assert house.engine.snapshot.reaches["mcb"] is State.DOWN
        with house.killed() as again:
            again.wait(2)
            assert [one.root for one in again.engine.snapshot.incidents] == ["mcb"]
            again.turn(again.see("pc-2"))
            again.wait(2)
            assert again.engine.snapshot.incidents == ()
            assert len(again.told(NoticeKind.PAGE)) == 1
