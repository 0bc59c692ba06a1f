"""The reader on real exporters' output (expectations read out of the files by another way), and on hostile PCs."""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from collectors.pc.machine import same
from collectors.pc.reader import Names, Reading, Unreadable, read
from collectors.pc.reading import PRINTER_ERRORS, RULES, SOURCES

DEVICES = Path(os.environ.get("MPPMON_DEVICES") or Path(__file__).parents[3] / "shared" / "devices")
EXPORTERS = DEVICES / "exporters"
recorded = pytest.mark.skipif(not EXPORTERS.is_dir(), reason="the recorded devices are not on this machine")
PLAIN = "text/plain; version=0.0.4"


def values(reading: Reading, name: str) -> dict[str, float]:
    """By the values of the labels, joined."""
    pairs = zip(reading.schema.series, reading.values, strict=True)
    return {",".join(value for _, value in labels): number for (one, labels), number in pairs if one == name}


def oracle(body: bytes) -> Callable[..., float]:
    """Return a sum over all samples of a name that have the given labels, by prometheus-client's own parser."""
    families = list(text_string_to_metric_families(body.decode("utf-8-sig")))
    truth = [sample for family in families for sample in family.samples]

    def total(metric: str, /, **match: str) -> float:
        return sum(one.value for one in truth if one.name == metric and match.items() <= one.labels.items())

    return total


@recorded
@pytest.mark.parametrize("number", [1, 2])
def test_node_exporter(number: int) -> None:
    body = (EXPORTERS / f"node_exporter-1.5.0-debian12-live-{number}.txt").read_bytes()
    total = oracle(body)

    reading = read(body, PLAIN, Names())
    cpu = values(reading, "mppmon_pc_cpu_seconds_total")
    assert cpu["user"] == pytest.approx(
        total("node_cpu_seconds_total", mode="user") + total("node_cpu_seconds_total", mode="nice")
    )
    assert sum(cpu.values()) == pytest.approx(total("node_cpu_seconds_total"))
    assert values(reading, "mppmon_pc_memory_size_bytes")[""] == total("node_memory_MemTotal_bytes")
    assert values(reading, "mppmon_pc_memory_available_bytes")[""] == total("node_memory_MemAvailable_bytes")
    assert values(reading, "mppmon_pc_boot_time_seconds")[""] == total("node_boot_time_seconds")
    assert values(reading, "mppmon_pc_time_seconds")[""] == total("node_time_seconds")
    free, size = total("node_filesystem_avail_bytes"), total("node_filesystem_size_bytes")  # it recorded one disk
    assert values(reading, "mppmon_pc_disk_free_ratio") == {"0": free / size}
    assert values(reading, "mppmon_pc_disk_info") == {"0,/": 1.0}
    assert values(reading, "mppmon_pc_network_errors_total") == {
        "receive": total("node_network_receive_errs_total"),
        "transmit": total("node_network_transmit_errs_total"),
    }
    assert dict(reading.texts)["release"] == "Debian GNU/Linux 12 (bookworm)"
    assert reading.dropped == 0


@recorded
def test_windows_exporter_of_2022() -> None:
    body = (EXPORTERS / "windows_exporter-v0.20.0-netdata-metrics.txt").read_bytes()
    total = oracle(body)

    reading = read(body, PLAIN, Names(services=frozenset({"DHCP", "not-there"})))
    cpu = values(reading, "mppmon_pc_cpu_seconds_total")
    assert set(cpu) == {"user", "system", "idle"}
    assert cpu["idle"] == pytest.approx(total("windows_cpu_time_total", mode="idle"))
    assert cpu["system"] == pytest.approx(total("windows_cpu_time_total", mode="privileged"))
    assert values(reading, "mppmon_pc_memory_size_bytes")[""] == total("windows_os_visible_memory_bytes")
    assert values(reading, "mppmon_pc_memory_available_bytes")[""] == total("windows_memory_available_bytes")
    assert values(reading, "mppmon_pc_boot_time_seconds")[""] == total("windows_system_system_up_time")
    assert values(reading, "mppmon_pc_time_seconds")[""] == total("windows_os_time")
    size = total("windows_logical_disk_size_bytes", volume="C:")
    assert values(reading, "mppmon_pc_disk_size_bytes") == {"0": size}  # the recovery partition has no letter
    assert values(reading, "mppmon_pc_service_running") == {
        "DHCP": total("windows_service_state", name="dhcp", state="running")
    }
    assert dict(reading.texts)["os"] == "Windows"


