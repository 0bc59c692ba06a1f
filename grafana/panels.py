"""Builders of the few panel kinds we use: plain dicts in dashboard schema 39 (Grafana 10.4 and newer read it).

A dashboard is 24 columns wide. Queries are PromQL against the one provisioned datasource.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
Panel = dict[str, Json]

SCHEMA_VERSION = 39
DATASOURCE: Json = {"type": "prometheus", "uid": "mppmon-prometheus"}  # provisioning/datasources/mppmon.yml

RED, ORANGE, GREEN, GREY = "red", "orange", "green", "#8e8e8e"  # down, limited, well, unknown: nowhere else


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression. `legend`: text with `{{label}}`. `instant`: the present value, not the line."""

    expr: str
    legend: str = "__auto"
    instant: bool = False
    table: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel stands, in grid units (24 columns; a row is 30 pixels high)."""

    x: int
    y: int
    w: int
    h: int


def targets(queries: Sequence[Query]) -> Json:
    """Return the queries, named A, B, C in their order."""
    return [
        {
            "refId": chr(ord("A") + number),
            "datasource": DATASOURCE,
            "editorMode": "code",
            "expr": query.expr,
            "legendFormat": query.legend,
            "format": "table" if query.table else "time_series",
            "instant": query.instant,
            "range": not query.instant,
        }
        for number, query in enumerate(queries)
    ]


def steps(*bounds: tuple[float | None, str]) -> Json:
    """Return thresholds: a colour from each bound on; the first bound is None (minus infinity)."""
    return {"mode": "absolute", "steps": [{"value": bound, "color": color} for bound, color in bounds]}


def named(name: str, **properties: Json) -> Json:
    """Return an override: these properties (`color`, `unit`, ...) for the series of this name."""
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()],
    }


def fixed(color: str) -> Json:
    """Return a series' fixed colour."""
    return {"mode": "fixed", "fixedColor": color}


def words(**meaning: tuple[str, str]) -> Json:
    """Return a mapping of values to a word and a colour: `words(_0=("up", GREEN))`."""
    options: dict[str, Json] = {
        value.removeprefix("_"): {"text": text, "color": color, "index": number}
        for number, (value, (text, color)) in enumerate(meaning.items())
    }
    return [{"type": "value", "options": options}]


def panel(
    kind: str,
    title: str,
    place: Place,
    queries: Sequence[Query],
    *,
    about: str,
    options: Mapping[str, Json],
    defaults: Mapping[str, Json],
    overrides: Sequence[Json] = (),
    transformations: Sequence[Json] = (),
) -> Panel:
    """Return a panel of any kind. `about` is what its (i) tells: how to read it, what to do first."""
    return {
        "type": kind,
        "title": title,
        "description": about,
        "gridPos": {"x": place.x, "y": place.y, "w": place.w, "h": place.h},
        "datasource": DATASOURCE,
        "targets": targets(queries),
        "options": options,
        "fieldConfig": {"defaults": defaults, "overrides": overrides},
        "transformations": transformations,
    }


def stat(title: str, place: Place, queries: Sequence[Query], *, about: str, overrides: Sequence[Json] = ()) -> Panel:
    """Return large figures, one per series, coloured by their meaning."""
    options: dict[str, Json] = {
        "reduceOptions": {"calcs": ["lastNotNull"], "values": False, "fields": ""},
        "colorMode": "background_solid",
        "graphMode": "none",
        "justifyMode": "center",
        "orientation": "vertical",
        "textMode": "value_and_name",
        "wideLayout": True,
    }
    defaults: dict[str, Json] = {"unit": "short", "decimals": 0, "color": fixed(GREY), "noValue": "no data"}
    return panel("stat", title, place, queries, about=about, options=options, defaults=defaults, overrides=overrides)


def table(
    title: str, place: Place, query: Query, *, about: str, columns: Mapping[str, str], empty: str, sort: str
) -> Panel:
    """Return a list of the series: `columns` maps a label (or `Value`) to its heading, in the order shown."""
    order: dict[str, Json] = {label: number for number, label in enumerate(columns)}
    organize: Json = {
        "id": "organize",
        "options": {"indexByName": order, "renameByName": dict(columns), "includeByName": dict.fromkeys(columns, True)},
    }
    options: dict[str, Json] = {"showHeader": True, "cellHeight": "sm", "sortBy": [{"displayName": sort, "desc": True}]}
    return panel(
        "table",
        title,
        place,
        [query],
        about=about,
        options=options,
        defaults={"noValue": empty, "custom": {"align": "auto", "filterable": True}},
        transformations=[organize],
    )


def lines(
    title: str,
    place: Place,
    queries: Sequence[Query],
    *,
    about: str,
    stacked: bool = False,
    overrides: Sequence[Json] = (),
) -> Panel:
    """Return values over time; `stacked` for parts of a whole, as steps since they change at once."""
    custom: dict[str, Json] = {
        "drawStyle": "line",
        "lineInterpolation": "stepAfter" if stacked else "linear",
        "lineWidth": 1,
        "fillOpacity": 60 if stacked else 0,
        "showPoints": "never",
        "spanNulls": False,  # a gap is a gap: we did not know
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "axisSoftMin": 0,
    }
    options: dict[str, Json] = {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    defaults: dict[str, Json] = {"unit": "short", "custom": custom}
    return panel(
        "timeseries", title, place, queries, about=about, options=options, defaults=defaults, overrides=overrides
    )


def bars(title: str, place: Place, query: Query, *, about: str, unit: str, thresholds: Json, empty: str) -> Panel:
    """Return one bar per series, from 0 to 1."""
    options: dict[str, Json] = {
        "reduceOptions": {"calcs": ["lastNotNull"], "values": False, "fields": ""},
        "displayMode": "basic",
        "orientation": "horizontal",
        "showUnfilled": True,
        "valueMode": "color",
    }
    defaults: dict[str, Json] = {
        "unit": unit,
        "min": 0,
        "max": 1,
        "thresholds": thresholds,
        "color": {"mode": "thresholds"},
        "noValue": empty,
    }
    return panel("bargauge", title, place, [query], about=about, options=options, defaults=defaults)


def dashboard(
    uid: str, title: str, panels: Sequence[Panel], *, variables: Sequence[Json], refresh: str
) -> dict[str, Json]:
    """Return a dashboard; panels are numbered in their order."""
    return {
        "uid": uid,
        "title": title,
        "tags": ["mppmon"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "browser",
        "time": {"from": "now-6h", "to": "now"},
        "refresh": refresh,
        "templating": {"list": variables},
        "annotations": {"list": []},
        "panels": [{"id": number, **one} for number, one in enumerate(panels, 1)],
    }


def label_variable(name: str, title: str, metric: str) -> Json:
    """Return a drop-down of a label's values, all chosen at first."""
    query = f"label_values({metric}, {name})"
    return {
        "type": "query",
        "name": name,
        "label": title,
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": "variable"},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "allValue": ".*",
        "current": {"text": ["All"], "value": ["$__all"]},
    }
