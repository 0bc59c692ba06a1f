"""One symptom, one owner: the table of docs/alerts.md against the rules that are delivered."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
_ROW = re.compile(r"^\| [^|]+ \| (daemon|Prometheus) \| `(\w+)` \|", re.MULTILINE)


def stated() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"daemon": set(), "Prometheus": set()}
    for owner, rule in _ROW.findall((ROOT / "docs" / "alerts.md").read_text("utf-8")):
        found[owner].add(rule)
    return found


def test_every_rule_is_in_the_table_under_its_owner() -> None:
    ours = {
        rule["alert"]
        for path in (ROOT / "alerts" / "rules").glob("*.yaml")
        for rule in yaml.safe_load(path.read_text("utf-8"))["rules"]
    }
    prometheus = {
        rule["alert"]
        for group in yaml.safe_load((ROOT / "deploy/prometheus/mppmon-rules.yml").read_text("utf-8"))["groups"]
        for rule in group["rules"]
        if "alert" in rule
    }
    assert stated() == {"daemon": ours, "Prometheus": prometheus}
    assert not ours & prometheus