@recorded
def test_windows_exporter_of_today_with_its_byte_order_mark() -> None:
    body = (EXPORTERS / "windows_exporter-master-e2e-output.txt").read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")
    reading = read(body, PLAIN, Names(services=frozenset({"themes"})))
    assert values(reading, "mppmon_pc_service_running") == {"themes": 1.0}
    assert [name for name, _ in reading.schema.series] == ["mppmon_pc_service_running"]


@recorded
@pytest.mark.parametrize(
    "file", ["node_exporter-1.5.0-debian12-live-1.txt", "windows_exporter-v0.20.0-netdata-metrics.txt"]
)
def test_line_ends_of_windows_change_nothing(file: str) -> None:
    body = (EXPORTERS / file).read_bytes()
    assert read(body.replace(b"\n", b"\r\n"), PLAIN, Names()) == read(body, PLAIN, Names())


CURRENT_WINDOWS = b"""\
windows_memory_physical_total_bytes 8e9
windows_memory_physical_free_bytes 3e9
windows_time_current_timestamp_seconds 1.79e9
windows_system_boot_time_timestamp 1.78e9
windows_service_state{name="Spooler",state="running"} 0
windows_service_state{name="Spooler",state="stopped"} 1
windows_logical_disk_free_bytes{volume="D:"} 1
windows_logical_disk_size_bytes{volume="D:"} 4
windows_logical_disk_free_bytes{volume="C:"} 3
windows_logical_disk_size_bytes{volume="C:"} 4
"""


_STATES = ("Other", "Unknown", "Idle", "Printing", "Warmup", "Stopped Printing", "Offline")


def printers(*now: tuple[str, str]) -> bytes:
    """Every printer has every status, as windows_exporter shows them; one is 1."""
    shown = [(one, status, int(status == state)) for one, state in now for status in _STATES]
    lines = [f'windows_printer_status{{printer="{one}",status="{status}"}} {on}' for one, status, on in shown]
    return "\n".join([*lines, ""]).encode()


CLASSIC_JOBS = b"""\
windows_printer_job_count{printer="Struk"} 4711
windows_printer_job_status{printer="Struk",status="Error"} 1
windows_printer_job_status{printer="Struk",status="Printing"} 2
"""
CURRENT_JOBS = b"""\
windows_printer_jobs{printer="Struk"} 3
windows_printer_jobs{printer="Evolis Primacy"} 0
windows_printer_job_status{printer="Struk",status="Error"} 3
"""


@pytest.mark.parametrize("jobs", [CLASSIC_JOBS, CURRENT_JOBS])
def test_print_queues_of_windows_of_both_generations(jobs: bytes) -> None:
    queues = (("card", "Evolis primacy"), ("till", "Struk"), ("old", "X"))
    names = Names(frozenset({"card", "till", "old"}), queues=queues)
    body = printers(("Evolis Primacy", "Idle"), ("Struk", "Offline"), ("Microsoft Print to PDF", "Idle")) + jobs
    reading = read(body, PLAIN, names)
    assert values(reading, "mppmon_pc_peripheral_present") == {"card": 1.0, "till": 1.0, "old": 0.0}
    assert values(reading, "mppmon_pc_printer_error") == {"card,offline": 0.0, "till,offline": 1.0}
    assert values(reading, "mppmon_pc_printer_jobs") == {"card": 0.0, "till": 3.0}
    stopped = 1.0 if jobs is CLASSIC_JOBS else 3.0
    assert values(reading, "mppmon_pc_printer_jobs_stopped") == {"card": 0.0, "till": stopped}
    assert reading.dropped == 0


@pytest.mark.parametrize(
    ("status", "jobs", "offline"),
    [("Unknown", 0, {"till,offline": 1.0}), ("Unknown", 2, {}), ("Idle", 2, {"till,offline": 0.0})],
)
def test_an_unplugged_printer_is_unknown_to_windows(status: str, jobs: int, offline: dict[str, float]) -> None:
    names = Names(frozenset({"till"}), queues=(("till", "Struk"),))
    body = printers(("Struk", status)) + b'windows_printer_jobs{printer="Struk"} %d\n' % jobs
    assert values(read(body, PLAIN, names), "mppmon_pc_printer_error") == offline


