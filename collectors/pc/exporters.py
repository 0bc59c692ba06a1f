"""What node_exporter and windows_exporter show, said in our metrics. Pure.

The names of windows_exporter are those of 0.16 to 0.31 and later: it moved memory from `os` and `cs` to `memory`, time
from `os` to `time`, and renamed the boot time twice; the first name that is present is taken.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from collectors.pc.machine import of_node, of_windows
from collectors.pc.queues import Found, queues
from collectors.pc.reading import MAX_DISKS, Sieve
from collectors.pc.text import Sample

_NODE_MODES = {
    "user": "user", "nice": "user", "system": "system", "irq": "system", "softirq": "system",
    "idle": "idle", "iowait": "idle", "steal": "other",
}  # fmt: skip
_WINDOWS_MODES = {"user": "user", "privileged": "system", "idle": "idle"}  # dpc and interrupt are part of privileged
_VIRTUAL = frozenset({
    "tmpfs", "devtmpfs", "ramfs", "rootfs", "overlay", "squashfs", "iso9660", "udf", "efivarfs", "fuse.lxcfs", "nsfs",
})  # fmt: skip
_DRIVE = re.compile(r"[A-Z]:")  # volumes without a letter are recovery and boot partitions: nobody's to tidy
_CUPS = frozenset({"cups.service"})
_SPOOLER = frozenset({"spooler"})

WANTED = frozenset({
    "node_cpu_seconds_total", "node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes",
    "node_filesystem_avail_bytes", "node_filesystem_size_bytes", "node_boot_time_seconds", "node_time_seconds",
    "node_network_receive_errs_total", "node_network_transmit_errs_total", "node_uname_info", "node_os_info",
    "node_dmi_info",
    "node_exporter_build_info", "node_systemd_unit_state",
    "windows_cpu_time_total", "windows_memory_available_bytes", "windows_memory_physical_free_bytes",
    "windows_os_physical_memory_free_bytes", "windows_memory_physical_total_bytes", "windows_cs_physical_memory_bytes",
    "windows_os_visible_memory_bytes", "windows_logical_disk_free_bytes", "windows_logical_disk_size_bytes",
    "windows_system_boot_time_timestamp", "windows_system_boot_time_timestamp_seconds",
    "windows_system_system_up_time", "windows_time_current_timestamp_seconds", "windows_os_time",
    "windows_net_packets_received_errors_total", "windows_net_packets_outbound_errors_total", "windows_os_info",
    "windows_exporter_build_info", "windows_service_state", "windows_os_hostname", "windows_cs_hostname",
    "windows_textfile_mtime_seconds", "node_textfile_mtime_seconds", "windows_printer_status",
    "windows_printer_jobs", "windows_printer_job_status",
})  # fmt: skip
"""All names that are looked at."""


_TEXT_FILE = "mppmon.prom"
_OLD = 120.0  # seconds: the script writes every ten


def age_of_text_file(found: Found) -> float | None:
    """Return for how many seconds nobody has written our text file in an exporter, where both times are told."""
    for written, clocks in (
        ("windows_textfile_mtime_seconds", ("windows_time_current_timestamp_seconds", "windows_os_time")),
        ("node_textfile_mtime_seconds", ("node_time_seconds",)),
    ):
        times = [one.value for one in found.get(written, ()) if one.labels.get("file", "").endswith(_TEXT_FILE)]
        now = next((found[clock][0].value for clock in clocks if found.get(clock)), None)
        if times and now is not None:
            return now - max(times)
    return None


def too_old(found: Found) -> bool:
    """Return whether our text file is left over from a script that runs no more."""
    age = age_of_text_file(found)
    return age is not None and age > _OLD


def node(found: Found, sieve: Sieve) -> None:
    """Add what node_exporter shows."""
    _cpu(found.get("node_cpu_seconds_total", ()), _NODE_MODES, sieve)
    _first(found, sieve, "mppmon_pc_memory_available_bytes", "node_memory_MemAvailable_bytes")
    _first(found, sieve, "mppmon_pc_memory_size_bytes", "node_memory_MemTotal_bytes")
    _first(found, sieve, "mppmon_pc_boot_time_seconds", "node_boot_time_seconds")
    _first(found, sieve, "mppmon_pc_time_seconds", "node_time_seconds")
    _errors(found, sieve, "node_network_receive_errs_total", "node_network_transmit_errs_total")
    _disks(_node_volumes(found), sieve)
    uname, system = _labels(found, "node_uname_info"), _labels(found, "node_os_info")
    if uname or system:
        release = system.get("pretty_name") or uname.get("release", "")
        machine = of_node(_labels(found, "node_dmi_info"), uname)
        _info(sieve, uname.get("sysname", ""), release, "node_exporter", found, machine)
    active = {
        sample.labels.get("name", ""): sample.value
        for sample in found.get("node_systemd_unit_state", ())
        if sample.labels.get("state") == "active"
    }
    _services(active, sieve, spooler=_CUPS, key=lambda unit: unit.removesuffix(".service"))


def windows(found: Found, sieve: Sieve) -> None:
    """Add what windows_exporter shows."""
    _cpu(found.get("windows_cpu_time_total", ()), _WINDOWS_MODES, sieve)
    _first(
        found,
        sieve,
        "mppmon_pc_memory_available_bytes",
        "windows_memory_available_bytes",
        "windows_memory_physical_free_bytes",
        "windows_os_physical_memory_free_bytes",
    )
    _first(
        found,
        sieve,
        "mppmon_pc_memory_size_bytes",
        "windows_memory_physical_total_bytes",
        "windows_cs_physical_memory_bytes",
        "windows_os_visible_memory_bytes",
    )
    _first(
        found,
        sieve,
        "mppmon_pc_boot_time_seconds",
        "windows_system_boot_time_timestamp",
        "windows_system_boot_time_timestamp_seconds",
        "windows_system_system_up_time",  # despite its name it is the Unix time of the start
    )
    _first(found, sieve, "mppmon_pc_time_seconds", "windows_time_current_timestamp_seconds", "windows_os_time")
    _errors(found, sieve, "windows_net_packets_received_errors_total", "windows_net_packets_outbound_errors_total")
    size = _by(found, "windows_logical_disk_size_bytes", "volume")
    free = _by(found, "windows_logical_disk_free_bytes", "volume")
    _disks([(one, free[one], size[one]) for one in free if one in size and _DRIVE.fullmatch(one)], sieve)
    system = _labels(found, "windows_os_info")
    if system:
        release = f"{system.get('product', '')} {system.get('version', '')}"
        name = _labels(found, "windows_os_hostname") or _labels(found, "windows_cs_hostname")
        _info(sieve, "Windows", release, "windows_exporter", found, of_windows(name))
    running = {
        sample.labels.get("name", "").lower(): sample.value
        for sample in found.get("windows_service_state", ())
        if sample.labels.get("state") == "running"
    }
    _services(running, sieve, spooler=_SPOOLER, key=str.lower)
    queues(found, sieve)


def _first(found: Found, sieve: Sieve, ours: str, *theirs: str) -> None:
    for name in theirs:
        if found.get(name):
            sieve.add(ours, found[name][0].value)
            return


def _by(found: Found, name: str, label: str) -> dict[str, float]:
    return {sample.labels.get(label, ""): sample.value for sample in found.get(name, ())}


def _labels(found: Found, name: str) -> dict[str, str]:
    return found[name][0].labels if found.get(name) else {}


def _cpu(cores: Iterable[Sample], modes: Mapping[str, str], sieve: Sieve) -> None:
    sums: dict[str, float] = {}
    for sample in cores:
        mode = modes.get(sample.labels.get("mode", ""))
        if mode is not None:
            sums[mode] = sums.get(mode, 0.0) + sample.value
    for mode, seconds in sums.items():
        sieve.add("mppmon_pc_cpu_seconds_total", seconds, {"mode": mode})


def _errors(found: Found, sieve: Sieve, receive: str, transmit: str) -> None:
    for direction, name in (("receive", receive), ("transmit", transmit)):
        if found.get(name):
            total = sum(sample.value for sample in found[name])
            sieve.add("mppmon_pc_network_errors_total", total, {"direction": direction})


def _node_volumes(found: Found) -> list[tuple[str, float, float]]:
    """Return (mount, available, size), each block device once: under its shortest mount."""
    size = _by(found, "node_filesystem_size_bytes", "mountpoint")
    shortest: dict[str, tuple[str, float, float]] = {}
    for sample in found.get("node_filesystem_avail_bytes", ()):
        mount = sample.labels.get("mountpoint", "")
        device = sample.labels.get("device", "")
        if mount not in size or sample.labels.get("fstype") in _VIRTUAL:
            continue
        if device not in shortest or len(mount) < len(shortest[device][0]):
            shortest[device] = (mount, sample.value, size[mount])
    return list(shortest.values())


def _disks(volumes: Iterable[tuple[str, float, float]], sieve: Sieve) -> None:
    """Give the volumes numbers in the order of their mounts, which puts `/` and `C:` first."""
    for index, (mount, free, size) in enumerate(sorted(volumes)[:MAX_DISKS]):
        if size > 0:
            disk = str(index)
            sieve.add("mppmon_pc_disk_free_bytes", free, {"disk": disk})
            sieve.add("mppmon_pc_disk_size_bytes", size, {"disk": disk})
            sieve.add("mppmon_pc_disk_free_ratio", free / size, {"disk": disk})
            sieve.add("mppmon_pc_disk_info", 1.0, {"disk": disk, "mount": mount})


def _info(sieve: Sieve, system: str, release: str, exporter: str, found: Found, name: str) -> None:
    """Say what the machine is. `name`: the nearest to a machine id that the exporter tells."""
    version = _labels(found, f"{exporter}_build_info").get("version", "")
    words = {"os": system, "release": release, "machine_id": name, "agent": f"{exporter} {version}"}
    sieve.add("mppmon_pc_info", 1.0, words)


def _services(
    running: Mapping[str, float], sieve: Sieve, *, spooler: frozenset[str], key: Callable[[str], str]
) -> None:
    """Add the spooler, and the services that the inventory names; an exporter shows all that are installed.

    A spooler that is stopped is told only of a PC behind which the inventory has something, or of which it names the
    spooler: elsewhere it is switched off because nobody prints, or CUPS came along and sleeps until somebody does.
    """
    states = {key(name): value for name, value in running.items()}
    for name in sorted(sieve.names.services):
        if key(name) in states:
            sieve.add("mppmon_pc_service_running", states[key(name)], {"service": name})
    named = {key(name) for name in sieve.names.services} & {key(name) for name in spooler}
    used = bool(sieve.names.queues or sieve.names.parts or named)
    for name in spooler & running.keys():
        if running[name] or used:
            sieve.add("mppmon_pc_spooler_running", running[name])
