"""Numbers that several columns make, rows of one kind, states of several objects: as profiles say it."""

from datetime import UTC, datetime

import pytest

from collectors.snmp import decode
from collectors.snmp.decode import Row, Rows
from collectors.snmp.library import builtin
from collectors.snmp.wire import oid

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def read(profile: str, rows: Rows) -> dict[str, float]:
    found = decode.samples(builtin().named(profile), rows, NOW)
    return {f"{name}/{labels[-1][1] if labels else ''}": value for (name, labels), value in found}


def sensor(**row: int) -> dict[str, float]:
    return read("interfaces", {"sensors": {"5": {"oper": 1, **row}}})


@pytest.mark.parametrize(
    ("kind", "scale", "precision", "value", "found"),
    [
        (8, 9, 0, 45, {"mppmon_sensor_celsius/5": 45.0}),
        (8, 9, 1, 405, {"mppmon_sensor_celsius/5": 40.5}),
        (4, 8, 0, 12_040, {"mppmon_sensor_volts/5": 12.04}),
        (4, 7, 2, 331_200_000, {"mppmon_sensor_volts/5": 3.312}),
        (6, 10, 0, 2, {"mppmon_sensor_watts/5": 2000.0}),
        (9, 9, 0, 45, {"mppmon_sensor_ratio/5": 0.45}),
        (10, 9, 0, 4864, {"mppmon_sensor_rpm/5": 4864.0}),
        (12, 9, 0, 1, {"mppmon_sensor_ok/5": 1.0}),
        (12, 9, 0, 2, {"mppmon_sensor_ok/5": 0.0}),
        (12, 9, 0, 0, {}),
        (8, 77, 0, 45, {}),
        (8, 9, 99, 45, {}),
        (1, 9, 0, 45, {}),
    ],
)
def test_entity_sensors(kind: int, scale: int, precision: int, value: int, found: dict[str, float]) -> None:
    assert sensor(type=kind, scale=scale, precision=precision, value=value) == found


def test_a_sensor_that_does_not_work_or_lacks_a_part_is_absent() -> None:
    assert sensor(type=8, scale=9, precision=0, value=45, oper=2) == {}
    assert sensor(type=8, precision=0, value=45) == {}
    assert read("interfaces", {"sensors": {"5": {"name": b"only a name"}}}) == {}


def test_storage() -> None:
    disk = oid.encode("1.3.6.1.2.1.25.2.1.4")
    row: Row = {"type": disk, "units": 4096, "size": 1000, "used": 770}
    assert read("host", {"storage": {"31": row}}) == {
        "mppmon_device_storage_size_bytes/disk": 4_096_000.0,
        "mppmon_device_storage_used_ratio/disk": 0.77,
    }
    for odd in ({"size": 0}, {"units": -1, "used": 2000}, {"size": -5}):
        assert set(read("host", {"storage": {"31": {**row, **odd}}})) <= {"mppmon_device_storage_size_bytes/disk"}


def test_ups_sentinels_and_tenths() -> None:
    rows: Rows = {
        "scalars": {"": {"charge": -1, "minutes": 4294967295, "source": 5, "battery-celsius": 0}},
        "inputs": {"1": {"volts": 231}, "2": {"volts": 0}, "3": {"volts": 2313}},
    }
    found = read("ups", rows)
    assert {key: value for key, value in found.items() if "source" not in key} == {
        "mppmon_ups_on_battery/": 1.0,
        "mppmon_ups_input_volts/1": 231.0,
        "mppmon_ups_input_volts/3": 231.3,
    }
    assert [key for key, value in found.items() if "source" in key and value] == ["mppmon_ups_source/battery"]


def test_apc_says_replace_over_all_else_and_all_states_are_told() -> None:
    scalars: Row = {"apc-battery": 2, "apc-replace": 2, "apc-replaced": b"11/13/2026", "apc-runtime": 570_900}
    found = read("apc", {"scalars": {"": scalars}})
    states = {key.rpartition("/")[2]: value for key, value in found.items() if "battery_status" in key}
    assert {name for name, value in states.items() if value} == {"replace"}
    assert set(states) == {"normal", "low", "depleted", "unknown", "replace"}
    assert found["mppmon_ups_battery_age_seconds/"] == 10 * 86_400
    assert found["mppmon_ups_runtime_seconds/"] == 5709.0


def test_tables_of_a_vendor_carry_their_name_in_the_label() -> None:
    rows: Rows = {"fans": {"1": {"state": 4}}, "power-supplies": {"1": {"state": 5}, "2": {"state": 1}}}
    assert read("ruijie", rows) == {"mppmon_sensor_ok/power-supplies-1": 0.0, "mppmon_sensor_ok/fans-1": 1.0}


def test_two_alerts_of_one_code_are_one_series() -> None:
    alert: Row = {"severity": 3, "code": 8}
    assert read("printer", {"alerts": {"1.1": alert, "1.2": alert, "1.3": {"severity": 5, "code": 4}}}) == {
        "mppmon_printer_alert/critical": 1.0
    }


def test_a_colour_by_its_colorant() -> None:
    rows: Rows = {
        "supplies": {"1.3": {"colour": 2}},
        "colorants": {"1.1": {"name": b"cyan"}, "1.2": {"name": b"black"}},
    }
    assert dict(decode.words(builtin().named("printer"), rows))["supplies.1.3.colour"] == "black"
