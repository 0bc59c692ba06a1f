"""What samples and words mean: a supply's level with its confidence, ports, power, sensors."""

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.observation import Labels, Observation, Outcome, schema_of
from collectors.snmp.meaning import meaning
from mppmon.cli.summary import summary

AT = datetime(2026, 11, 23, tzinfo=UTC)
TONER: Labels = (("supply", "1.1"), ("type", "toner"))
CYAN: Labels = (("supply", "1.2"), ("type", "toner"))
LEVEL, SOME, LOW = (f"mppmon_printer_supply_{name}" for name in ("ratio", "some_left", "low"))

Samples = list[tuple[str, Labels, float]]


def told(samples: Samples, texts: dict[str, str] | None = None) -> dict[str, Any]:
    schema = schema_of(tuple((name, labels) for name, labels, _ in samples))
    values = tuple(value for _, _, value in samples)
    words = tuple((texts or {}).items())
    return meaning(Observation("a:telemetry", "a", Outcome.OK, AT, 0.1, schema, values, words))


@pytest.mark.parametrize(
    ("samples", "console", "level", "confidence"),
    [
        ([(LEVEL, TONER, 0.4)], "Ready", 0.4, "exact"),
        ([(LEVEL, TONER, 0.0)], "Replace toner", 0.0, "exact"),
        ([(SOME, TONER, 1.0)], "Ready", None, "some-left"),
        ([(SOME, TONER, 1.0), (LOW, TONER, 1.0)], "Ready", None, "low"),
        ([(LEVEL, TONER, 0.4), (LOW, TONER, 1.0)], "Ready", 0.4, "console says otherwise"),
        ([(LEVEL, TONER, 0.4)], "Toner low", 0.4, "console says otherwise"),
        ([(LEVEL, TONER, 0.4)], "TONER HABIS", 0.4, "console says otherwise"),
        ([(LEVEL, TONER, 0.4), (LEVEL, CYAN, 0.9)], "Replace toner", 0.4, "exact"),  # whose?
        ([(LEVEL, TONER, 0.4), (LEVEL, CYAN, 0.9)], "Replace black toner", 0.4, "console says otherwise"),
        ([(LEVEL, TONER, 0.4), (LEVEL, CYAN, 0.9)], "Replace cyan toner", 0.4, "exact"),
        ([(LEVEL, TONER, 0.4)], "Tonerless mode; flow of paper", 0.4, "exact"),
    ],
)
def test_the_confidence_of_a_level(samples: Samples, console: str, level: float | None, confidence: str) -> None:
    texts = {"supplies.1.1.description": "Black Toner", "console.1.1.text": console}
    first = told(samples, texts)["supplies"][0]
    assert (first["index"], first["level"], first["confidence"]) == ("1.1", level, confidence)


def test_a_supply_of_which_only_the_name_is_known() -> None:
    texts = {"supplies.1.1.description": "Waste Toner Box", "supplies.1.1.type": "waste-toner"}
    assert told([], texts)["supplies"] == [
        {
            "index": "1.1",
            "type": "waste-toner",
            "description": "Waste Toner Box",
            "level": None,
            "confidence": "unknown",
        }
    ]


def test_covers_and_alerts() -> None:
    found = told(
        [
            ("mppmon_printer_error", (("error", "jammed"),), 1.0),
            ("mppmon_printer_cover_open", (("cover", "1.1"),), 1.0),
            ("mppmon_printer_cover_open", (("cover", "1.2"),), 0.0),
            ("mppmon_printer_alert", (("code", "jam"), ("severity", "critical")), 1.0),
        ],
        {"covers.1.1.description": "Front", "alerts.1.7.description": "Paper jam"},
    )
    assert [(each["name"], each["open"]) for each in found["covers"]] == [("Front", True), ("", False)]
    assert found["alerts"] == [{"code": "jam", "severity": "critical"}, {"text": "Paper jam"}]


def test_a_neighbour_is_told_at_its_port() -> None:
    found = told([], {"ports.25.name": "ge-25", "neighbours.0.25.1.system": "core", "neighbours.0.25.1.port": "24"})
    assert found["neighbours"] == [{"local_port": "25", "local_name": "ge-25", "system": "core", "port": "24"}]


def test_a_ups_and_its_lines() -> None:
    found = told(
        [
            ("mppmon_ups_on_battery", (), 0.0),
            ("mppmon_ups_source", (("source", "normal"),), 1.0),
            ("mppmon_ups_source", (("source", "battery"),), 0.0),
            ("mppmon_ups_charge_ratio", (), 1.0),
            ("mppmon_ups_input_volts", (("line", "1"),), 231.0),
        ]
    )
    assert found == {
        "ups": {
            "on_battery": False,
            "source": "normal",
            "charge": 1.0,
            "lines": [{"line": "1", "input_volts": 231.0}],
        }
    }


def test_sensors_of_the_standard_and_of_a_vendor() -> None:
    found = told(
        [
            ("mppmon_sensor_celsius", (("sensor", "7"),), 45.0),
            ("mppmon_sensor_ok", (("sensor", "fans-2"),), 0.0),
            ("mppmon_device_cpu_ratio", (("cpu", "1"),), 0.25),
            ("mppmon_device_storage_used_ratio", (("storage", "31"), ("type", "disk")), 0.5),
        ],
        {"sensors.7.name": "Chassis", "fans.2.name": "Fan 2", "storage.31.description": "/"},
    )
    assert found["sensors"] == [
        {"index": "fans-2", "name": "Fan 2", "ok": False},
        {"index": "7", "name": "Chassis", "unit": "celsius", "value": 45.0},
    ]
    assert found["processors"] == [{"index": "1", "busy": 0.25}]
    assert found["storage"] == [{"index": "31", "type": "disk", "description": "/", "used": 0.5}]


def test_errors_that_a_printer_does_not_tell_are_not_none() -> None:
    silent = told([(LEVEL, TONER, 0.5)])
    assert (silent["errors"], next(summary({"meaning": silent}))) == (None, "errors: not told")
    fine = told([("mppmon_printer_error", (("error", "jammed"),), 0.0)])
    assert (fine["errors"], next(summary({"meaning": fine}))) == ([], "errors: none")


def test_what_says_nothing_means_nothing() -> None:
    assert told([]) == {}
