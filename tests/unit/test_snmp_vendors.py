"""What vendors tell in their own MIBs, as their enumerations have it."""

import asyncio
from datetime import UTC, datetime

import pytest

from collectors.snmp import decode
from collectors.snmp.decode import Row, Rows
from collectors.snmp.library import builtin
from collectors.snmp.recording import read as recorded
from collectors.snmp.replay import read_recording

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


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


_OWN = {
    "lexmark": ("641.1.71106749", "641.6.2.3.1.4.1", "641.6.2.3.1.5.1"),
    "oki": ("2001.1.1.1.1", "2001.1.1.1.1.11.1.10.25.0", "2001.1.1.1.1.11.1.10.45.0"),
    "fuji-xerox": ("297.1.11.93.1.32.4.1.1", None, "253.8.53.3.2.1.3.1"),
    "sharp": ("2385.3.1.112.1.2", "2385.2.1.3.2.1.4.13501.1302.1", None),
    "zebra": ("10642.1", "10642.1.1.0", "10642.1.9.0"),
}
"""Profile -> its sysObjectID, and where a printer tells its model and serial number there alone, below enterprises."""


@pytest.mark.parametrize("profile", _OWN)
def test_what_a_printer_tells_of_itself_in_its_makers_mib_alone(profile: str) -> None:
    object_id, *own = _OWN[profile]
    told = {f"1.3.6.1.4.1.{name}": text for name, text in zip(own, ("MX-1", "A17"), strict=True) if name}
    walk = [f"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.{object_id}", *(f"{name}|4|{text}" for name, text in told.items())]
    found = asyncio.run(read_recording(recorded("\n".join(walk)), builtin(), profile, AT))
    texts = dict(found.observation.texts)
    assert (found.chosen, texts["kind"]) == (profile, "printer")
    assert [texts[key] for key in ("model", "serial") if key in texts] == list(told.values())


def test_a_sharp_that_tells_no_sysobjectid_is_one_all_the_same() -> None:
    walk = recorded("1.3.6.1.2.1.1.1.0|4|SHARP MX-2614N")
    found = asyncio.run(read_recording(walk, builtin(), "sharp", AT))
    texts = dict(found.observation.texts)
    assert (found.chosen, texts["vendor"], texts["model"]) == ("sharp", "Sharp", "SHARP MX-2614N")
