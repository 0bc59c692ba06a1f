"""The busy share of a PC's processors between two readings, for exporters that only count seconds. Pure."""

from collections.abc import Mapping
from typing import NamedTuple


class Spent(NamedTuple):
    """Seconds all cores together spent since the start of the PC."""

    idle: float
    total: float


def spent(seconds: Mapping[str, float]) -> Spent | None:
    """Return what `mppmon_pc_cpu_seconds_total` by mode adds up to; None without an idle count."""
    return Spent(seconds["idle"], sum(seconds.values())) if "idle" in seconds else None


def busy_ratio(before: Spent, after: Spent) -> float | None:
    """Return 0 to 1; None when the PC was started anew in between, or no time has passed."""
    idle, total = after.idle - before.idle, after.total - before.total
    if total <= 0 or idle < 0:
        return None
    return min(max(1 - idle / total, 0.0), 1.0)
