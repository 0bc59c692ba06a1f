"""Turns what the readers see into the metrics of `docs/metrics.md`, through a prometheus-client collector."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TypeVar

import psutil
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from .config import Config
from .readers import Basics, Disk, Fact, NotYet, Printing, Queue, Readers, SourceMissing, UsbDevice
from .readers.printing import ERRORS
from .readers.usb import fits

_LOG = logging.getLogger("mppmon-agent")
_MOST_DISKS = 32
_Seen = TypeVar("_Seen")


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"mppmon_pc_{name}", words, value=value)


def _gauges(name: str, words: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]) -> Metric:
    family = GaugeMetricFamily(f"mppmon_pc_{name}", words, labels=labels)
    for label, value in values:
        family.add_metric(label, value)
    return family


def _counters(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(f"mppmon_pc_{name}", words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


class AgentCollector:
    """Reads at each scrape. `now`: Unix time. One scrape at a time: the server sees to that.

    Each reader is guarded: what one cannot tell is missing from the answer, and the rest is there.
    """

    def __init__(
        self, config: Config, readers: Readers, *, now: Callable[[], float], identity: Mapping[str, str]
    ) -> None:
        self._config = config
        self._readers = readers
        self._now = now
        self._identity = identity
        self._missing: dict[str, str] = {}
        self._printed = any(one.queue is not None for one in config.peripherals)
        basics = self._guarded("basics", readers.basics.read)
        self._cpu = basics.cpu if basics else None

    def collect(self) -> Iterator[Metric]:
        """Yield the families."""
        sources: dict[str, bool] = {}
        words = tuple(self._identity)
        yield _gauges("info", "This PC.", words, [(tuple(self._identity.values()), 1.0)])
        yield _gauge("time_seconds", "Unix time by this PC's clock.", self._now())
        basics = self._guarded("basics", self._readers.basics.read)
        if basics is not None:
            yield from self._of_basics(basics)
        disks = self._source(sources, "disks", self._readers.disks.read)
        if disks is not None:
            yield from _of_disks(disks[:_MOST_DISKS])
        yield from self._of_names(sources)
        printing = None
        if self._config.printing is not False:
            printing = self._source(sources, "printing", self._readers.printing.read)
        if printing is not None:
            yield from self._of_printing(printing)
        usb = self._source(sources, "usb", self._readers.usb.read)
        yield self._of_peripherals(usb, printing)
        for source, reader in self._readers.facts.items():
            yield from _of_facts(self._source(sources, source, reader.read) or ())
        available = [((source,), float(there)) for source, there in sorted(sources.items())]
        yield _gauges("source_available", "Whether this PC has the source.", ("source",), available)

    def _guarded(self, source: str, read: Callable[[], _Seen]) -> _Seen | None:
        try:
            seen = read()
        except NotYet:
            raise
        except (SourceMissing, OSError, psutil.Error, ValueError) as error:
            if self._missing.get(source) != str(error):  # said once, not at each scrape
                _LOG.warning("%s: source missing: %s", source, error)
            self._missing[source] = str(error)
            return None
        self._missing.pop(source, None)
        return seen

    def _source(self, sources: dict[str, bool], name: str, read: Callable[[], _Seen]) -> _Seen | None:
        try:
            seen = self._guarded(name, read)
        except NotYet:
            return None  # neither there nor missing: its first look is under way
        sources[name] = seen is not None
        return seen

    def _of_basics(self, basics: Basics) -> Iterator[Metric]:
        yield _counters("cpu_seconds", "Seconds of all cores together.", "mode", basics.cpu)
        before, self._cpu = self._cpu, basics.cpu
        passed = sum(basics.cpu.values()) - sum(before.values()) if before else 0.0
        if before and passed > 0:
            idle = basics.cpu.get("idle", 0.0) - before.get("idle", 0.0)
            ratio = min(max(1 - idle / passed, 0.0), 1.0)
            yield _gauge("cpu_ratio", "Busy share since the scrape before.", ratio)
        yield _gauge("memory_available_bytes", "Memory that programs can still get.", basics.memory_available)
        yield _gauge("memory_size_bytes", "Memory in all.", basics.memory_size)
        yield _gauge("boot_time_seconds", "Unix time of the start by this PC's clock.", basics.boot_time)
        errors = {"receive": basics.receive_errors, "transmit": basics.transmit_errors}
        yield _counters("network_errors", "Faulty packets of all network cards.", "direction", errors)

    def _of_names(self, sources: dict[str, bool]) -> Iterator[Metric]:
        for one, source, wanted, reader in (
            ("process", "processes", self._config.processes, self._readers.processes),
            ("service", "services", self._config.services, self._readers.services),
        ):
            if not wanted:
                continue  # nobody asks: not even whether it could be told
            running = self._source(sources, source, partial(reader.running, set(wanted.values())))
            if running is not None:
                values = [((name,), float(theirs in running)) for name, theirs in wanted.items()]
                yield _gauges(f"{one}_running", f"Whether the required {one} runs.", (one,), values)

    def _of_printing(self, printing: Printing) -> Iterator[Metric]:
        if self._prints(printing):
            yield _gauge("spooler_running", "Whether the print spooler runs.", float(printing.spooler_running))
        if not printing.spooler_running:
            return  # it alone knows the queues: they are not empty, they are not known
        now = self._now()
        queues = [
            (one.id, printing.queues[one.queue])
            for one in self._config.peripherals
            if one.queue is not None and one.queue in printing.queues
        ]
        yield from _of_queues(queues, now, printing.knows or ERRORS.values())

    def _prints(self, printing: Printing) -> bool:
        """Return whether this PC is one that prints: a print system came along with many that never do."""
        if self._config.printing is not None:
            return self._config.printing
        self._printed = self._printed or bool(printing.queues) or printing.kept
        return self._printed

    def _of_peripherals(self, usb: list[UsbDevice] | None, printing: Printing | None) -> Metric:
        values = []
        for one in self._config.peripherals:
            there: bool | None = None
            if one.by_usb:
                there = None if usb is None else any(fits(device, one) for device in usb)
            elif printing is not None and printing.spooler_running:
                there = one.queue in printing.queues
            if there is not None:
                values.append(((one.id,), float(there)))
        return _gauges("peripheral_present", "Whether this PC sees the peripheral.", ("peripheral",), values)


_WORDS = {
    "default_route": "Whether there is a way out of this network.",
    "updates_pending": "Updates that wait to be installed.",
    "updates_checked_age_seconds": "Since this PC last asked for updates.",
    "updates_installed_age_seconds": "Since this PC last installed anything.",
    "reboot_pending": "Whether it has to be started anew to be up to date.",
    "antivirus_running": "Whether the virus scanner runs.",
    "antivirus_signatures_age_seconds": "Age of its newest signatures.",
    "software_present": "Whether the programme is installed.",
    "software_info": "Version of the programme.",
    "software_outdated": "Whether it is older than the config wants.",
    "system_reached": "Whether the online system accepts a connection from here.",
    "system_ok": "Whether it answers as it should from here.",
    "system_certificate_left_seconds": "Until its certificate ends, as it is shown here.",
    "support_left_seconds": "Until its makers' updates end; negative after that.",
}


def _of_facts(facts: Iterable[Fact]) -> Iterator[Metric]:
    families: dict[tuple[str, tuple[str, ...]], list[tuple[tuple[str, ...], float]]] = {}
    for fact in facts:
        kind = fact.name, tuple(key for key, _ in fact.labels)
        families.setdefault(kind, []).append((tuple(value for _, value in fact.labels), fact.value))
    for (name, labels), values in families.items():
        yield _gauges(name, _WORDS[name], labels, values)


def _of_disks(disks: list[Disk]) -> Iterator[Metric]:
    numbered = [(str(index), disk) for index, disk in enumerate(disks)]
    one = ("disk",)
    yield _gauges("disk_free_bytes", "Space that users can still fill.", one, [((i,), d.free) for i, d in numbered])
    yield _gauges("disk_size_bytes", "Space in all.", one, [((i,), d.size) for i, d in numbered])
    yield _gauges("disk_free_ratio", "Share that is free.", one, [((i,), d.free / d.size) for i, d in numbered])
    yield _gauges(
        "disk_info", "Where the disk is mounted.", ("disk", "mount"), [((i, d.mount), 1) for i, d in numbered]
    )


def _of_queues(queues: list[tuple[str, Queue]], now: float, words: Iterable[str]) -> Iterator[Metric]:
    both = ("peripheral", "error")
    known = sorted(set(words))
    errors = [((one, error), float(error in queue.errors)) for one, queue in queues for error in known]
    yield _gauges("printer_error", "What the printer complains of.", both, errors)
    jobs = [((one,), float(len(queue.jobs))) for one, queue in queues]
    yield _gauges("printer_jobs", "Jobs that wait.", ("peripheral",), jobs)
    ages = [((one,), max(0.0, now - min(queue.jobs, default=now))) for one, queue in queues]
    yield _gauges("printer_oldest_job_seconds", "Age of the oldest job that waits.", ("peripheral",), ages)
