"""Each panel's query returns data from the real Prometheus, with the labels its legend or its columns name."""

import math
import re
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grafana.overview import overview
from tests.servers.exposition import page, served
from tests.servers.prometheus import Prometheus, Sample, Scrape, prometheus

pytestmark = pytest.mark.server

RULES = Path(__file__).parents[2] / "deploy/prometheus/mppmon-rules.yml"
DASHBOARD: Any = overview()  # JSON


@dataclass(frozen=True, slots=True)
class Asked:
    """One query of one panel."""

    panel: str
    ref: str
    expr: str
    labels: frozenset[str]


def asked() -> list[Asked]:
    found = []
    for panel in DASHBOARD["panels"]:
        columns = {
            label for step in panel["transformations"] for label in step["options"]["includeByName"] if label != "Value"
        }
        for target in panel["targets"]:
            legend = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            expr = target["expr"].replace("$site", ".*").replace("$__rate_interval", "2s")
            found.append(Asked(panel["title"], target["refId"], expr, frozenset(columns | legend)))
    return found


ASKED = asked()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    now = time.time()  # noqa: TID251  # Prometheus reads the real clock, and compares last-seen with it
    with (
        served(now) as target,
        prometheus(tmp_path_factory.mktemp("grafana"), [Scrape("mppmon", target)], [RULES]) as running,
    ):
        running.until("count_over_time(mppmon_daemon_outbox_pending[2s]) >= 4", bool)  # enough for rates
        yield running


def by_label(samples: list[Sample], label: str) -> dict[str, float]:
    return {sample.labels[label]: sample.value for sample in samples}


def query(title: str, ref: str) -> str:
    (found,) = [one.expr for one in ASKED if (one.panel, one.ref) == (title, ref)]
    return found


def test_six_panels() -> None:
    assert len(DASHBOARD["panels"]) == 6


@pytest.mark.parametrize("one", ASKED, ids=lambda one: f"{one.panel} {one.ref}")
def test_every_query_returns_data(server: Prometheus, one: Asked) -> None:
    found = server.query(one.expr)
    assert found
    assert all(math.isfinite(sample.value) for sample in found)
    assert all(one.labels <= set(sample.labels) for sample in found)


def test_services_are_counted_by_state_and_by_citizens(server: Prometheus) -> None:
    counted = by_label(server.query(query("Services at counters now", "A")), "state")
    assert counted == {"delivered": 1, "degraded": 1, "interrupted": 1, "unknown": 1}
    assert [one.value for one in server.query(query("Services at counters now", "B"))] == [12]


def test_the_list_says_what_is_not_delivered_where_and_for_how_many(server: Prometheus) -> None:
    rows = server.query(query("Which services, where", "A"))
    found = {(row.labels["service"], row.labels["counter"], row.labels["state"], row.value) for row in rows}
    assert found == {("ktp", "a3", "interrupted", 12), ("akta", "a3", "unknown", 5), ("sim", "b1", "degraded", 8)}


def test_the_emptiest_supply_comes_first(server: Prometheus) -> None:
    assert [one.value for one in server.query(query("Supplies that run out first", "A"))] == [0.04, 0.31, 0.6]


def test_lateness_is_read_out_of_the_histogram(server: Prometheus) -> None:
    (late,) = server.query(query("The monitoring itself", "B"))
    assert 0.01 < late.value <= 1


def test_the_variable_offers_the_malls(server: Prometheus) -> None:
    (variable,) = DASHBOARD["templating"]["list"]
    metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", variable["definition"]).groups()  # type: ignore[union-attr]  # its shape is the test
    assert server.get(f"label/{label}/values", **{"match[]": metric}) == ["mpp"]


def test_no_rule_about_the_daemon_fires_on_a_daemon_that_is_well(server: Prometheus) -> None:
    (group,) = server.get("rules")["groups"]
    assert {rule["health"] for rule in group["rules"]} <= {"ok", "unknown"}
    assert [rule["name"] for rule in group["rules"] if rule["state"] == "firing"] == []


def test_the_page_is_sound_exposition() -> None:
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=page(1, 0.0), capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
