"""What the daemon says of itself: `mppmon_daemon_*`, by prometheus-client, on a registry that is handed in."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from mppmon.exporter.figures import Figures
from mppmon.exporter.polls import PollCounts

_WORK = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0)


class SelfMetrics:
    """One method per metric, safe to call from any thread but `polled` and `late`, which are the poll loop's own.

    Durations in seconds.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # else each counter gets a second, undocumented series
        self._info = Gauge("mppmon_daemon_info", "The daemon.", ["version", "revision"], registry=registry)
        self._icmp = Gauge(
            "mppmon_daemon_icmp",
            "1 for the sockets it pings with; none: TCP or SNMP instead.",
            ["socket"],
            registry=registry,
        )
        self._polls = PollCounts()
        registry.register(self._polls)
        self._queue = Gauge("mppmon_daemon_queue_depth", "Observations waiting for the engine.", registry=registry)
        self._batches = Histogram(
            "mppmon_daemon_engine_batch_seconds", "How long a batch took the engine.", registry=registry, buckets=_WORK
        )
        self._commits = Histogram(
            "mppmon_daemon_commit_seconds", "How long a commit took.", registry=registry, buckets=_WORK
        )
        self._sends = Counter(
            "mppmon_daemon_sends_total",
            "Notifications handed to a channel, by how that ended and why.",
            ["channel", "outcome", "reason"],
            registry=registry,
        )
        self._outbox = Gauge("mppmon_daemon_outbox_pending", "Notifications not sent yet.", registry=registry)
        self._missed = Counter(
            "mppmon_daemon_missed_runs_total", "Scheduled runs that were left out.", ["job"], registry=registry
        )
        self._pruned = Counter(
            "mppmon_daemon_pruned_rows_total", "Old rows that were removed.", ["table"], registry=registry
        )
        self._last_seen = Gauge(
            "mppmon_daemon_last_seen_seconds", "When the daemon last noted that it runs, Unix time.", registry=registry
        )
        self._refused = Counter(
            "mppmon_daemon_database_refusals_total", "How often the database began to refuse.", registry=registry
        )
        self.figures = Figures()
        registry.register(self.figures)
        self._worst_late = self._worst_commit = 0.0
        self._jumps = Counter("mppmon_daemon_clock_jumps_total", "How often the wall clock was set.", registry=registry)

        self._traps = Counter(
            "mppmon_daemon_traps_total", "Traps and informs, by what became of them.", ["outcome"], registry=registry
        )

        self._pushes = Counter(
            "mppmon_daemon_pushes_total", "What PCs sent, by what became of it.", ["outcome"], registry=registry
        )

    def push(self, outcome: str) -> None:
        """Count what came to the door for PCs that push; `outcome` is an enumerated word."""
        self._pushes.labels(outcome).inc()

    def icmp(self, socket: str) -> None:
        """Say with which sockets it pings: dgram, raw or none."""
        self._icmp.labels(socket).set(1)

    def trap(self, outcome: str, number: int) -> None:
        """Count traps; `outcome` is an enumerated word."""
        self._traps.labels(outcome).inc(number)

    def info(self, *, version: str, revision: str) -> None:
        """Say which version runs which revision of the configuration."""
        self._info.clear()
        self._info.labels(version, revision).set(1)

    def polled(self, way: str, outcome: str) -> None:
        """Count one poll."""
        self._polls.polled(way, outcome)

    def late(self, seconds: float) -> None:
        """Note the lateness of one poll."""
        self._polls.late(seconds)
        self._worst_late = max(self._worst_late, seconds)

    def queue(self, depth: int) -> None:
        """Note how many observations wait for the engine."""
        self._queue.set(depth)

    def batch(self, seconds: float) -> None:
        """Note how long one batch took the engine."""
        self._batches.observe(seconds)

    def commit(self, seconds: float) -> None:
        """Note how long one commit took."""
        self._commits.observe(seconds)
        self._worst_commit = max(self._worst_commit, seconds)

    def sent(self, channel: str, outcome: str, reason: str = "") -> None:
        """Count one attempt to send; `outcome` and `reason` are enumerated words."""
        self._sends.labels(channel, outcome, reason).inc()

    def refused(self) -> None:
        """Count that the database began to refuse."""
        self._refused.inc()

    def worst(self) -> tuple[float, float]:
        """Return the latest poll and the longest commit since this was last asked."""
        found = (self._worst_late, self._worst_commit)
        self._worst_late = self._worst_commit = 0.0
        return found

    def outbox(self, pending: int) -> None:
        """Note how many notifications are not sent yet."""
        self._outbox.set(pending)

    def missed(self, job: str) -> None:
        """Count one scheduled run that was left out."""
        self._missed.labels(job).inc()

    def pruned(self, table: str, rows: int) -> None:
        """Count old rows that were removed."""
        self._pruned.labels(table).inc(rows)

    def last_seen(self, unix_seconds: float) -> None:
        """Note when the daemon last noted that it runs."""
        self._last_seen.set(unix_seconds)

    def clock_jump(self, _seconds: float = 0.0) -> None:
        """Count one jump of the wall clock."""
        self._jumps.inc()
