"""What a counter PC may tell us: the metrics of `docs/metrics.md`, the labels each may carry, the values it may have.

Pure. Everything that is not in these tables is dropped and counted, so that a PC, broken or hostile, can neither invent
series nor fill the time series database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from collectors.observation import Labels, Series, clean_text

PRINTER_ERRORS = frozenset({
    "low-paper", "no-paper", "low-toner", "no-toner", "door-open", "jammed", "offline", "service-requested",
    "input-tray-missing", "output-tray-missing", "marker-supply-missing", "output-near-full", "output-full",
    "input-tray-empty", "overdue-maintenance",
})  # fmt: skip
"""RFC 3805 hrPrinterDetectedErrorState."""

MODES = ("user", "system", "idle", "other")
SOURCES = frozenset({
    "usb", "printing", "processes", "services", "disks", "route", "updates", "reboot", "antivirus", "software",
    "support", "systems",
})  # fmt: skip
UPDATES = frozenset({"security", "other"})
MAX_DISKS = 32
_LARGEST = float(2**63)
_FLAG = (0.0, 1.0)
_NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Names:
    """The label values that the inventory allows: peripherals behind this PC, its required processes, services and
    software, the online systems it looks at. `queues`: peripheral and its print queue, for windows_exporter.
    `formerly`: what parts and systems were called -> what they are called now.
    """

    parts: frozenset[str] = frozenset()
    processes: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    software: frozenset[str] = frozenset()
    queues: tuple[tuple[str, str], ...] = ()
    systems: frozenset[str] = frozenset()
    formerly: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """Labels in the order they are exported, each with the name of its check; values from `low` to `high`."""

    labels: tuple[tuple[str, str], ...] = ()
    low: float = 0.0
    high: float = _LARGEST
    whole: bool = False  # only `low` or `high`


def _flag(*labels: tuple[str, str]) -> Rule:
    return Rule(labels, *_FLAG, whole=True)


_CENTURY = 3.2e9  # seconds
_SOFTWARE = (("software", "software"),)
_DISK = (("disk", "disk"),)
_PERIPHERAL = ("peripheral", "part")
RULES: dict[str, Rule] = {
    "mppmon_pc_info": Rule((("os", "word"), ("release", "word"), ("machine_id", "word"), ("agent", "word")), 1, 1),
    "mppmon_pc_cpu_seconds_total": Rule((("mode", "mode"),)),
    "mppmon_pc_cpu_ratio": Rule(high=1.0),
    "mppmon_pc_memory_available_bytes": Rule(),
    "mppmon_pc_memory_size_bytes": Rule(),
    "mppmon_pc_disk_free_bytes": Rule(_DISK),
    "mppmon_pc_disk_size_bytes": Rule(_DISK),
    "mppmon_pc_disk_free_ratio": Rule(_DISK, high=1.0),
    "mppmon_pc_disk_info": Rule((*_DISK, ("mount", "word")), 1, 1),
    "mppmon_pc_boot_time_seconds": Rule(low=1e9),  # 2001; windows_exporter 0.30.2 to 0.30.5 give the uptime instead
    "mppmon_pc_time_seconds": Rule(),
    "mppmon_pc_network_errors_total": Rule((("direction", "direction"),)),
    "mppmon_pc_process_running": _flag(("process", "process")),
    "mppmon_pc_service_running": _flag(("service", "service")),
    "mppmon_pc_spooler_running": _flag(),
    "mppmon_pc_peripheral_present": _flag(_PERIPHERAL),
    "mppmon_pc_printer_error": _flag(_PERIPHERAL, ("error", "error")),
    "mppmon_pc_printer_jobs": Rule((_PERIPHERAL,)),
    "mppmon_pc_printer_jobs_stopped": Rule((_PERIPHERAL,)),
    "mppmon_pc_printer_oldest_job_seconds": Rule((_PERIPHERAL,)),
    "mppmon_pc_default_route": _flag(),
    "mppmon_pc_updates_pending": Rule((("type", "update"),)),
    "mppmon_pc_updates_checked_age_seconds": Rule(),
    "mppmon_pc_updates_installed_age_seconds": Rule(),
    "mppmon_pc_reboot_pending": _flag(),
    "mppmon_pc_antivirus_running": _flag(),
    "mppmon_pc_antivirus_signatures_age_seconds": Rule(),
    "mppmon_pc_software_present": _flag(*_SOFTWARE),
    "mppmon_pc_software_outdated": _flag(*_SOFTWARE),
    "mppmon_pc_software_info": Rule((*_SOFTWARE, ("version", "word")), 1, 1),
    "mppmon_pc_system_reached": _flag(("system", "system")),
    "mppmon_pc_system_ok": _flag(("system", "system")),
    "mppmon_pc_system_certificate_left_seconds": Rule((("system", "system"),), low=-_CENTURY, high=_CENTURY),
    "mppmon_pc_support_left_seconds": Rule(low=-_CENTURY, high=_CENTURY),
    "mppmon_pc_source_available": _flag(("source", "source")),
}


def _checks(names: Names) -> dict[str, Callable[[str], bool]]:
    return {
        "word": lambda _: True,  # only in `*_info`, cleaned
        "mode": MODES.__contains__,
        "direction": frozenset({"receive", "transmit"}).__contains__,
        "disk": lambda text: text.isascii() and text.isdigit() and len(text) <= 2 and int(text) < MAX_DISKS,  # noqa: PLR2004  # two digits
        "part": names.parts.__contains__,
        "process": names.processes.__contains__,
        "service": names.services.__contains__,
        "error": PRINTER_ERRORS.__contains__,
        "software": names.software.__contains__,
        "system": names.systems.__contains__,
        "update": UPDATES.__contains__,
        "source": SOURCES.__contains__,
    }


_IDS = frozenset({"part", "system"})
_FEW = 5  # dropped things that are named


@dataclass(slots=True)
class Sieve:
    """Takes samples in, lets through what the tables allow, once per series, and counts the rest.

    `lost`: the first few labels (or metrics) that were dropped.
    """

    names: Names
    kept: dict[Series, float] = field(default_factory=dict)
    dropped: int = 0
    lost: list[str] = field(default_factory=list)
    _checks: dict[str, Callable[[str], bool]] = field(init=False)
    _infos: set[tuple[str, str]] = field(default_factory=set)
    _former: set[Series] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._checks = _checks(self.names)

    def add(self, name: str, value: float, labels: Mapping[str, str] = _NONE) -> None:
        """Keep one sample or count it as dropped. NaN is in no range, so it is dropped too."""
        rule = RULES[name]
        if not (rule.low <= value <= rule.high) or (rule.whole and value not in {rule.low, rule.high}):
            self._drop(f"{name} ({value:g})")
            return
        said = self._called_now(rule, labels) if self.names.formerly else labels
        pairs = self._pairs(rule, said)
        series = (name, pairs) if pairs is not None else None
        if series in self._former and said is labels:  # the PC says both: its file is being edited
            self._former.discard(series)
            self.kept[series] = value
            return
        if series is None or series in self.kept or not self._first_info(name, pairs):
            self._drop(self._stranger(rule, labels) or name)
            return
        self.kept[series] = value
        if said is not labels:
            self._former.add(series)

    def _called_now(self, rule: Rule, labels: Mapping[str, str]) -> Mapping[str, str]:
        """Return the labels with the ids that parts and systems have now; the same object when none has another."""
        former = self.names.formerly
        now = {key: former[labels[key]] for key, check in rule.labels if check in _IDS and labels.get(key) in former}
        return {**labels, **now} if now else labels

    def _pairs(self, rule: Rule, labels: Mapping[str, str]) -> Labels | None:
        if len(labels) != len(rule.labels):
            return None
        pairs = []
        for key, check in rule.labels:
            text = labels.get(key)
            if text is None or not self._checks[check](text):
                return None
            pairs.append((key, clean_text(text) if check == "word" else text))
        return tuple(pairs)

    def _drop(self, what: str) -> None:
        """Count a sample; keep a few names, so that somebody can mend the inventory or the agent's config."""
        self.dropped += 1
        if len(self.lost) < _FEW and what not in self.lost:
            self.lost.append(what)

    def _stranger(self, rule: Rule, labels: Mapping[str, str]) -> str:
        """Return the first label with a value that is not ours, cleaned; nothing when it is not about a value."""
        for key, check in rule.labels:
            text = labels.get(key)
            if text is not None and not self._checks[check](text):
                return f'{key}="{clean_text(text)}"'
        return ""

    def _first_info(self, name: str, pairs: Labels | None) -> bool:
        """Return whether these are the first words for this disk, programme or PC: no device makes series by the dozen
        of them.
        """
        if not name.endswith("_info"):
            return True
        key = (name, pairs[0][1] if pairs and name != "mppmon_pc_info" else "")
        if key in self._infos:
            return False
        self._infos.add(key)
        return True