@pytest.mark.parametrize(
    ("state", "names", "shown"),
    [
        (0, Names(), {}),  # CUPS that came along, and sleeps
        (1, Names(), {"": 1.0}),
        (0, Names(frozenset({"till"})), {"": 0.0}),
        (0, Names(queues=(("till", "Struk"),)), {"": 0.0}),
    ],
)
def test_a_spooler_that_nobody_needs_is_not_stopped(state: int, names: Names, shown: dict[str, float]) -> None:
    body = b'node_systemd_unit_state{name="cups.service",state="active",type="x"} %d\nnode_time_seconds 1\n' % state
    assert values(read(body, PLAIN, names), "mppmon_pc_spooler_running") == shown


W = 'windows_os_info{product="W"} 1\n'
UUID = "4c4c4544-0042-3510-8051-b7c04f4e4332"


@pytest.mark.parametrize(
    ("body", "machine"),
    [
        (f'node_dmi_info{{product_uuid="{UUID.upper()}"}} 1', UUID),
        ('node_dmi_info{product_uuid="03000200-0400-0500-0006-000700080009"} 1', "a3-pc"),
        ('node_dmi_info{product_uuid="00000000-0000-0000-0000-000000000000"} 1', "a3-pc"),
        ('node_dmi_info{bios_vendor="X"} 1', "a3-pc"),
        (f'{W}windows_os_hostname{{hostname="A3",domain="mpp.go.id",fqdn="A3.mpp.go.id"}} 1', "A3.mpp.go.id"),
        (f'{W}windows_cs_hostname{{hostname="A3",domain="mpp.go.id"}} 1', "A3.mpp.go.id"),
        (f'{W}windows_os_hostname{{hostname="A3",domain="",fqdn="A3"}} 1', "A3"),
    ],
)  # fmt: skip
def test_the_best_name_of_a_machine_that_an_exporter_tells(body: str, machine: str) -> None:
    uname = 'node_uname_info{nodename="a3-pc",domainname="(none)",sysname="Linux"} 1\n' if "node" in body else ""
    reading = read(f"{uname}{body}\n".encode(), PLAIN, Names())
    assert dict(reading.texts)["machine_id"] == machine
    assert same(machine, machine)
    assert same(machine.partition(".")[0].upper(), machine)
    assert not same(machine, "")
    assert not same("a4", machine)


def test_without_the_collector_of_printers_nothing_is_said_of_queues() -> None:
    reading = read(CURRENT_WINDOWS, PLAIN, Names(frozenset({"card"}), queues=(("card", "Evolis"),)))
    assert values(reading, "mppmon_pc_peripheral_present") == {}


def test_windows_exporter_names_of_today() -> None:
    reading = read(CURRENT_WINDOWS, PLAIN, Names(queues=(("till", "Struk"),)))
    assert values(reading, "mppmon_pc_memory_size_bytes") == {"": 8e9}
    assert values(reading, "mppmon_pc_memory_available_bytes") == {"": 3e9}
    assert values(reading, "mppmon_pc_boot_time_seconds") == {"": 1.78e9}
    assert values(reading, "mppmon_pc_spooler_running") == {"": 0.0}
    assert values(reading, "mppmon_pc_disk_info") == {"0,C:": 1.0, "1,D:": 1.0}
    assert values(reading, "mppmon_pc_disk_free_ratio") == {"0": 0.75, "1": 0.25}
    assert values(reading, "mppmon_pc_service_running") == {}


def test_the_uptime_that_windows_exporter_0_30_2_calls_boot_time_is_dropped() -> None:
    reading = read(b"windows_system_boot_time_timestamp_seconds 24948\nwindows_os_time 1.79e9\n", PLAIN, Names())
    assert values(reading, "mppmon_pc_boot_time_seconds") == {}
    assert reading.dropped == 1


