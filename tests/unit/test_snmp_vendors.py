"""What vendors tell in their own MIBs, as their enumerations have it."""

import pytest

from collectors.snmp import decode
from collectors.snmp.decode import Row, Rows
from collectors.snmp.library import builtin


def read(profile: str, rows: Rows) -> dict[str, float]:
    """Return samples by name and the values of their labels."""
    found = decode.samples(builtin().named(profile), rows)
    return {"/".join((name, *(value for _, value in labels))): value for (name, labels), value in found}


@pytest.mark.parametrize("profile", ["ruijie", "fs"])
@pytest.mark.parametrize(("state", "ok"), [(1, None), (2, 0.0), (3, 1.0), (4, 1.0), (5, 0.0), (6, None), (7, 0.0)])
def test_ruijie_power_and_fans(profile: str, state: int, ok: float | None) -> None:
    for table in ("power-supplies", "fans"):
        assert read(profile, {table: {"1": {"state": state}}}).get(f"mppmon_sensor_ok/{table}-1") == ok


@pytest.mark.parametrize(
    ("profile", "table", "row", "found"),
    [
        ("ruijie", "temperatures", {"celsius": 19}, {"mppmon_sensor_celsius/temperatures-1": 19.0}),
        ("ruijie", "temperatures", {"celsius": -255}, {}),
        ("ruijie", "processor", {"minute": 11}, {"mppmon_device_cpu_ratio/1": 0.11}),
        ("d-link", "fans", {"state": 1}, {"mppmon_sensor_ok/fans-1": 1.0}),
        ("d-link", "fans", {"state": 2}, {"mppmon_sensor_ok/fans-1": 0.0}),
        ("d-link", "power-supplies", {"state": 1}, {"mppmon_sensor_ok/power-supplies-1": 1.0}),
        ("d-link", "power-supplies", {"state": 2}, {"mppmon_sensor_ok/power-supplies-1": 0.0}),
        ("d-link", "power-supplies", {"state": 3}, {}),
        ("qnap", "disks", {"state": 0}, {"mppmon_sensor_ok/disks-1": 1.0}),
        ("qnap", "disks", {"state": -9}, {"mppmon_sensor_ok/disks-1": 0.0}),
        ("qnap", "disks", {"state": -5}, {}),
    ],
)
def test_parts(profile: str, table: str, row: Row, found: dict[str, float]) -> None:
    assert read(profile, {table: {"1": row}}) == found
