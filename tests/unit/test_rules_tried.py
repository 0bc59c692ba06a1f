"""`mppmon test-rules`: the delivered rules against their own tests, and what is said of tests that are wrong."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from alerts.model import Asks, Operator, Rule
from alerts.rule import from_settings
from alerts.series import series, values
from alerts.settings import RuleSettings
from alerts.span import span
from mppmon.cli import main
from mppmon.config import ConfigErrors, cases
from mppmon.config.rules import delivered

GOOD = Path(__file__).parent / "bad_configs" / "good"
RULES = tuple(from_settings(one) for one in delivered().values())
CASES = cases.parse(cases.delivered_cases(), RULES)
NEVER, ALWAYS = (Operator.EQUAL, -12345.0), (Operator.NOT_EQUAL, -12345.0)
TEST = """version: 1
tests:
  - name: jam
    kind: printer
    input_series:
      - {series: 'mppmon_printer_error{error="jammed"}', values: '0 1x1 0'}
    rule_tests:
      - {eval_time: 1m, alertname: PrinterNeedsPerson, exp_alerts: [{labels: {error: jammed}, value: 1}]}
      - {eval_time: 3m, alertname: PrinterNeedsPerson}
"""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_delivered_rule_is_tried_as_it_fires_as_it_is_quiet_and_as_it_ends(rule: Rule) -> None:
    fires = ends = quiet = False
    for case in CASES:
        fired = False
        for test in sorted(case.settings.rule_tests, key=lambda one: span(one.eval_time)):
            if test.alertname == rule.name:
                ends |= fired and not test.exp_alerts
                quiet |= not fired and not test.exp_alerts
                fired |= bool(test.exp_alerts)
        fires |= fired
    assert (fires, quiet, ends) == (True, True, True)


def test_the_delivered_rules_do_as_their_tests_say() -> None:
    assert cases.run(CASES, RULES) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_tests_of_a_rule_notice_when_it_is_spoilt(rule: Rule) -> None:
    absent = rule.condition.asks is Asks.ABSENT
    for over in (timedelta(seconds=1), timedelta(days=99)) if absent else ():
        assert rule.name in failing(replace(rule, condition=replace(rule.condition, over=over)))
    for operator, threshold in () if absent else (NEVER, ALWAYS):
        condition = replace(rule.condition, operator=operator, threshold=threshold, clear=None)
        assert rule.name in failing(replace(rule, condition=condition))
    if rule.wait:
        assert rule.name in failing(replace(rule, wait=timedelta()))
    if rule.keep_firing_for:
        assert rule.name in failing(replace(rule, keep_firing_for=timedelta()))
    if rule.condition.clear is not None:
        assert rule.name in failing(replace(rule, condition=replace(rule.condition, clear=None)))


def failing(spoilt: Rule) -> set[str]:
    """Return the rules whose tests fail with this one in the place of the delivered one; its own tests are run."""
    own = [case for case in CASES if any(test.alertname == spoilt.name for test in case.settings.rule_tests)]
    return {one.alertname for one in cases.run(own, [spoilt if one.name == spoilt.name else one for one in RULES])}


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("1", [1]),
        ("0 1x4 2", [0, 1, 1, 1, 1, 1, 2]),
        ("1+2x3", [1, 3, 5, 7]),
        ("-2-.5x2", [-2, -2.5, -3]),
        ("1e3 _ _x2 stale 4", [1000, None, None, None, None, 4]),
    ],
)
def test_values_are_written_as_promtool_does(text: str, points: list[float | None]) -> None:
    assert list(values(text)) == points


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=30))
def test_points_one_by_one_are_read_as_they_are(points: list[float | None]) -> None:
    assert list(values(" ".join("_" if one is None else repr(one) for one in points))) == points


@given(st.integers(-100, 100), st.integers(-9, 9), st.integers(0, 30))
def test_a_run_is_its_points(begin: int, by: int, more: int) -> None:
    assert list(values(f"{begin}{by:+d}x{more}")) == [begin + by * place for place in range(more + 1)]


@pytest.mark.parametrize("text", ["", "x", "1x", "1+2", "1++2x3", "_x", "1x20000", "_x9999999", "1,2"])
def test_what_is_no_notation_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"value|values"):
        values(text)


def test_series_have_labels_each_once() -> None:
    assert series(r'm{a="1", b="x\"y"}') == ("m", (("a", "1"), ("b", 'x"y')))
    assert series("m") == series("m{}") == ("m", ())
    for text in ("", "m{a=1}", 'm{a="1" b="2"}', 'm{a="1", a="2"}', "1m"):
        with pytest.raises(ValueError, match=r"series|labels"):
            series(text)


def test_spans() -> None:
    assert [span(one).total_seconds() for one in ("0", "90s", "10m", "1h30m", "2d")] == [0, 90, 600, 5400, 172800]
    for text in ("", "10", "m", "1m1h", "-1m", "9999999d"):
        with pytest.raises(ValueError, match="a length such as"):
            span(text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: printer", "kind: printr", "t.yaml:4:11 tests.0.kind: found 'printr', expected one of"),
        ("printer_error{", "printer_eror{", "(did you mean 'mppmon_printer_error'?)"),
        ("3m, alertname: PrinterNeedsP", "3m, alertname: PrinterNeedP", "t.yaml:9:36 tests.0.rule_tests.1.alertname"),
        ("'0 1x1 0'", "'0 1y1 0'", "t.yaml:6:66 tests.0.input_series.0.values: found '0 1y1 0'"),
        ("eval_time: 3m", "eval_time: 3", "rule_tests.1.eval_time: found '3', expected a length such as"),
        ("version: 1\n", "", "t.yaml:1:1 version: found nothing, expected the line `version: 1`"),
        ("exp_alerts:", "exp_alert:", "the unknown key 'exp_alert'"),
    ],
)  # fmt: skip
def test_a_test_that_cannot_prove_anything_is_refused_with_its_place(old: str, new: str, said: str) -> None:
    assert old in TEST
    with pytest.raises(ConfigErrors) as caught:
        cases.parse({"t.yaml": TEST.replace(old, new, 1).encode()}, RULES)
    assert said in str(caught.value)


def test_without_files_the_delivered_ones_are_tried() -> None:
    shown = CliRunner().invoke(main, ["test-rules"])
    assert shown.exit_code == 0
    assert shown.output.startswith(f"OK: {len(CASES)} tests, ")


def test_a_failed_expectation_is_one_line_and_exit_1(tmp_path: Path) -> None:
    mine = tmp_path / "t.yaml"
    mine.write_text(TEST.replace("value: 1", "severity: routine"))
    shown = CliRunner().invoke(main, ["test-rules", str(mine)])
    assert shown.exit_code == 1
    line = 'expected {error="jammed"} routine, got {error="jammed"} 1 urgent'
    assert shown.output.splitlines() == [
        f"{mine}:8 jam, at 1m, PrinterNeedsPerson: {line}",
        "FAILED: 1 tests, 2 expectations, 1 not met",
    ]
    report = json.loads(CliRunner().invoke(main, ["test-rules", str(mine), "--json"]).output)
    assert (report["ok"], report["tests"], len(report["failures"])) == (False, 1, 1)
    mine.write_text("tests: [")
    assert CliRunner().invoke(main, ["test-rules", str(mine)]).exit_code == 2
    assert CliRunner().invoke(main, ["test-rules", str(tmp_path / "gone.yaml")]).exit_code == 2


def test_the_malls_own_tests_are_found_beside_its_rules_and_are_no_configuration(tmp_path: Path) -> None:
    mall = Path(shutil.copytree(GOOD, tmp_path / "mall"))
    (mall / "rules.yaml").write_text(
        "version: 1\nrules:\n  - alert: Mine\n    condition: {metric: mppmon_printer_error, threshold: 1}\n"
        "    summary: {id: a, en: b}\n    first_step: {id: a, en: b}\n"
    )
    (mall / "rules-tests.yaml").write_text(TEST.replace("PrinterNeedsPerson", "Mine"))
    (mall / "rules-tests.d").mkdir()
    (mall / "rules-tests.d" / "more.yaml").write_text(TEST)
    assert CliRunner().invoke(main, ["check-config", str(mall)]).exit_code == 0
    shown = CliRunner().invoke(main, ["test-rules", "--config", str(mall)])
    assert shown.exit_code == 0, shown.output
    assert shown.output.startswith(f"OK: {len(CASES) + 2} tests, ")


def test_rules_that_look_back_are_tried_too() -> None:
    said = {"id": "a", "en": "b"}
    asked = {
        "Rate": {"metric": "mppmon_pc_network_errors_total", "operator": ">", "threshold": 0.5, "rate": 300},
        "Gone": {"metric": "mppmon_pc_disk_free_ratio", "absent": 600},
    }
    rows = [{"alert": name, "condition": one, "summary": said, "first_step": said} for name, one in asked.items()]
    rules = [from_settings(RuleSettings.model_validate(row)) for row in rows]
    lines = """version: 1
tests:
  - name: looks back
    kind: pc
    input_series:
      - {series: mppmon_pc_network_errors_total, values: '0+60x9 540x20'}
      - {series: mppmon_pc_disk_free_ratio, values: '0.5x3 _x15 0.5'}
    rule_tests:
      - {eval_time: 1m, alertname: Rate}
      - {eval_time: 8m, alertname: Rate, exp_alerts: [{}]}
      - {eval_time: 20m, alertname: Rate}
      - {eval_time: 13m, alertname: Gone}
      - {eval_time: 14m, alertname: Gone, exp_alerts: [{}]}
      - {eval_time: 19m, alertname: Gone}
"""
    assert cases.run(cases.parse({"t.yaml": lines.encode()}, rules), rules) == ()