def test_systemd_units_of_node_exporter() -> None:
    body = b"".join(
        b'node_systemd_unit_state{name="%s.service",state="%s",type="simple"} %d\n' % (unit, state, state == now)
        for unit, now in ((b"cups", b"failed"), (b"antrean", b"active"), (b"other", b"active"))
        for state in (b"active", b"failed", b"inactive")
    )
    reading = read(body, PLAIN, Names(services=frozenset({"antrean", "cups.service"})))
    assert values(reading, "mppmon_pc_service_running") == {"antrean": 1.0, "cups.service": 0.0}
    assert values(reading, "mppmon_pc_spooler_running") == {"": 0.0}


def test_a_disk_mounted_twice_is_one_disk_and_tmpfs_is_none() -> None:
    body = "".join(
        f'node_filesystem_{what}_bytes{{device="{device}",fstype="{kind}",mountpoint="{mount}"}} {number}\n'
        for device, kind, mount in (
            ("/dev/a", "ext4", "/srv/x"),
            ("/dev/a", "ext4", "/srv"),
            ("tmpfs", "tmpfs", "/run"),
        )
        for what, number in (("avail", 1), ("size", 2))
    )
    assert values(read(body.encode(), PLAIN, Names()), "mppmon_pc_disk_info") == {"0,/srv": 1.0}


NAMES = Names(frozenset({"a3-printer"}), frozenset({"antrean"}), frozenset({"cups"}))
GOOD = b"""\
mppmon_pc_info{agent="mppmon-agent 0.1.0",machine_id="ab",os="Linux",release="Debian"} 1
mppmon_pc_peripheral_present{peripheral="a3-printer"} 1
mppmon_pc_printer_error{error="jammed",peripheral="a3-printer"} 1
mppmon_pc_process_running{process="antrean"} 0
mppmon_pc_service_running{service="cups"} 1
mppmon_pc_source_available{source="usb"} 1
"""


def test_our_agent_passes_as_it_is() -> None:
    reading = read(GOOD, PLAIN, NAMES)
    assert reading.dropped == 0
    assert len(reading.values) == GOOD.count(b"\n")
    assert dict(reading.texts)["agent"] == "mppmon-agent 0.1.0"
    assert values(reading, "mppmon_pc_printer_error") == {"a3-printer,jammed": 1.0}


@pytest.mark.parametrize(
    "line",
    [
        'mppmon_pc_peripheral_present{peripheral="b7-printer"} 1',
        'mppmon_pc_peripheral_present{peripheral="a3-printer",extra="x"} 1',
        "mppmon_pc_peripheral_present 1",
        'mppmon_pc_printer_error{error="<script>",peripheral="a3-printer"} 1',
        'mppmon_pc_service_running{service="anything"} 1',
        'mppmon_pc_process_running{process="antrean"} 0.5',
        'mppmon_pc_cpu_seconds_total{mode="dreaming"} 1',
        'mppmon_pc_disk_free_ratio{disk="0"} 1.5',
        'mppmon_pc_disk_free_ratio{disk="99"} 0.5',
        'mppmon_pc_disk_free_ratio{disk="\u0663"} 0.5',
        "mppmon_pc_memory_size_bytes NaN",
        "mppmon_pc_memory_size_bytes -1",
        "mppmon_pc_memory_size_bytes +Inf",
        'mppmon_pc_source_available{source="usb"} 0',  # it was said already
    ],
)
def test_what_the_inventory_does_not_know_is_dropped_and_counted(line: str) -> None:
    reading = read(GOOD + line.encode() + b"\n", PLAIN, NAMES)
    assert reading.dropped == 1
    assert reading.schema is read(GOOD, PLAIN, NAMES).schema


def test_a_devices_own_words_are_cleaned_and_come_once() -> None:
    body = b'mppmon_pc_info{agent="",machine_id="",os="%s",release="\x1b[31m\xff<b>"} 1\n' % (b"x" * 200)
    body += b'mppmon_pc_info{agent="2",machine_id="",os="",release=""} 1\n'
    body += b"".join(b'mppmon_pc_disk_info{disk="1",mount="/%d"} 1\n' % number for number in range(9))
    reading = read(body, PLAIN, NAMES)
    words = dict(reading.texts)
    assert words["os"] == "x" * 64
    assert "\x1b" not in words["release"]
    assert len(reading.values) == 2
    assert reading.dropped == 9
    assert reading.lost == ("mppmon_pc_info", "mppmon_pc_disk_info")


