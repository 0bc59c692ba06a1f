"""What psutil knows on every system: processor, memory, disks, network, processes."""

from collections.abc import Collection

import psutil

from . import Basics, Disk, SourceMissing

_MODES = {
    "user": "user", "nice": "user", "system": "system", "irq": "system", "softirq": "system",
    "idle": "idle", "iowait": "idle", "steal": "other", "interrupt": "other", "dpc": "other",
}  # fmt: skip
"""psutil's fields, of Linux and of Windows, in the four modes we show. (Linux' guest is part of user.)"""
_NOT_DISKS = frozenset({"squashfs", "iso9660", "udf", "CDFS"})


class PsutilBasics:
    """CPU, memory, start and network errors."""

    def read(self) -> Basics:
        """Return them. OSError or psutil.Error when the system does not say."""
        cpu = dict.fromkeys(("user", "system", "idle", "other"), 0.0)
        for name, seconds in psutil.cpu_times()._asdict().items():
            if name in _MODES:
                cpu[_MODES[name]] += seconds
        memory = psutil.virtual_memory()
        cards = psutil.net_io_counters(pernic=True).values()
        return Basics(
            cpu=cpu,
            memory_available=float(memory.available),
            memory_size=float(memory.total),
            boot_time=psutil.boot_time(),
            receive_errors=float(sum(card.errin for card in cards)),
            transmit_errors=float(sum(card.errout for card in cards)),
        )


class PsutilDisks:
    """File systems on real disks, each device once."""

    def read(self) -> list[Disk]:
        """Return them sorted by mount, which puts `/` and `C:` first. SourceMissing when there is none."""
        shortest: dict[str, str] = {}
        for part in psutil.disk_partitions(all=False):
            if part.fstype and part.fstype not in _NOT_DISKS:
                mount = shortest.get(part.device, part.mountpoint)
                shortest[part.device] = min(mount, part.mountpoint, key=len)
        disks = []
        for mount in sorted(shortest.values()):
            try:
                usage = psutil.disk_usage(mount)
            except OSError:
                continue  # ejected meanwhile, or not ours to see
            if usage.total:
                disks.append(Disk(mount, float(usage.free), float(usage.total)))
        if not disks:
            raise SourceMissing("no file system on a disk")
        return disks


class PsutilProcesses:
    """Processes by the name of their executable."""

    def running(self, wanted: Collection[str]) -> Collection[str]:
        """Return the wanted names that run, whatever their case, with or without `.exe`."""
        running = {_plain(process.info["name"] or "") for process in psutil.process_iter(["name"])}
        return {name for name in wanted if _plain(name) in running}


def _plain(name: str) -> str:
    return name.lower().removesuffix(".exe")
