"""A verdict that comes late, or a person's merge, takes away no other fault, nobody's call, and leaves nothing open."""

from dataclasses import replace
from pathlib import Path

from alerts.model import NoticeKind
from collectors.collector import Kind, Way
from collectors.observation import Outcome
from collectors.settings import LivenessSettings
from mppmon.engine.commands import Acknowledge, Hush, Merge
from mppmon.mall.model import Device, DeviceKind, State
from mppmon.mall.principal import Principal, Role
from tests.stories.house import House, _target, small_config
from tests.stories.test_story_teams import printer, with_teams

ANI = Principal(Role.TECHNICIAN, "Ani", person="ani")
BELOW = ("core", "a1-pc", "a2-pc", "a3-pc", "a3-printer")


def pages(house: House, since: int) -> list[str]:
    """Return whom pages called, from the message of this place on."""
    return [one.recipient for one in house.told(NoticeKind.PAGE)[since:]]


def roots(house: House) -> set[tuple[str, str]]:
    """Return cause and team of what is open."""
    return {(one.root, one.team) for one in house.engine.snapshot.incidents}


def test_a_cause_seen_late_explains_a_silence_and_no_empty_toner(tmp_path: Path) -> None:
    with House(tmp_path, with_teams(rule="logistik")) as house:
        house.all_well()
        printer(house, empty=True)
        house.clock.pass_(5)
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.wait(6)
        house.fails("core")
        house.wait(6)
        assert roots(house) == {("a3-printer", "logistik"), ("core", "")}
        core = next(one.number for one in house.engine.snapshot.incidents if one.root == "core")
        house.do(Acknowledge(id="a", principal=ANI, incident=core))
        house.answers("router", *BELOW)
        house.all_well()
        printer(house, empty=True)
        house.wait(10)
        assert roots(house) == {("a3-printer", "logistik")}, "the toner is still empty, and still its team's"
        printer(house)
        house.wait(10)
        assert roots(house) == set()
        before = len(house.told(NoticeKind.PAGE))
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.wait(10)
        assert pages(house, before) == ["ani"], "a real fault later is a new one"


def test_an_incident_whose_alert_was_taken_back_ends(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.do(Hush(id="h", principal=ANI, match=(("device", ("core",)),), seconds=600, reason="saklar diganti"))
        house.turn(house.cards("a1", jammed=True))
        house.fails("a3-pc")
        house.wait(6)
        house.fails("core")
        house.wait(6)
        house.do(Merge(id="m", principal=ANI, incident=2, into=1))
        house.do(Acknowledge(id="a", principal=ANI, incident=1))
        house.turn(house.see("core"), house.see("a1-pc"))
        house.turn(house.cards("a1"))
        house.fails("core")
        house.wait(700, step=5)
        house.answers(*BELOW)
        house.all_well()
        house.all_well()
        house.wait(60)
        assert roots(house) == set()
        before = len(house.told(NoticeKind.PAGE))
        house.turn(house.cards("a1", jammed=True))
        assert pages(house, before) == ["ani"]


def test_what_was_merged_is_a_cause_of_its_own_after_the_end(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.turn(house.cards("a1", jammed=True), house.cards("a2", jammed=True))
        house.do(Merge(id="m", principal=ANI, incident=2, into=1))
        house.turn(house.cards("a1"), house.cards("a2"))
        house.turn(house.cards("a1", jammed=True))
        house.do(Acknowledge(id="a", principal=ANI, incident=1))
        before = len(house.told(NoticeKind.PAGE))
        house.turn(house.cards("a2", jammed=True))
        assert pages(house, before) == ["ani"]
        assert len(house.engine.snapshot.incidents) == 2


def test_a_fault_merged_into_one_whose_calls_are_all_made_goes_on_calling(tmp_path: Path) -> None:
    small = small_config()
    calm = replace(small, settings=replace(small.settings, calm_seconds=3600))
    with House(tmp_path, calm) as house:
        house.all_well()
        for jammed in (True, False, True, False, True):
            house.turn(house.cards("a1", jammed=jammed))
            house.wait(5)
        house.wait(1200, step=10)  # everybody was called, in vain
        house.turn(house.cards("a1"))
        house.turn(house.cards("a2", jammed=True))
        before = len(house.told(NoticeKind.PAGE))
        house.do(Merge(id="m", principal=ANI, incident=2, into=1))
        house.wait(900, step=10)
        assert "citra" in pages(house, before), "the second step is still to come"


def test_a_power_that_comes_and_goes_gives_no_time_without_end(tmp_path: Path) -> None:
    small = small_config()
    devices = dict(small.mall.devices)
    devices["ups"] = Device("ups", DeviceKind.UPS, "Ups", address="127.0.0.1")
    devices["a1-pc"] = replace(devices["a1-pc"], power=("ups",))
    target = _target("ups", Kind.LIVENESS, Way.TCP, LivenessSettings(way="tcp", port=80))
    with House(
        tmp_path, replace(small, mall=replace(small.mall, devices=devices), targets=(*small.targets, target))
    ) as house:
        house.all_well()
        house.turn(house.see("ups"))
        for _ in range(6):  # three minutes each
            house.fails("ups", "a1-pc")
            house.wait(10)
            house.answers("ups")
            for _ in range(8):
                house.wait(20, step=5)
                well = (house.see(one) for one in ("ups", "core", "router"))
                house.turn(house.see("a1-pc", Outcome.TIMEOUT), *well)
        assert house.engine.snapshot.reaches["a1-pc"] is State.DOWN
        assert ("a1-pc", "") in roots(house)
