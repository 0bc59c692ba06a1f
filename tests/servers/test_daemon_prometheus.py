"""The running daemon before the real Prometheus: up, linted clean, every query of the dashboard returns its data."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.servers.daemon_process import Line, daemon, until
from tests.servers.prometheus import Prometheus, Scrape, prometheus
from tests.servers.test_grafana_queries import ASKED, Asked

pytestmark = pytest.mark.server
RULES = Path(__file__).parents[2] / "deploy/prometheus/mppmon-rules.yml"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """Run a daemon whose network printer is jammed: something to show."""
    with daemon(tmp_path_factory.mktemp("watched")) as running:
        running.control.begin("jam", "printer")
        until(running.status, lambda view: bool(view["incidents"]))
        yield running


@pytest.fixture(scope="module")
def server(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    scrapes = [Scrape("mppmon", f"127.0.0.1:{line.port}")]
    with prometheus(tmp_path_factory.mktemp("prometheus"), scrapes, [RULES]) as running:
        running.until("count_over_time(mppmon_daemon_outbox_pending[2s]) >= 4", bool)  # enough for rates
        yield running


def test_it_is_up(server: Prometheus) -> None:
    (up,) = server.query('up{job="mppmon"}')
    assert up.value == 1
    targets = server.get("targets")["activeTargets"]
    assert [one["lastError"] for one in targets] == [""]


def test_promtool_finds_nothing_in_what_it_shows(line: Line) -> None:
    page = requests.get(f"http://127.0.0.1:{line.port}/metrics", timeout=5).content
    checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, timeout=60, check=False)
    assert (checked.returncode, checked.stdout, checked.stderr.decode()) == (0, b"", "")


def test_what_it_says_is_what_the_status_says(line: Line, server: Prometheus) -> None:
    (found,) = server.until(
        'mppmon_service_delivery{service="kk",state="interrupted"}', lambda found: found[0].value == 1
    )
    assert found.labels["counter"] == "a1"
    assert found.labels["agency"] == "dukcapil"
    down = server.query('mppmon_device_function{state="down"} == 1')
    assert [one.labels["device"] for one in down] == ["printer"]
    (pages,) = server.query('mppmon_daemon_sends_total{channel="surat",outcome="sent"}')
    assert pages.value == len(line.mails())
    (opened,) = server.query('mppmon_incidents_open{status="open"}')
    assert opened.value == len(line.status()["incidents"])


@pytest.mark.parametrize("asked", ASKED, ids=lambda one: f"{one.panel}-{one.ref}")
def test_every_query_of_the_dashboard_returns_data(server: Prometheus, asked: Asked) -> None:
    found = server.until(asked.expr, bool)
    assert all(asked.labels <= one.labels.keys() for one in found)


def test_no_rule_about_the_daemon_fires_while_it_is_well(server: Prometheus) -> None:
    assert [one.labels["alertname"] for one in server.query('ALERTS{alertstate="firing"}')] == []
