"""A rule about a metric that nothing gives would wait in silence for ever: it is said when the files are checked."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from collectors.snmp.library import builtin
from mppmon import config
from mppmon.cli import main
from mppmon.config.metrics import DAEMON, OWN, known
from mppmon.config.rule_words import labels_of, values_of
from mppmon.config.rules import delivered
from mppmon.exporter.figures import HELP, PREFIX

HERE = Path(__file__).parent
DOCS = (HERE.parents[1] / "docs" / "metrics.md").read_text("utf-8")
RULE = """version: 1
rules:
  - alert: Mine
    condition: {metric: %s, threshold: 1}
    summary: {id: a, en: b}
    first_step: {id: a, en: b}
"""


def place(tmp_path: Path, metric: str) -> Path:
    """Return the good configuration with a rule about this metric."""
    mall = Path(shutil.copytree(HERE / "bad_configs" / "good", tmp_path / "mall"))
    (mall / "rules.yaml").write_text(RULE % metric, "utf-8")
    return mall


def test_a_metric_that_nothing_gives_is_named_with_the_nearest(tmp_path: Path) -> None:
    mall = place(tmp_path, "mppmon_printer_eror")
    with pytest.raises(config.ConfigErrors) as caught:
        config.load(mall, today=date(2026, 11, 24))
    assert str(caught.value) == (
        "rules.yaml:4:25 rules.0.condition.metric: found 'mppmon_printer_eror', which nothing gives: the rule would "
        "never fire, expected a metric of docs/metrics.md (did you mean 'mppmon_printer_error'?)"
    )
    shown = CliRunner().invoke(main, ["check-config", str(mall)])
    assert shown.exit_code == 2
    assert "error: rules.yaml:4:25" in shown.output


@pytest.mark.parametrize("metric", ["mppmon_device_reach", "mppmon_device_down", "mppmon_service_delivery"])
def test_a_profile_of_ones_own_cannot_say_our_verdicts(tmp_path: Path, metric: str) -> None:
    mall = place(tmp_path, "mppmon_printer_error")
    (mall / "profiles").mkdir()
    (mall / "profiles" / "own.yaml").write_text(
        "version: 1\nname: own\ntitle: Own\nkind: switch\nextends: [system]\nscalars:\n  columns:\n"
        f"    x: {{oid: 1.3.6.1.0, mib: X}}\n  series:\n    {metric}: {{as: number, read: [{{column: x}}]}}\n"
    )
    with pytest.raises(config.ConfigErrors, match=f"found '{metric}', which no device gives"):
        config.load(mall, today=date(2026, 11, 24))


def test_every_known_metric_is_taken_without_a_word(tmp_path: Path) -> None:
    head, _, rule = RULE.partition("  - ")  # a rule for each, in one file
    rules = [f"  - {rule % metric}".replace("Mine", f"Mine{number}") for number, metric in enumerate(sorted(known()))]
    mall = place(tmp_path, "mppmon_printer_error")
    (mall / "rules.yaml").write_text(head + "".join(rules), "utf-8")
    loaded = config.load(mall, today=date(2026, 11, 24))
    assert loaded.warnings == ()
    assert {one.name for one in loaded.rules} >= {f"Mine{number}" for number in range(len(rules))}


def test_the_known_metrics_are_those_of_the_documentation_that_a_rule_can_ask() -> None:
    documented = set(re.findall(r"`(mppmon_[a-z_]+)`", DOCS))
    assert known() - DAEMON <= documented
    of_devices = {
        one for one in documented if one.startswith(("mppmon_printer_", "mppmon_interface_", "mppmon_online_"))
    }
    assert of_devices <= known()
    assert {rule.condition.metric for rule in delivered().values()} <= known()
    assert documented >= OWN


def test_what_the_daemon_says_of_itself_is_what_it_shows() -> None:
    assert {PREFIX + figure for figure in HELP} | {"mppmon_daemon_queue_depth"} == DAEMON


def test_the_rules_that_are_delivered_say_only_what_their_metrics_carry(tmp_path: Path) -> None:
    rules = sorted((HERE.parents[1] / "alerts" / "rules").glob("*.yaml"))
    for rule in rules:
        mall = place(tmp_path / rule.stem, "mppmon_online_ok")
        shutil.copy(rule, mall / "rules.yaml")
        assert config.load(mall, today=date(2026, 11, 24)).warnings == ()
    assert len(rules) > 5


def test_the_labels_of_what_the_daemon_says_of_itself_are_those_of_the_documentation() -> None:
    rows = re.findall(r"^\| (`mppmon_daemon_[^|]*) \| ([^|]*) \|", DOCS, re.MULTILINE)
    said = {
        metric: tuple(sorted(re.findall(r"`(\w+)`", labels)))
        for metrics, labels in rows
        for metric in re.findall(r"`(mppmon_daemon_\w+)`", metrics)
    }
    assert said.keys() <= DAEMON
    assert {one: tuple(sorted(labels_of(one) or ())) for one in said} == said


def test_a_value_is_judged_only_where_profiles_enumerate_it() -> None:
    assert "jammed" in values_of(builtin(), "mppmon_printer_error", "error")
    assert values_of(builtin(), "mppmon_printer_supply_ratio", "supply") == frozenset(), "an index"
    assert values_of(builtin(), "mppmon_online_ok", "url") == frozenset(), "of no profile"
