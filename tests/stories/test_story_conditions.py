"""Rules that look at more than one reading, in the engine: rates, forecasts, absence, hysteresis, reloads, restarts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import Asks, Condition, NoticeKind, Operator, Rule, Words
from collectors.collector import Way
from tests.stories.house import House, small_config

ERRORS = "mppmon_interface_receive_errors_total"
PORT = (("interface", "1"),)
DISK = "mppmon_pc_disk_free_ratio"
WORDS = Words("rusak", "broken")


def rule(condition: Condition) -> Rule:
    return Rule("Tried", condition, summary=WORDS, first_step=WORDS)


def house(tmp_path: Path, condition: Condition) -> House:
    return House(tmp_path, replace(small_config(), rules=(*small_config().rules, rule(condition))))


RATE = Condition(ERRORS, Operator.ABOVE, 1, clear=0.5, asks=Asks.RATE, over=timedelta(minutes=5))
ABSENT = Condition(DISK, Operator.EQUAL, 600, asks=Asks.ABSENT, over=timedelta(minutes=10))


def begun(mall: House) -> int:
    return len({one.incident for one in mall.told(NoticeKind.PAGE) if "rusak" in one.message.text})


def count(mall: House, *totals: int) -> None:
    for total in totals:
        mall.clock.pass_(60)
        mall.turn(mall.see("a3-printer"), mall.sees("a3-printer", {(ERRORS, PORT): total}))


def test_a_counter_that_runs_calls_somebody_and_one_that_began_again_does_not(tmp_path: Path) -> None:
    with house(tmp_path, RATE) as mall:
        mall.all_well()
        count(mall, 9000, 9001, 9002, 0, 1, 2, 3)
        assert begun(mall) == 0
        count(mall, 300, 700, 1100)
        assert begun(mall) == 1


def test_an_alert_is_over_when_the_rate_has_passed_clear(tmp_path: Path) -> None:
    with house(tmp_path, RATE) as mall:
        mall.all_well()
        count(mall, 0, 100, 200, 300)
        count(mall, 340, 380, 420, 460, 500)  # 0.7 per second: below the threshold, above `clear`
        assert begun(mall) == 1
        assert mall.told(NoticeKind.RESOLVED) == []
        count(mall, *([500] * 6))
        assert len({one.incident for one in mall.told(NoticeKind.RESOLVED)}) == 1


def test_a_restart_guesses_nothing_and_ends_nothing(tmp_path: Path) -> None:
    with house(tmp_path, RATE) as mall:
        mall.all_well()
        count(mall, 0, 100, 200, 300)
        again = mall.killed()
    with again as mall:
        count(mall, 300, 300)
        assert mall.told(NoticeKind.RESOLVED) == []
        count(mall, 300, 300, 300)
        assert len({one.incident for one in mall.told(NoticeKind.RESOLVED)}) == 1


def test_a_reload_keeps_what_is_remembered(tmp_path: Path) -> None:
    with house(tmp_path, RATE) as mall:
        mall.all_well()
        count(mall, 0, 100, 200)
        renewed = replace(mall.loaded, revision="bbbbccccdddd")
        future = mall.engine.adopt(renewed, author="ani")
        mall.engine.turn(mall.engine.intake.take())
        future.result(timeout=0)
        count(mall, 300)
        assert begun(mall) == 1


def disk(mall: House, minutes: int, *, given: bool) -> None:
    for _ in range(minutes):
        mall.clock.pass_(60)
        mall.turn(mall.see("a3-pc"), mall.sees("a3-pc", {(DISK, (("disk", "0"),)): 0.5} if given else {("m", ()): 1.0}))


def with_agents(tmp_path: Path) -> House:
    loaded = small_config()
    rules = (*loaded.rules, replace(rule(ABSENT), kinds=frozenset({"pc"})))
    agents = tuple(replace(one, way=Way.AGENT) if one.check == "a3-pc:telemetry" else one for one in loaded.targets)
    return House(tmp_path, replace(loaded, rules=rules, targets=agents))


def test_readings_that_stay_away_call_somebody_until_the_first_one_comes(tmp_path: Path) -> None:
    with with_agents(tmp_path) as mall:
        mall.all_well()
        disk(mall, 3, given=True)
        disk(mall, 10, given=False)
        assert begun(mall) == 0
        disk(mall, 1, given=False)
        assert begun(mall) == 1
        disk(mall, 1, given=True)
        assert len({one.incident for one in mall.told(NoticeKind.RESOLVED)}) == 1


def test_nothing_is_absent_while_the_device_is_down_nor_soon_after(tmp_path: Path) -> None:
    with with_agents(tmp_path) as mall:
        mall.all_well()
        disk(mall, 8, given=False)
        mall.fails("a3-pc")
        mall.wait(1200, step=60)
        mall.answers("a3-pc")
        disk(mall, 10, given=False)
        assert begun(mall) == 0
        disk(mall, 1, given=False)
        assert begun(mall) == 1


def test_nothing_is_absent_where_it_is_not_asked_for(tmp_path: Path) -> None:
    with house(tmp_path, ABSENT) as mall:  # a3-printer is asked by SNMP, no profile of which has disks of PCs
        mall.all_well()
        for _ in range(20):
            mall.clock.pass_(60)
            mall.turn(mall.see("a3-printer"), mall.sees("a3-printer", {("m", ()): 1.0}))
        assert begun(mall) == 0
