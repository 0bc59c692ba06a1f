"""What a simulated counter PC shows: our agent's exposition (docs/metrics.md), with living values. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mppmon.demo.simulator.faults import PRINTERS
from mppmon.demo.simulator.living import ERROR_BITS, HOUR
from mppmon.demo.simulator.world import Scene

GIB = 2**30
Line = tuple[str, Mapping[str, str], float]
DAY = 86_400.0
SOURCES = (
    "usb", "printing", "processes", "services", "disks", "route", "updates", "reboot", "antivirus", "software",
    "support",
)  # fmt: skip
STUCK_JOBS_PER_HOUR = 60  # people go on printing while nothing comes out


@dataclass(frozen=True, slots=True)
class Plugged:
    """A peripheral of the PC: its id, its kind, what it shows, and for how long it has kept its PC waiting (s)."""

    id: str
    kind: str
    shows: frozenset[str]
    stuck: float = 0.0


def tells(pc: Scene, peripherals: Sequence[Plugged]) -> dict[str, frozenset[str]]:
    """Return what an exposition tells of whom, for the truth log."""
    return {pc.id: pc.shows, **{one.id: one.shows for one in peripherals}}


def exposition(pc: Scene, peripherals: Sequence[Plugged], *, now: datetime) -> str:
    """Return the Prometheus text of the PC at this moment."""
    text: list[str] = []
    last = ""
    for name, labels, value in _lines(pc, peripherals, now):
        if name != last:
            text.append(f"# TYPE {name} {'counter' if name.endswith('_total') else 'gauge'}")
            last = name
        inner = ",".join(f'{key}="{_escaped(word)}"' for key, word in labels.items())
        text.append(f"{name}{{{inner}}} {value!r}" if inner else f"{name} {value!r}")
    return "\n".join(text) + "\n"


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _lines(pc: Scene, peripherals: Sequence[Plugged], now: datetime) -> Iterator[Line]:
    yield from _machine(pc, now)
    stopped = "spooler-stopped" in pc.shows
    yield "mppmon_pc_spooler_running", {}, 0.0 if stopped else 1.0
    for one in peripherals:
        yield "mppmon_pc_peripheral_present", {"peripheral": one.id}, 0.0 if "absent" in one.shows else 1.0
    printers = [one for one in peripherals if one.kind in PRINTERS and "absent" not in one.shows]
    for one in printers:
        for error in ERROR_BITS:
            yield "mppmon_pc_printer_error", {"peripheral": one.id, "error": error}, float(error in one.shows)
    for one in printers:
        jobs = 1 + int(one.stuck * STUCK_JOBS_PER_HOUR / HOUR) if one.stuck else 0
        yield "mppmon_pc_printer_jobs", {"peripheral": one.id}, float(jobs)
    for one in printers:
        yield "mppmon_pc_printer_oldest_job_seconds", {"peripheral": one.id}, round(one.stuck, 3)
    yield from _software(pc)
    for source in SOURCES:
        yield "mppmon_pc_source_available", {"source": source}, 1.0


def _machine(pc: Scene, now: datetime) -> Iterator[Line]:
    identity = {"os": "Windows", "release": "10", "machine_id": f"sim-{pc.seed:08x}", "agent": "simulated"}
    yield "mppmon_pc_info", identity, 1.0
    busy = 0.05 + pc.seed % 20 / 100
    for mode, part in (("user", busy * 0.7), ("system", busy * 0.3), ("idle", 1 - busy), ("other", 0.0)):
        yield "mppmon_pc_cpu_seconds_total", {"mode": mode}, round(4 * part * pc.uptime, 2)
    yield "mppmon_pc_cpu_ratio", {}, round(busy, 4)
    yield "mppmon_pc_memory_available_bytes", {}, float(3 * GIB + pc.seed % GIB)
    yield "mppmon_pc_memory_size_bytes", {}, float(8 * GIB)
    size = 240 * GIB
    free = max(0.2, 0.6 - pc.uptime / HOUR * 1e-4)  # logs and caches grow
    yield "mppmon_pc_disk_free_bytes", {"disk": "0"}, float(int(size * free))
    yield "mppmon_pc_disk_size_bytes", {"disk": "0"}, float(size)
    yield "mppmon_pc_disk_free_ratio", {"disk": "0"}, round(free, 6)
    yield "mppmon_pc_disk_info", {"disk": "0", "mount": "C:\\"}, 1.0
    yield "mppmon_pc_boot_time_seconds", {}, round(now.timestamp() - pc.uptime, 3)
    yield "mppmon_pc_time_seconds", {}, round(now.timestamp(), 3)
    for direction in ("receive", "transmit"):
        yield "mppmon_pc_network_errors_total", {"direction": direction}, 0.0
    yield "mppmon_pc_process_running", {"process": "pelayanan"}, 1.0
    yield "mppmon_pc_service_running", {"service": "spooler"}, 0.0 if "spooler-stopped" in pc.shows else 1.0


def _software(pc: Scene) -> Iterator[Line]:
    """Yield what is said of a PC that is kept up to date."""
    yield "mppmon_pc_default_route", {}, 1.0
    yield "mppmon_pc_updates_pending", {"type": "security"}, 0.0
    yield "mppmon_pc_updates_pending", {"type": "other"}, float(pc.seed % 4)
    yield "mppmon_pc_updates_checked_age_seconds", {}, pc.seed % 24 * HOUR
    yield "mppmon_pc_updates_installed_age_seconds", {}, pc.seed % 14 * DAY
    yield "mppmon_pc_reboot_pending", {}, 0.0
    yield "mppmon_pc_antivirus_running", {}, 1.0
    yield "mppmon_pc_antivirus_signatures_age_seconds", {}, pc.seed % 24 * HOUR
    its = {"software": "pelayanan"}
    yield "mppmon_pc_software_present", its, 1.0
    yield "mppmon_pc_software_outdated", its, 0.0
    yield "mppmon_pc_software_info", {**its, "version": "3.2.1"}, 1.0
    yield "mppmon_pc_support_left_seconds", {}, 400 * DAY
