"""`mppmon poll` of what has no screen of its own: counter PCs and online systems."""

import pytest

from mppmon.cli.readable import readable


def line(name: str, value: float, labels: dict[str, str]) -> str:
    (said,) = readable([{"name": name, "labels": labels, "value": value}])
    return said


@pytest.mark.parametrize(
    ("name", "value", "labels", "said"),
    [
        ("mppmon_pc_cpu_ratio", 0.12, {}, "cpu: 12%"),
        ("mppmon_pc_disk_free_bytes", 147179869184, {"disk": "0"}, "disk free (0): 147.2 GB"),
        ("mppmon_pc_memory_size_bytes", 8.58993e8, {}, "memory size: 859 MB"),
        ("mppmon_pc_cpu_seconds_total", 349155, {"mode": "user"}, "cpu (user): 4 d 0 h"),
        ("mppmon_pc_updates_checked_age_seconds", 68400, {}, "updates checked age: 19 h 0 min"),
        ("mppmon_pc_support_left_seconds", -864000, {}, "support left: -10 d 0 h"),
        ("mppmon_pc_boot_time_seconds", 1794355200, {}, "boot: 2026-11-11 00:00 UTC"),
        ("mppmon_pc_clock_error_seconds", 0.00331855, {}, "clock error: 3 ms"),
        ("mppmon_pc_spooler_running", 1, {}, "spooler running: yes"),
        ("mppmon_pc_reboot_pending", 0, {}, "reboot pending: no"),
        ("mppmon_pc_network_errors_total", 1204567, {"direction": "receive"}, "network errors (receive): 1,204,567"),
        ("mppmon_pc_info", 1, {"os": "Windows", "release": "10"}, "info: os Windows, release 10"),
        ("mppmon_pc_disk_info", 1, {"disk": "0", "mount": "C:\\"}, "disk: disk 0, mount C:\\"),
        ("mppmon_online_seconds", 0.2144, {"phase": "first-byte"}, "seconds (first-byte): 214 ms"),
        ("mppmon_online_status", 200, {}, "status: 200"),
        ("mppmon_sensor_celsius", 41.5, {"sensor": "1"}, "sensor (1): 41.5 °C"),
        ("mppmon_interface_speed_bytes_per_second", 125e6, {"interface": "1"}, "interface speed (1): 125 MB a second"),
        ("mppmon_unheard_of", 7, {}, "unheard of: 7"),
    ],
)
def test_a_value_has_its_unit(name: str, value: float, labels: dict[str, str], said: str) -> None:
    assert line(name, value, labels) == said


def test_yes_and_no_of_several_things_are_one_line() -> None:
    name = "mppmon_pc_source_available"
    samples = [
        {"name": name, "labels": {"source": source}, "value": value}
        for source, value in (("usb", 1.0), ("updates", 0.0), ("disks", 1.0))
    ]
    assert list(readable(samples)) == ["source available: usb, disks; not updates"]
    assert list(readable(samples[1:2])) == ["source available: not updates"]
