"""The machine starts with a clock of the past and nobody sets it: times are marked, and it is nobody's downtime."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.model import NoticeKind
from collectors.observation import Outcome
from mppmon.config import Loaded
from mppmon.mall.model import ExpectedOn
from mppmon.mall.principal import SYSTEM
from mppmon.mall.uptime import intervals
from tests.stories.house import MONDAY, HandClock, House, small_config

EMPTY_BATTERY = [datetime(1970, 1, 1, 0, 0, 40, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC)]
MARK = "(jam server belum pasti)"


def beat(house: House) -> None:
    """Let the poll loop notice what time it is."""
    house.engine.tick()
    house.engine.turn(house.engine.intake.take())


def unsure(house: House) -> bool:
    """Whether readers are told that the clock is not certain."""
    return house.engine.snapshot.clock_unsure


@pytest.mark.parametrize("wrong", EMPTY_BATTERY, ids=str)
def test_an_empty_battery(tmp_path: Path, wrong: datetime) -> None:
    with House(tmp_path, clock=HandClock(at=[wrong])) as house:
        beat(house)
        assert unsure(house)
        house.all_well()
        house.turn(house.cards("a1", jammed=True))
        (page,) = house.told(NoticeKind.PAGE)
        assert MARK in page.message.text, "it calls, whatever hour the clock shows, and says that it may be wrong"
        house.clock.at[0] = MONDAY  # the time service has answered
        beat(house)
        assert not unsure(house)
        house.all_well()
        day = MONDAY - timedelta(hours=1)
        heard = house.store.transitions(SYSTEM, start=day, end=MONDAY, subjects=("ktp@a1",))
        found = {one.state for one in intervals(heard, start=day, end=MONDAY)}
        assert found == {"unknown"}, "nobody's downtime"
        house.turn(house.cards("a2", jammed=True))
        assert MARK not in house.told(NoticeKind.PAGE)[-1].message.text


def test_a_computer_that_may_be_off_calls_nobody_while_the_hour_is_not_known(tmp_path: Path) -> None:
    loaded = small_config()
    pc = replace(loaded.mall.devices["a1-pc"], expected_on=ExpectedOn.SERVICE_HOURS)
    mall = replace(loaded.mall, devices={**loaded.mall.devices, "a1-pc": pc})
    with House(tmp_path, replace(loaded, mall=mall), clock=HandClock(at=[EMPTY_BATTERY[1]])) as house:
        house.all_well()
        house.fails("a1-pc", "a2-pc")
        house.turn(house.see("core"))
        house.wait(10)
        assert {one.root for one in house.engine.snapshot.incidents} == {"a2-pc"}
        assert len(house.told(NoticeKind.PAGE)) == 1


def test_the_time_of_the_last_shutdown(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.wait(60)
        house.clock.at[0] -= timedelta(minutes=10)  # what a clock without a battery begins with
        with house.killed() as again:
            beat(again)
            assert unsure(again)
            again.all_well()
            again.wait(30)
            with again.killed() as third:
                assert unsure(third), "its own sign of life has not hidden it"
                third.all_well()
                third.turn(third.cards("a1", jammed=True))
                assert MARK in third.told(NoticeKind.PAGE)[-1].message.text
                third.clock.at[0] = MONDAY + timedelta(minutes=30)
                beat(third)
                assert not unsure(third)


def test_a_clock_that_is_right_is_relied_on(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.fails("core")
        house.turn(house.see("router"))
        with house.killed() as again:
            beat(again)
            assert not unsure(again)
            assert all(MARK not in one.message.text for one in again.told())
            assert again.see("core", Outcome.TIMEOUT).at == again.clock.now()


def hourly(*devices: str) -> Loaded:
    """Return the small mall in which these are on in service hours only."""
    loaded = small_config()
    off = {one: replace(loaded.mall.devices[one], expected_on=ExpectedOn.SERVICE_HOURS) for one in devices}
    return replace(loaded, mall=replace(loaded.mall, devices={**loaded.mall.devices, **off}))


PCS = ("a1-pc", "a2-pc", "a3-pc")


def test_nobody_sets_the_clock_and_the_other_computers_are_on(tmp_path: Path) -> None:
    with House(tmp_path, hourly(*PCS), clock=HandClock(at=[EMPTY_BATTERY[1]])) as house:
        house.all_well()
        house.fails("a1-pc")
        house.turn(house.see("core"))
        house.wait(590, step=10)
        assert house.told(NoticeKind.PAGE) == [], "it may be set at any moment"
        house.wait(70, step=10)
        (page,) = house.told(NoticeKind.PAGE)
        assert "A1 Pc" in page.message.text
        assert MARK in page.message.text
        house.clock.at[0] = MONDAY - timedelta(hours=6)  # somebody has set it: it is night
        beat(house)
        house.fails("a2-pc", "a3-pc")
        house.wait(90)
        assert [one.root for one in house.engine.snapshot.incidents] == ["a1-pc"]


def test_nobody_sets_the_clock_and_all_computers_are_off_for_a_day(tmp_path: Path) -> None:
    with House(tmp_path, hourly(*PCS), clock=HandClock(at=[EMPTY_BATTERY[1]])) as house:
        house.all_well()
        house.fails(*PCS)
        house.turn(house.see("core"))
        house.wait(23 * 3600, step=600)
        assert house.told(NoticeKind.PAGE) == [], "it may be night"
        taken = house.engine.adopt(replace(house.loaded, revision="b" * 12), author="root")
        house.engine.turn(house.engine.intake.take())
        taken.result(timeout=0)
        house.wait(3600, step=600)
        assert len(house.engine.snapshot.incidents) == 3, "no night is that long; a reload has forgotten nothing"
        assert house.told(NoticeKind.PAGE)
