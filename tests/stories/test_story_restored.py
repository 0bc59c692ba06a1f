"""That a service is restored is said when it is delivered again, not when its cause works and it is still starting."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import NoticeKind
from collectors.observation import Outcome
from mppmon.mall.model import DeviceKind, Mall, Span
from tests.stories.house import MONDAY, House, small_config, small_mall
from tests.stories.mind import Mind, plain
from tests.stories.polled import Poller
from tests.stories.test_story_power import thing

PCS = ("a1-pc", "a2-pc")


def fed_counters(*, open_now: bool = True) -> Mall:
    """Return two counters that issue cards with a PC alone, both fed by one UPS."""
    mall = small_mall()
    devices = [thing("ups", DeviceKind.UPS), *(thing(one, DeviceKind.PC, power=("ups",)) for one in PCS)]
    service = replace(mall.services["ktp"], needs=("pc",), systems=())
    counters = {one: replace(mall.counters[one], roles={"pc": (f"{one}-pc",)}) for one in ("a1", "a2")}
    hours = mall.hours if open_now else {"mpp": (Span(MONDAY - timedelta(hours=9), MONDAY - timedelta(hours=8)),)}
    return replace(
        mall,
        site=replace(mall.site, uplink=None),
        services={"ktp": service},
        counters=counters,
        devices={one.id: one for one in devices},
        hours=hours,
    )


class Powered:
    """These counters, their power cut for a minute."""

    def __init__(self, mall: Mall) -> None:
        self.mind = Mind(plain(mall.devices.values(), mall))
        self.silent: set[str] = set()
        self.poller = Poller(self.mind, lambda device, _at: device not in self.silent, {})
        self.poller.run(20)
        self.silent |= {"ups", *PCS}
        self.poller.run(60)

    def back(self, *devices: str, seconds: float) -> None:
        self.silent -= {*devices}
        self.poller.run(seconds)

    def ends(self) -> list[tuple[str, ...]]:
        return [one.message.lines for one in self.mind.messages if one.kind is NoticeKind.RESOLVED]

    def pages(self) -> int:
        return len([one for one in self.mind.messages if one.kind is NoticeKind.PAGE])


def test_while_the_computers_start_nothing_is_said_to_be_restored() -> None:
    mall = Powered(fed_counters())
    mall.back("ups", seconds=100)
    assert mall.ends() == []
    mall.back("a1-pc", seconds=40)
    assert mall.ends() == []  # at one of two counters
    mall.back("a2-pc", seconds=20)
    assert mall.ends() == [("✅ Pulih: Cetak KTP-el · 08.33 WIB (3 menit)",)]
    assert mall.pages() == 1  # nobody more was called while they started


def test_what_does_not_start_is_said_to_be_not_restored_and_calls() -> None:
    mall = Powered(fed_counters())
    mall.back("ups", "a1-pc", seconds=250)
    assert mall.ends() == []
    mall.poller.run(80)
    assert mall.mind.open_roots() == ["a2-pc"]
    ((first, second),) = mall.ends()
    assert first.startswith("✅ Pulih: Cetak KTP-el, Loket A1 · 08.31 WIB")
    assert second == "Belum pulih: Cetak KTP-el · Loket A2"
    assert mall.pages() == 2


def test_outside_the_hours_the_cause_alone_is_restored() -> None:
    mall = Powered(fed_counters(open_now=False))
    mall.back("ups", seconds=30)
    ((line,),) = mall.ends()
    assert line.startswith("✅ Pulih: ups · 08.31 WIB")


def test_two_causes_of_one_service_and_the_second_is_still_there(tmp_path: Path) -> None:
    with House(tmp_path, small_config()) as house:
        house.all_well()
        house.fails("a1-pc")
        house.turn(house.see("core"), house.see("router"))
        house.wait(1)
        house.fails("system")
        house.wait(6)
        assert len(house.told(NoticeKind.PAGE)) == 2
        house.answers("a1-pc")
        house.turn(house.cards("a1"))
        house.wait(2)
        (ended,) = house.told(NoticeKind.RESOLVED)
        assert ended.message.lines[0].startswith("✅ Pulih: A1 Pc (Disdukcapil, Lt. 1)")
        assert ended.message.lines[1] == "Belum pulih: Cetak KTP-el · Loket A1"


def test_it_is_not_waited_for_longer_than_what_hangs_on_it_takes_to_be_asked(tmp_path: Path) -> None:
    with House(tmp_path, small_config()) as house:
        house.all_well()
        house.fails("core", "a1-pc", "a2-pc", "a3-pc", "a3-printer")
        house.wait(6)
        house.answers("core")
        house.wait(5)
        assert house.told(NoticeKind.RESOLVED) == []
        with house.killed() as again:
            again.answers("core")
            again.wait(5)
            assert again.told(NoticeKind.RESOLVED) == []  # a restart hurries nothing
            again.wait(30)
            (ended,) = again.told(NoticeKind.RESOLVED)
    assert ended.message.lines[0].startswith("✅ Pulih: Core")
    assert ended.message.lines[1].startswith("Belum pulih: Cetak KTP-el dan 1 layanan lain")


def test_the_fault_that_comes_back_while_it_is_waited_is_the_same_one() -> None:
    mall = Powered(fed_counters())
    mall.back("ups", seconds=60)
    mall.silent.add("ups")
    mall.poller.run(60)
    assert (mall.ends(), mall.mind.open_roots()) == ([], ["ups"])
    mall.back("ups", *PCS, seconds=60)
    assert len(mall.ends()) == 1
    assert mall.pages() == 1


def test_reached_but_not_fed_is_asked_again_at_once_and_its_end_told_then(tmp_path: Path) -> None:
    with House(tmp_path, small_config()) as house:
        house.all_well()
        house.fails("core", "a1-pc", "a2-pc", "a3-pc", "a3-printer")
        house.wait(6)
        house.answers("core")
        house.turn(*(house.see(one, Outcome.OK) for one in ("a1-pc", "a2-pc", "a3-pc", "a3-printer")))
        house.turn(house.cards("a1"), house.cards("a2"))
        (ended,) = house.told(NoticeKind.RESOLVED)
        assert "Belum" not in ended.message.text
