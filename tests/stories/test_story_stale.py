"""What is not heard of any more is unknown, never guessed up or down; alerts wait until it is heard again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import NoticeKind
from collectors.collector import Kind
from collectors.observation import Outcome
from mppmon.config import Loaded
from mppmon.mall.model import ExpectedOn, Span, State
from tests.stories.house import MONDAY, House, small_config


def often() -> Loaded:
    """Return the small mall, asked every 10 s, its telemetry every 60 s."""
    loaded = small_config()
    seconds = {Kind.LIVENESS: 10.0, Kind.TELEMETRY: 60.0}
    return replace(loaded, targets=tuple(replace(one, interval=seconds[one.kind]) for one in loaded.targets))


def heard(house: House, *but: str, seconds: int) -> None:
    """Let everything but these answer every 10 s, and the PCs give their readings."""
    for second in range(seconds):
        house.clock.pass_(1)
        answers = (
            [house.see(one) for one in house.engine.snapshot.reaches if one not in but] if second % 10 == 0 else []
        )
        readings = [house.cards(one) for one in ("a1", "a2") if second % 60 == 0 and f"{one}-pc" not in but]
        house.turn(*answers, *readings)


def asked(house: House) -> tuple[str, ...]:
    """Return the devices that are not asked themselves."""
    return tuple(one.id for one in house.loaded.mall.devices.values() if one.via or one.id == "line")


def test_a_device_nobody_asked_for_three_intervals_is_unknown_from_its_last_answer(tmp_path: Path) -> None:
    with House(tmp_path, often()) as house:
        house.all_well()
        heard(house, "a3-printer", *asked(house), seconds=31)
        assert house.engine.snapshot.reaches["a3-printer"] is State.UP
        heard(house, "a3-printer", *asked(house), seconds=2)
        assert house.history("a3-printer/reach") == [("up", MONDAY), ("unknown", MONDAY)]
        assert house.history("surat@a3")[-1][0] == "unknown"
        assert house.engine.snapshot.reaches["a3-pc"] is State.UP
        assert house.told() == []
        house.turn(house.see("a3-printer"))
        assert house.history("a3-printer/reach")[-1] == ("up", house.clock.now())


def test_our_own_fault_says_nothing_so_that_it_makes_stale(tmp_path: Path) -> None:
    with House(tmp_path, often()) as house:
        house.all_well()
        for _ in range(4):
            house.turn(house.see("a3-printer", Outcome.LOCAL))
            heard(house, "a3-printer", *asked(house), seconds=10)
        assert house.history("a3-printer/reach")[-1] == ("unknown", MONDAY)
        (row,) = [one for one in house.transitions("a3-printer/reach") if one.new == "unknown"]
        assert row.cause == "stale"


def test_what_was_down_is_down_until_its_last_observation_and_its_alert_stays(tmp_path: Path) -> None:
    with House(tmp_path, often()) as house:
        house.all_well()
        house.clock.pass_(10)
        house.turn(house.see("core"))
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.clock.pass_(10)
        house.turn(house.see("a3-printer", Outcome.TIMEOUT))
        last = house.clock.now()
        heard(house, "a3-printer", *asked(house), seconds=40)
        assert house.history("a3-printer/reach")[-2:] == [("down", MONDAY + timedelta(seconds=10)), ("unknown", last)]
        assert house.told(NoticeKind.RESOLVED) == []
        assert [one.root for one in house.engine.snapshot.incidents] == ["a3-printer"]
        house.fails("a3-printer")
        house.turn(house.see("core"))
        house.wait(6)
        assert house.engine.snapshot.reaches["a3-printer"] is State.DOWN
        assert len(house.told(NoticeKind.PAGE)) == 1
        house.answers("a3-printer")
        assert len(house.told(NoticeKind.RESOLVED)) == 1


def test_what_is_seen_through_a_pc_is_stale_with_its_readings(tmp_path: Path) -> None:
    with House(tmp_path, often()) as house:
        house.all_well()
        unread = ("a1-cards", "a2-cards", "line")
        for second in range(190):
            house.clock.pass_(1)
            house.turn(
                *(house.see(one) for one in house.engine.snapshot.reaches if one not in unread and not second % 10)
            )
        assert house.engine.snapshot.reaches["a1-pc"] is State.UP
        assert house.history("a1-cards/reach") == [("up", MONDAY), ("unknown", MONDAY)]


def test_what_waits_in_the_queue_of_a_slow_engine_is_not_stale(tmp_path: Path) -> None:
    with House(tmp_path, often()) as house:
        house.all_well()
        waiting = []
        for _ in range(6):
            house.clock.pass_(10)
            waiting += [house.see(one) for one in house.engine.snapshot.reaches if one not in asked(house)]
        house.turn(*waiting)
        assert all(state is State.UP for state in house.engine.snapshot.reaches.values())


def test_the_line_is_unknown_with_all_its_anchors_and_up_with_the_first(tmp_path: Path) -> None:
    with House(tmp_path, often()) as house:
        house.all_well()
        heard(house, "anchor-1", "anchor-2", *asked(house), seconds=40)
        assert house.history("line/reach") == [("up", MONDAY), ("unknown", MONDAY)]
        assert house.told() == []
        house.turn(house.see("anchor-2"))
        assert house.history("line/reach")[-1] == ("up", house.clock.now())


def test_what_was_down_before_our_line_was_cut_stays_down_until_then(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.all_well()
        house.clock.pass_(10)
        house.turn(house.see("anchor-1"), house.see("anchor-2"))
        house.fails("system")
        house.turn(house.see("anchor-1"), house.see("anchor-2"))
        house.wait(600, step=10)
        cut = house.clock.now()
        house.fails("anchor-1", "anchor-2", "system")
        house.turn(house.see("router"))
        house.wait(6)
        assert house.history("system/reach")[-2:] == [("down", MONDAY + timedelta(seconds=10)), ("unknown", cut)]
        assert len(house.engine.snapshot.incidents) == 2


def test_a_printer_off_before_opening_calls_nobody_after_a_restart_either(tmp_path: Path) -> None:
    loaded = small_config()
    devices = {
        **loaded.mall.devices,
        "a3-printer": replace(loaded.mall.devices["a3-printer"], expected_on=ExpectedOn.SERVICE_HOURS),
    }
    hours = {"mpp": (Span(MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=8)),)}
    mall = replace(loaded.mall, hours=hours, devices=devices)
    with House(tmp_path, replace(loaded, mall=mall)) as house:
        house.all_well()
        house.fails("a3-printer")
        house.turn(house.see("core"))
        with house.killed() as again:
            again.wait(5)
            assert again.told() == []
