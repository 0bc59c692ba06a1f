"""Counts of polls on the hot path: plain numbers, made into metric families only when somebody looks.

`Counter.inc` and `Histogram.observe` take a lock each; over a thousand polls that was a twentieth of all the work.
"""

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

LATENESS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0)


class PollCounts(Collector):
    """Written in the poll loop alone. Who renders the page may see a poll that is counted and not yet timed."""

    def __init__(self) -> None:
        self._polls: dict[tuple[str, str], int] = {}
        self._late = [0] * (len(LATENESS) + 1)
        self._late_sum = 0.0

    def polled(self, way: str, outcome: str) -> None:
        """Count one poll."""
        key = (way, outcome)
        self._polls[key] = self._polls.get(key, 0) + 1

    def late(self, seconds: float) -> None:
        """Note the lateness of one poll."""
        self._late[bisect_left(LATENESS, seconds)] += 1
        self._late_sum += seconds

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        """Yield both families."""
        polls = CounterMetricFamily(
            "mppmon_daemon_polls_total",
            "Polls by way of asking and how they ended; skipped: still running when due again.",
            labels=["way", "outcome"],
        )
        for (way, outcome), count in sorted(self._polls.copy().items()):
            polls.add_metric([way, outcome], count)
        yield polls
        lateness = HistogramMetricFamily(
            "mppmon_daemon_poll_lateness_seconds", "How long after its slot a poll began.", labels=[]
        )
        total, buckets = 0, []
        for bound, count in zip((*map(str, LATENESS), "+Inf"), list(self._late), strict=True):
            total += count
            buckets.append((bound, float(total)))
        lateness.add_metric([], buckets, self._late_sum)
        yield lateness
