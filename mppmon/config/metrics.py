"""Which metrics can be read in which way: what a rule may ask for."""

from functools import cache

from collectors.collector import Way
from collectors.online import collector as online
from collectors.online import lookup
from collectors.pc import clock, parts
from collectors.pc import reading as pc
from collectors.pc.push import door
from collectors.power import decode as power
from collectors.snmp import derive, rates
from collectors.snmp import device as snmp
from collectors.snmp.library import builtin

OWN = frozenset(
    {
        "mppmon_device_down",
        "mppmon_site_blind",
        "mppmon_telemetry_failed",
        "mppmon_device_restarted",
        "mppmon_device_cut_off",
        "mppmon_system_cut_off",
    }
)
"""Our own verdicts."""
DAEMON = frozenset(
    f"mppmon_daemon_{figure}"
    for figure in (
        "queue_depth", "lateness_worst_seconds", "way_quiet_seconds", "way_overdue_seconds", "outbox_oldest_seconds",
        "channel_failing_seconds", "commit_worst_seconds", "database_refused_seconds", "database_set_aside",
        "disk_free_bytes", "memory_bytes", "memory_ratio", "descriptors", "descriptors_ratio", "task_alive",
        "task_failures", "clock_jumps_recent", "clock_synchronised", "clock_unset_seconds", "part_silent_seconds",
        "heartbeat_failures", "heartbeat_last_seconds", "canary_failed",
    )
)  # fmt: skip
"""What the daemon says of itself while it runs; `mppmon.exporter.figures`, which is above us, shows the same."""


@cache
def metrics_of(way: Way) -> frozenset[str]:
    """Return the metrics that are read in this way, as `docs/metrics.md` explains them."""
    if way is Way.SNMP:
        profiles = builtin().by_name.values()
        tables = [table for profile in profiles for table in (profile.scalars, *profile.tables.values())]
        return derive.METRICS | rates.METRICS | frozenset({snmp.INFO}.union(*(table.series for table in tables)))
    if way in {Way.AGENT, Way.PUSH}:
        pushed = frozenset({door.PUSHED[0]} if way is Way.PUSH else ())
        return pushed | frozenset(pc.RULES) | frozenset({clock.ERROR[0], *parts.RENAMED.values()})
    if way is Way.NUT:
        return power.METRICS
    if way is Way.LOOKUP:
        return frozenset(lookup.METRICS)
    return frozenset(online.METRICS) if way is Way.HTTP else frozenset()


@cache
def known() -> frozenset[str]:
    """Return all that a rule may ask for."""
    return OWN.union(DAEMON, *map(metrics_of, Way))
