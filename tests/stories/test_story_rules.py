"""What rules make of values that waver, or are none."""

from dataclasses import replace
from pathlib import Path

from alerts.model import Condition, Operator, Rule, Severity, Words
from tests.stories.house import House, small_config

INK = (("type", "ink"),)
SAID = Words("salah", "wrong")


def test_a_level_that_wavers_about_its_threshold_is_one_alert(tmp_path: Path) -> None:
    condition = Condition("mppmon_printer_supply_ratio", Operator.BELOW, 0.1, clear=0.15)
    low = Rule("Low", condition, severity=Severity.ROUTINE, summary=SAID, first_step=SAID)
    loaded = small_config()
    with House(tmp_path, replace(loaded, rules=(*loaded.rules, low))) as house:
        house.all_well()
        course = []
        for level in (0.12, 0.09, 0.11, 0.09, float("nan"), 0.149, 0.15, 0.11, 0.09):
            house.clock.pass_(60)
            house.turn(house.sees("a3-printer", {("mppmon_printer_supply_ratio", INK): level}))
            course.append(any(alert.key.rule == "Low" for alert in house.engine.snapshot.alerts))
        assert course == [False, True, True, True, True, True, False, False, True]
