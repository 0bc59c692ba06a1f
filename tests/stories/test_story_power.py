"""Power returns: what it feeds starts in peace, one message tells it, and what does not start is a fault of its own."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import NoticeKind
from mppmon.engine.booting import with_the_machine
from mppmon.mall.model import Device, DeviceKind, State
from tests.stories.house import MONDAY, HandClock, House, small_config
from tests.stories.mind import Mind, plain
from tests.stories.polled import Poller

PCS = ("pc-1", "pc-2", "pc-3")
FED = ("switch", "camera", *PCS)


def thing(name: str, kind: DeviceKind, *parents: str, power: tuple[str, ...] = ()) -> Device:
    address = None if kind is DeviceKind.PASSIVE else "127.0.0.1"
    return Device(name, kind, name, parents=parents, power=power, address=address)


def fed_by_ups() -> list[Device]:
    """Return a UPS that feeds switch and camera; computers behind the switch, one of them with a power of its own."""
    return [
        thing("ups", DeviceKind.UPS),
        thing("switch", DeviceKind.SWITCH, power=("ups",)),
        thing("camera", DeviceKind.CAMERA, "switch", power=("ups",)),
        *(thing(one, DeviceKind.PC, "switch", power=("ups",)) for one in PCS[:2]),
        thing(PCS[2], DeviceKind.PC, "switch"),
    ]


class Cut:
    """A mall whose power fails and comes back."""

    def __init__(self, devices: Iterable[Device]) -> None:
        self.mind = Mind(plain(devices))
        self.silent: set[str] = set()
        self.poller = Poller(self.mind, lambda device, _at: device not in self.silent, {})
        self.poller.run(20)

    def cut(self, *devices: str, seconds: float = 60) -> None:
        self.silent |= {*devices}
        self.poller.run(seconds)

    def back(self, *devices: str, seconds: float) -> None:
        self.silent -= {*devices}
        self.poller.run(seconds)

    def state(self, device: str) -> State:
        return self.mind.world.reaches[device].state

    def told(self, kind: NoticeKind) -> int:
        return len([one for one in self.mind.messages if one.kind is kind])


def test_after_a_power_cut_what_starts_slowly_calls_nobody_and_one_message_tells_the_end() -> None:
    mall = Cut(fed_by_ups())
    mall.cut("ups", *FED)
    assert mall.mind.open_roots() == ["ups"]
    mall.back("ups", seconds=100)
    assert mall.mind.open_roots() == []
    assert [mall.state(one) for one in FED] == [State.UNKNOWN] * 5
    mall.back("switch", "pc-3", seconds=30)
    assert [mall.state(one) for one in ("switch", "pc-3", "pc-1")] == [State.UP, State.UP, State.UNKNOWN]
    mall.back(*FED, seconds=300)
    assert [mall.state(one) for one in FED] == [State.UP] * 5
    assert (mall.told(NoticeKind.PAGE), mall.told(NoticeKind.RESOLVED)) == (1, 1)


def test_what_does_not_start_pages_after_its_time_and_is_down_since_then_only() -> None:
    mall = Cut(fed_by_ups())
    mall.cut("ups", *FED)
    returned = mall.mind.now
    mall.back("ups", "switch", "pc-2", "pc-3", "camera", seconds=290)
    assert mall.mind.open_roots() == []
    mall.poller.run(40)
    assert mall.mind.open_roots() == ["pc-1"]
    down = [one for one in mall.mind.transitions if one.subject == "pc-1/reach" and one.new == State.DOWN]
    (only,) = down
    late = only.at - returned - timedelta(seconds=300)
    assert timedelta() <= late < timedelta(seconds=20)


def test_what_fails_while_it_starts_is_unknown_and_what_has_no_power_there_pages_at_once() -> None:
    mall = Cut(fed_by_ups())
    mall.cut("ups", *FED)
    mall.back("ups", "switch", "camera", "pc-2", "pc-3", seconds=30)
    mall.back("pc-1", seconds=20)
    mall.cut("pc-1", "pc-3", seconds=30)
    assert [mall.state(one) for one in ("pc-1", "pc-3")] == [State.UNKNOWN, State.DOWN]
    assert mall.mind.open_roots() == ["pc-3"]
    (row,) = [one for one in mall.mind.transitions if one.subject == "pc-1/reach" and one.cause == "boot"]
    assert row.new == State.UNKNOWN


def test_a_breaker_switched_on_again_lets_what_it_feeds_start() -> None:
    devices = [thing("mcb", DeviceKind.PASSIVE), *(thing(one, DeviceKind.PC, power=("mcb",)) for one in PCS)]
    mall = Cut(devices)
    mall.cut(*PCS)
    assert mall.mind.open_roots() == ["mcb"]
    mall.back("pc-1", seconds=120)
    assert mall.mind.open_roots() == []
    assert [mall.state(one) for one in PCS] == [State.UP, State.UNKNOWN, State.UNKNOWN]
    mall.back(*PCS, seconds=30)
    assert (mall.told(NoticeKind.PAGE), mall.told(NoticeKind.RESOLVED)) == (1, 1)


def test_what_is_reached_through_a_cause_but_not_fed_by_it_has_no_time_to_start() -> None:
    mall = Cut(fed_by_ups())
    mall.cut("switch", "camera", *PCS)
    assert mall.mind.open_roots() == ["switch"]
    mall.back("switch", "camera", "pc-1", "pc-2", seconds=30)
    assert mall.mind.open_roots() == ["pc-3"]


def test_power_that_came_back_to_the_mall_and_to_our_own_machine_is_no_storm() -> None:
    mind = Mind(plain([*fed_by_ups(), thing("server", DeviceKind.SERVER), thing("printer", DeviceKind.PRINTER)]))
    with_the_machine(mind.world, mind.now - timedelta(seconds=60), mind.now)
    silent = {"switch", "camera", "pc-1", "pc-2", "pc-3", "server"}
    poller = Poller(mind, lambda device, _at: device not in silent, {})
    poller.run(30)
    assert mind.messages == []
    assert {mind.world.reaches[one].state for one in silent} == {State.UNKNOWN}
    assert {mind.world.reaches[one].state for one in ("ups", "printer")} == {State.UP}
    silent -= {*FED}
    poller.run(400)
    assert mind.messages == []
    poller.run(200)
    assert mind.open_roots() == ["server"]


def test_the_engine_asks_when_its_machine_started(tmp_path: Path) -> None:
    for minutes, pages in ((1, 0), (60, 1)):
        clock = HandClock(started=MONDAY - timedelta(minutes=minutes))
        loaded = replace(small_config(), revision=f"{minutes:012}")
        state = tmp_path / str(minutes)
        state.mkdir()
        with House(state, loaded, clock=clock) as house:
            house.fails(*(one for one in house.engine.snapshot.reaches if one != "line" and "cards" not in one))
            house.wait(30)
            assert len(house.told(NoticeKind.PAGE)) == pages
