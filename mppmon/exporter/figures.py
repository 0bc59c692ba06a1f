"""Gauges of the daemon about itself that are looked at together, every ten seconds: what rules about it ask for."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

Labels = tuple[tuple[str, str], ...]

HELP: Mapping[str, str] = MappingProxyType(
    {
        "lateness_worst_seconds": "The latest poll of the last ten seconds: how long after its slot it began.",
        "way_quiet_seconds": "Since a way of asking last gave an observation, whatever it said.",
        "way_overdue_seconds": "How much longer than its shortest interval a way of asking has been quiet.",
        "outbox_oldest_seconds": "Age of the oldest message that is not sent yet; 0 without one.",
        "channel_failing_seconds": "Since when a channel has taken nothing though asked three times or more; else 0.",
        "commit_worst_seconds": "The longest commit of the last ten seconds.",
        "database_refused_seconds": "Since when the database refuses; 0: it does not.",
        "disk_free_bytes": "Free for us where the state directory is.",
        "memory_bytes": "Resident memory.",
        "memory_ratio": "Resident memory by what there is: the control group's limit, or the machine's.",
        "descriptors": "Open file descriptors.",
        "descriptors_ratio": "Open file descriptors by their limit.",
        "task_alive": "1 while a part of the daemon that is begun anew when it ends is at work.",
        "task_failures": "How often in a row a part of the daemon has ended.",
        "clock_jumps_recent": "Jumps of the wall clock in the last 15 minutes.",
        "clock_unset_seconds": "Since when the clock cannot be right and nobody sets it; 0: it may be right.",
        "clock_synchronised": "1 while the kernel calls its clock synchronised, 0 while not; absent: it does not tell.",
        "part_silent_seconds": "How long ago the poll loop, the engine and the web last answered.",
        "heartbeat_failures": "How many heartbeats in a row were not taken; absent without a heartbeat.",
        "heartbeat_last_seconds": "When a heartbeat was last taken, Unix time; 0: never.",
        "canary_failed": "1: the newest daily test message to this person by this channel was not taken.",
        "database_set_aside": "1 for a day after a damaged database was set aside.",
    }
)
"""Metric without `mppmon_daemon_` -> what it is. A figure that is not here has a metric of its own."""

PREFIX = "mppmon_daemon_"


class Figures(Collector):
    """The newest look. Replaced as a whole by the poll loop, read by the web's thread."""

    def __init__(self) -> None:
        self._now: tuple[tuple[str, Labels, float], ...] = ()

    def show(self, figures: Iterable[tuple[str, Labels, float]]) -> None:
        """Show these, `(metric, labels, value)`, from now on."""
        self._now = tuple(one for one in figures if one[0].removeprefix(PREFIX) in HELP)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield a family per metric."""
        families: dict[str, GaugeMetricFamily] = {}
        for metric, labels, value in self._now:
            if metric not in families:
                words = HELP[metric.removeprefix(PREFIX)]
                families[metric] = GaugeMetricFamily(metric, words, labels=[label for label, _ in labels])
            families[metric].add_metric([said for _, said in labels], value)
        yield from families.values()
