"""A device that started anew is noted once, and calls nobody."""

from dataclasses import replace
from pathlib import Path

from alerts.model import AlertStatus, Condition, Operator, Rule, Severity
from tests.stories.house import House, small_config

UPTIME = "mppmon_device_uptime_seconds"
RULE = Rule("DeviceRestarted", Condition("mppmon_device_restarted", Operator.EQUAL, 1.0), severity=Severity.ROUTINE)


def test_a_restart_is_one_alert_until_the_next_reading(tmp_path: Path) -> None:
    loaded = small_config()
    with House(tmp_path, replace(loaded, rules=(*loaded.rules, RULE))) as house:
        house.all_well()
        seen = []
        for uptime in (5_000.0, 5_060.0, 20.0, 80.0, 140.0):
            house.clock.pass_(60)
            house.turn(house.sees("core", {(UPTIME, ()): uptime}))
            seen.append([one.status for one in house.engine.snapshot.alerts if one.key.rule == RULE.name])
        assert seen == [[], [], [AlertStatus.FIRING], [], []]
        assert house.told() == []


def test_the_start_of_a_computer_by_its_own_clock_tells_the_same(tmp_path: Path) -> None:
    loaded = small_config()
    with House(tmp_path, replace(loaded, rules=(*loaded.rules, RULE))) as house:
        house.all_well()
        for back, restarts in ((9_000.0, 0), (9_060.0, 0), (30.0, 1), (7 * 3600.0, 0)):
            house.clock.pass_(60)
            start = house.clock.now().timestamp() - back
            house.turn(house.sees("a3-pc", {("mppmon_pc_boot_time_seconds", ()): start}))
            assert len([one for one in house.engine.snapshot.alerts if one.key.rule == RULE.name]) == restarts
