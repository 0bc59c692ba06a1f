"""What the daemon says of itself on /metrics, between two looks."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from prometheus_client.parser import text_string_to_metric_families

_LATENESS = "mppmon_daemon_poll_lateness_seconds"
_POLLS = "mppmon_daemon_polls"


@dataclass(frozen=True, slots=True)
class Figures:
    """One look. `late`: upper bound of a bucket in seconds -> polls that began no later; `polls`: outcome -> polls."""

    late: Mapping[float, float]
    polls: Mapping[str, float]

    def p99(self, before: "Figures") -> float:
        """Return the upper bound of the bucket in which the 99th of 100 polls since `before` lies; inf without any."""
        since = {bound: count - before.late.get(bound, 0.0) for bound, count in self.late.items()}
        every = since.get(float("inf"), 0.0)
        return min((bound for bound, count in since.items() if every and count >= 0.99 * every), default=float("inf"))

    def count(self, before: "Figures", outcome: str | None = None) -> int:
        """Return how many polls ended since `before`, all or with one outcome."""
        wanted = [outcome] if outcome else [*self.polls]
        return int(sum(self.polls.get(one, 0.0) - before.polls.get(one, 0.0) for one in wanted))


def look(port: int) -> Figures:
    """Read them; `port`: of the daemon's page."""
    page = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
    late: dict[float, float] = {}
    polls: dict[str, float] = {}
    for family in text_string_to_metric_families(page):
        for one in family.samples:
            if one.name == f"{_LATENESS}_bucket":
                late[float(one.labels["le"])] = one.value
            elif family.name == _POLLS and one.name == f"{_POLLS}_total":
                polls[one.labels["outcome"]] = polls.get(one.labels["outcome"], 0.0) + one.value
    return Figures(late, polls)
