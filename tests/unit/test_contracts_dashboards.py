"""The dashboards that Grafana reads are those the code writes, and ask only for what docs/metrics.md promises."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from grafana.__main__ import FOLDER, render
from grafana.overview import overview
from grafana.panels import DATASOURCE, Json

ROOT = Path(__file__).parents[2]


def test_the_files_are_up_to_date() -> None:
    assert {path.name: path.read_text() for path in FOLDER.glob("*.json")} == render(), "run `make dashboards`"


def test_only_documented_metrics_are_asked_for() -> None:
    documented = set(re.findall(r"`(mppmon_[a-z_]+)", (ROOT / "docs/metrics.md").read_text()))
    asked = {name.removesuffix("_bucket") for name in re.findall(r"\bmppmon_[a-z_]+", json.dumps(overview()))}
    assert asked
    assert asked <= documented


def test_panels_neither_overlap_nor_leave_the_grid() -> None:
    dashboard: Any = overview()
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert all(x < 24 for x, _ in cells)
        assert not taken & cells, panel["title"]
        taken |= cells


def test_every_panel_says_how_to_read_it() -> None:
    dashboard: Any = overview()
    assert [panel["title"] for panel in dashboard["panels"] if len(panel["description"]) < 20] == []


def test_provisioning_names_the_datasource_the_panels_ask() -> None:
    (source,) = yaml.safe_load((ROOT / "grafana/provisioning/datasources/mppmon.yml").read_text())["datasources"]
    provisioned: Json = {"type": source["type"], "uid": source["uid"]}
    assert provisioned == DATASOURCE


@pytest.mark.parametrize("file", ["datasources/mppmon.yml", "dashboards/mppmon.yml"])
def test_provisioning_is_of_the_one_api_version(file: str) -> None:
    assert yaml.safe_load((ROOT / "grafana/provisioning" / file).read_text())["apiVersion"] == 1
