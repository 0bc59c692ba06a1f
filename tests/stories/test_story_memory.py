"""What the engine has in mind survives a kill at any point: time to start, late verdicts, readings of days."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.model import Asks, Condition, NoticeKind, Operator, Rule, Words
from mppmon.config import Loaded
from mppmon.mall.model import Device, DeviceKind, State
from mppmon.state import database_file
from tests.stories.house import House, small_config
from tests.stories.mind import plain

PCS = ("pc-1", "pc-2")
FED = ("switch", *PCS)
Step = Callable[[House], None]


def thing(name: str, kind: DeviceKind, *parents: str, power: tuple[str, ...] = ()) -> Device:
    return Device(name, kind, name, parents=parents, power=power, address="127.0.0.1")


def fed_by_ups() -> Loaded:
    """Return a UPS that feeds a switch and two computers behind it."""
    return plain(
        [
            thing("ups", DeviceKind.UPS),
            thing("switch", DeviceKind.SWITCH, power=("ups",)),
            *(thing(one, DeviceKind.PC, "switch", power=("ups",)) for one in PCS),
        ]
    )


def told(mall: House, kind: NoticeKind) -> int:
    return len({(one.incident, one.created_at) for one in mall.told(kind)})


def roots(mall: House) -> list[str]:
    return sorted(one.root for one in mall.engine.snapshot.incidents if one.closed_at is None)


def played(mall: House, steps: Sequence[Step], *, kills: Sequence[int]) -> House:
    """Play the steps; after those of `kills` the process is killed and started anew."""
    for place, step in enumerate(steps):
        step(mall)
        if place in kills:
            sent = mall.told()
            mall = mall.killed()
            vars(mall)["_told"] = sent  # what arrived before the kill has arrived
    return mall


def quiet(seconds: float) -> Step:
    return lambda mall: mall.wait(seconds, step=10 if seconds > 10 else 5)


def all_answer(mall: House) -> None:
    mall.answers(*mall.loaded.mall.devices)


POWER: tuple[Step, ...] = (
    all_answer,
    lambda mall: mall.fails("ups", *FED),
    quiet(10),
    lambda mall: mall.answers("ups"),
    quiet(5),
    lambda mall: mall.fails(*FED),
    lambda mall: mall.fails(*FED),
    quiet(20),
    lambda mall: mall.answers("ups", "switch"),
    lambda mall: mall.fails(*PCS),
    quiet(60),
    all_answer,
    quiet(10),
)


@pytest.mark.parametrize("kill", [*((place,) for place in range(len(POWER) - 1)), tuple(range(len(POWER))), ()])
def test_power_that_came_back_is_one_message_wherever_we_are_killed(kill: tuple[int, ...], tmp_path: Path) -> None:
    with played(House(tmp_path, fed_by_ups()), POWER, kills=kill) as mall:
        assert roots(mall) == []
        assert (told(mall, NoticeKind.PAGE), told(mall, NoticeKind.RESOLVED)) == (1, 1)


@pytest.mark.parametrize("killed", [False, True])
def test_what_does_not_start_pages_when_its_time_is_over_also_after_a_kill(tmp_path: Path, *, killed: bool) -> None:
    with played(House(tmp_path, fed_by_ups()), POWER[:6], kills=(5,) if killed else ()) as mall:
        mall.answers("ups", "switch", "pc-2")
        mall.wait(240, step=60)
        mall.fails("pc-1")
        assert roots(mall) == []  # less than 300 s since the power is back
        mall.wait(60, step=10)
        mall.fails("pc-1")
        mall.wait(6)
        assert roots(mall) == ["pc-1"]


def test_a_stop_of_the_process_takes_nobody_his_time_to_start(tmp_path: Path) -> None:
    with played(House(tmp_path, fed_by_ups()), POWER[:6], kills=()) as mall:
        mall.engine.tick()  # the poll loop, before and after a minute in which the process was stopped
        mall.clock.pass_(60)
        mall.engine.tick()
        mall.engine.turn(mall.engine.intake.take())
        mall.answers("ups")
        mall.fails(*FED)
        mall.wait(20)
        assert roots(mall) == []
        assert mall.engine.snapshot.reaches["pc-1"] is State.UNKNOWN


def test_a_clock_that_is_set_back_neither_ends_nor_draws_out_the_time_to_start(tmp_path: Path) -> None:
    with played(House(tmp_path, fed_by_ups()), POWER[:6], kills=()) as mall:
        mall.engine.tick()
        mall.clock.pass_(-3600)
        mall.engine.tick()
        mall.engine.turn(mall.engine.intake.take())
        mall.answers("ups")
        mall.fails(*FED)
        mall.wait(20)
        assert roots(mall) == []
        mall.answers("switch", "pc-2")
        mall.fails("pc-1")
        mall.wait(240, step=60)
        assert roots(mall) == []
        mall.wait(60, step=10)
        mall.fails("pc-1")
        mall.wait(6)
        assert roots(mall) == ["pc-1"]


LATE: tuple[Step, ...] = (
    all_answer,
    lambda mall: mall.fails("pc-1"),  # all above it answered a moment ago: a fault of its own, for now
    quiet(6),
    lambda mall: mall.fails("switch"),
    quiet(10),
    lambda mall: mall.fails("switch", *PCS),
    quiet(10),
    lambda mall: mall.answers("switch"),
    lambda mall: mall.answers(*PCS),
    quiet(10),
)


@pytest.mark.parametrize("kill", [*((place,) for place in range(len(LATE) - 1)), ()])
def test_a_cause_that_is_seen_late_takes_over_the_incident_wherever_we_are_killed(
    kill: tuple[int, ...], tmp_path: Path
) -> None:
    lone = replace(fed_by_ups(), mall=replace(fed_by_ups().mall, devices=unfed()))
    with played(House(tmp_path, lone), LATE[:7], kills=kill) as mall:
        assert roots(mall) == ["switch"]
        mall = played(mall, LATE[7:], kills=[place - 7 for place in kill])  # noqa: PLW2901  # the house lives on
        assert roots(mall) == []
        assert told(mall, NoticeKind.PAGE) == 2  # one for the computer, and one for what was its cause


def test_a_cause_that_failed_while_we_were_off_takes_over_the_incident(tmp_path: Path) -> None:
    lone = replace(fed_by_ups(), mall=replace(fed_by_ups().mall, devices=unfed()))
    with played(House(tmp_path, lone), LATE[:3], kills=()) as mall:
        assert roots(mall) == ["pc-1"]
        mall.clock.pass_(300)
        house = mall.killed()
        house.fails("switch", *PCS)
        house.wait(10)
        assert roots(house) == ["switch"]
        house.store.close()


def unfed() -> dict[str, Device]:
    return {name: replace(device, power=()) for name, device in fed_by_ups().mall.devices.items()}


@pytest.mark.parametrize("alone", [False, True])
def test_a_fault_of_long_before_stays_one_of_its_own_over_a_kill(tmp_path: Path, *, alone: bool) -> None:
    lone = replace(fed_by_ups(), mall=replace(fed_by_ups().mall, devices=unfed()))
    with played(House(tmp_path, lone), (all_answer, lambda mall: mall.fails("pc-1"), quiet(6)), kills=()) as mall:
        assert roots(mall) == ["pc-1"]
        mall.wait(300, step=60)
        mall.answers("ups", "switch", "pc-2")
        house = played(mall, (quiet(1),), kills=(0,))
        if alone:  # it is judged before the switch is seen to fail
            house.fails("pc-1")
            house.wait(6)
        house.fails("switch", "pc-1", "pc-2")
        house.wait(10)
        assert roots(house) == ["pc-1", "switch"]
        house.store.close()


TONER = "mppmon_printer_supply_ratio"
BLACK = (("supply", "black"),)
FORECAST = Rule(
    "TonerRunsOut",
    Condition(
        TONER, Operator.BELOW, 0.0, asks=Asks.FORECAST, over=timedelta(days=1), ahead=timedelta(days=2), match=()
    ),
    summary=Words("toner akan habis", "toner runs out"),
    first_step=Words("pesan", "order"),
)


@pytest.mark.parametrize("every", [3, 100])
def test_a_forecast_of_days_goes_on_over_kills(every: int, tmp_path: Path) -> None:
    """Killed every three hours, of which each is less than the half day that a forecast needs to speak."""
    mall = House(tmp_path, replace(small_config(), rules=(*small_config().rules, FORECAST)))
    spoke = []
    for hour in range(24):
        mall.clock.pass_(3600)
        mall.turn(mall.see("a3-printer"), mall.sees("a3-printer", {(TONER, BLACK): 0.5 - hour / 100}))
        mall.wait(11, step=11)
        if any(one.key.rule == FORECAST.name for one in mall.engine._world.alerts.values()):  # noqa: SLF001  # it calls nobody at night
            spoke.append(hour)
        if hour % every == every - 1:
            mall = mall.killed()
    mall.store.close()
    assert spoke
    assert min(spoke) <= 13  # half of the window


def test_what_was_remembered_and_cannot_be_read_keeps_nobody_from_starting(tmp_path: Path) -> None:
    mall = House(tmp_path, replace(small_config(), rules=(*small_config().rules, FORECAST)))
    mall.turn(mall.see("a3-printer"), mall.sees("a3-printer", {(TONER, BLACK): 0.5}))
    mall.wait(11, step=11)
    with closing(sqlite3.connect(database_file(mall.state))) as raw, raw:
        assert raw.execute("update reading_window set body = '{}'").rowcount == 1
    mall = mall.killed()
    mall.fails("a1-cards", "a1-pc")
    mall.wait(30)
    assert roots(mall)
    mall.store.close()


def kept(mall: House) -> tuple[list[str], int]:
    """Return the devices whose time to start is kept, and how many windows are."""
    with closing(sqlite3.connect(database_file(mall.state))) as raw:
        graces = [one for (one,) in raw.execute("select device from grace order by device")]
        return graces, raw.execute("select count(*) from reading_window").fetchone()[0]


@pytest.mark.parametrize("way", ["reload", "start"])
def test_what_is_remembered_of_what_is_gone_is_forgotten(way: str, tmp_path: Path) -> None:
    """Devices come and go for years: the database must not keep a row of each for ever."""
    whole = fed_by_ups()
    forecast = replace(FORECAST, condition=replace(FORECAST.condition, metric="mppmon_ups_charge_ratio"))
    whole = replace(whole, rules=(*whole.rules, forecast))
    fewer = replace(whole.mall, devices={one: it for one, it in whole.mall.devices.items() if one != "pc-2"})
    less = replace(
        whole,
        revision="ccccddddeeee",
        mall=fewer,
        rules=whole.rules[:-1],
        targets=tuple(one for one in whole.targets if one.device in fewer.devices),
    )
    mall = House(tmp_path, whole)
    mall.turn(*(mall.see(one) for one in ("ups", *FED)), mall.sees("ups", {("mppmon_ups_charge_ratio", ()): 0.5}))
    mall.fails("ups", *FED)
    mall.wait(60, step=10)
    mall.answers("ups")
    mall.wait(20, step=10)
    assert kept(mall) == (sorted(FED), 1)
    if way == "reload":
        mall.engine.adopt(less, author="root")
        mall.engine.turn(mall.engine.intake.take())
    else:
        mall.loaded = less
        mall = mall.killed()
        mall.wait(11, step=11)
    assert kept(mall) == (["pc-1", "switch"], 0)
    mall = mall.killed()
    mall.wait(11, step=11)
    assert kept(mall) == (["pc-1", "switch"], 0)
    mall.store.close()


def test_readings_older_than_their_window_are_forgotten_at_a_start(tmp_path: Path) -> None:
    mall = House(tmp_path, replace(small_config(), rules=(*small_config().rules, FORECAST)))
    mall.turn(mall.see("a3-printer"), mall.sees("a3-printer", {(TONER, BLACK): 0.5}))
    mall.wait(11, step=11)
    for hours, left in ((23, 1), (2, 0)):
        mall.clock.pass_(hours * 3600)
        mall = mall.killed()
        mall.wait(11, step=11)
        assert kept(mall)[1] == left
    mall.store.close()