def test_what_was_dropped_is_named_cleaned_and_in_few_words() -> None:
    lines = [f'mppmon_pc_service_running{{service="x\x1b{number}"}} 1' for number in range(9)]
    reading = read(GOOD + "\n".join([*lines, "mppmon_pc_memory_size_bytes -5", ""]).encode(), PLAIN, NAMES)
    assert reading.dropped == 10
    assert reading.lost == tuple(f'service="x {number}"' for number in range(5))


def test_ours_in_a_text_file_of_an_exporter_takes_precedence() -> None:
    body = CURRENT_WINDOWS + b"mppmon_pc_spooler_running 1\n"
    assert values(read(body, PLAIN, Names()), "mppmon_pc_spooler_running") == {"": 1.0}


@pytest.mark.parametrize(
    ("written", "shown"),
    [(1.79e9 - 11, {"": 1.0}), (1.79e9 - 120, {"": 1.0}), (1.79e9 - 121, {"": 0.0}), (1.79e9 + 5, {"": 1.0})],
)
def test_of_a_script_that_runs_no_more_nothing_is_believed(written: float, shown: dict[str, float]) -> None:
    text = "mppmon_pc_spooler_running 1\nmppmon_pc_default_route 1\n"
    text += f'windows_textfile_mtime_seconds{{file="C:\\\\x\\\\mppmon.prom"}} {written!r}\n'
    text += 'windows_textfile_mtime_seconds{file="C:\\\\x\\\\other.prom"} 1\n'
    reading = read(CURRENT_WINDOWS + text.encode(), PLAIN, Names(services=frozenset({"Spooler"})))
    assert values(reading, "mppmon_pc_spooler_running") == shown  # 0: what windows_exporter itself says
    assert bool(values(reading, "mppmon_pc_default_route")) is bool(shown[""])
    assert reading.dropped == (0 if shown[""] else 2)


def test_the_script_for_windows_writes_what_the_reader_takes_and_nothing_else() -> None:
    folder = Path(__file__).parents[2] / "deploy" / "windows"
    script = (folder / "mppmon-textfile.ps1").read_bytes().decode("ascii")  # others would need a byte order mark there
    assert set(re.findall(r"mppmon_pc_\w+", script)) <= set(RULES)
    assert set(re.findall(r"Get-Source '(\w+)'", script)) <= SOURCES
    assert script.count("{") == script.count("}")
    assert script.count("(") == script.count(")")
    for name in ("install.cmd", "peripherals.txt"):
        lines = (folder / name).read_bytes().decode("ascii").split("\n")
        assert all(line.endswith("\r") for line in lines[:-1])


def test_another_exporter_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="no metric of our agent, node_exporter or windows_exporter"):
        read(b"go_goroutines 7\n", PLAIN, NAMES)
    with pytest.raises(Unreadable, match="1 of our agent's samples were dropped"):
        read(b"mppmon_pc_cpu_ratio 7\n", PLAIN, NAMES)


_WORDS = st.sampled_from(["a3-printer", "antrean", "cups", "usb", "jammed", "user", "receive", "0", "31", "x", ""])


@given(
    st.lists(
        st.tuples(
            st.sampled_from(sorted(RULES)),
            st.dictionaries(
                st.sampled_from(["peripheral", "error", "service", "process", "source", "disk", "mode", "mount", "os"]),
                _WORDS,
            ),
            st.sampled_from([0.0, 1.0, 0.5, -1.0, 2e9, float("nan")]),
        ),
        max_size=20,
    )
)
def test_whatever_a_pc_says_only_known_labels_come_out(lines: list[tuple[str, dict[str, str], float]]) -> None:
    body = GOOD.decode() + "".join(
        "{}{{{}}} {}\n".format(name, ",".join(f'{key}="{text}"' for key, text in labels.items()), value)
        for name, labels, value in lines
    )
    reading = read(body.encode(), PLAIN, NAMES)
    assert len(reading.values) + reading.dropped == GOOD.count(b"\n") + len(lines)
    allowed = {
        "a3-printer",
        "antrean",
        "cups",
        "user",
        "system",
        "idle",
        "other",
        "receive",
        "transmit",
    } | PRINTER_ERRORS
    allowed |= {"usb", "printing", "processes", "services", "disks"} | {str(index) for index in range(32)}
    for name, labels in reading.schema.series:
        assert name.endswith("_info") or {value for _, value in labels} <= allowed
