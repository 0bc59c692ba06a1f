"""What was true for the services of a mall, from the truth log alone: the oracle of `demo --check`.

It knows what the daemon could have known (answers given and withheld, and what they told), and works the intervals out
in its own way: spans per device first, then each service from the spans of what it needs. See ADR 0009.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mppmon.demo.simulator import truth_log
from mppmon.demo.simulator.faults import CATALOGUE
from mppmon.demo.simulator.truth_history import DOWN, UNKNOWN, UP, Histories, Key, Line, Needs, Plan
from mppmon.demo.simulator.truth_log import FaultLine, Log

BLOCKING: Mapping[str, float] = {
    "jammed": 0.0,
    "no-paper": 0.0,
    "no-toner": 0.0,
    "spooler-stopped": 75.0,
    "status-500": 60.0,
    "other-text": 60.0,
}
"""Conditions that stop a device's work, and for how many seconds they must last: the delivered rules, in short."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open; `state`: delivered, degraded, interrupted or unknown."""

    start: datetime
    end: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A fault and the first answer that could betray it (None: none did)."""

    fault: FaultLine
    seen: datetime | None


def intervals(
    log_lines: Iterable[str],
    plan: Plan,
    *,
    start: datetime,
    end: datetime,
    confirm: float = 3.0,
    blocking: Mapping[str, float] = BLOCKING,
    outages: Sequence[tuple[datetime, datetime]] = (),
) -> dict[Key, list[Interval]]:
    """Return the true intervals of every service at its counter within `[start, end)`.

    `confirm`: seconds from the first failure to the last re-poll. `outages`: the daemon's last sign of life and its
    next start, for every time it was off: unknown from there to the first answer after. Raises BadLog.
    """
    log = truth_log.read(log_lines)
    lines = Histories(log, plan, timedelta(seconds=confirm), blocking, outages).lines
    edges = sorted({start, *(edge for line in lines.values() for edge in line.edges() if start < edge < end)})
    found: dict[Key, list[Interval]] = {}
    for key, needs in plan.services.items():
        told = [(edge, _delivery(lines, needs, edge)) for edge in edges]
        changes = [one for index, one in enumerate(told) if index == 0 or told[index - 1][1] != one[1]]
        ends = [*(at for at, _ in changes[1:]), end]
        found[key] = [Interval(at, until, state) for (at, state), until in zip(changes, ends, strict=True)]
    return found


def signs(log_lines: Iterable[str]) -> list[Sign]:
    """Return, for every fault begun, the first answer that could betray it: so much later nobody can be blamed for."""
    log = truth_log.read(log_lines)
    return [Sign(fault, _betrayed(log, fault)) for fault in log.faults if fault.begun]


def _betrayed(log: Log, fault: FaultLine) -> datetime | None:
    word = CATALOGUE[fault.name].tells
    own = log.heard.get(fault.device)
    if word is not None:
        return next((at for at, words in own.told if at >= fault.at and word in words), None) if own else None
    several = [own] if own else list(log.heard.values())  # a passive thing is betrayed by what hangs on it
    return min((at for one in several for at, given in one.answers if at >= fault.at and not given), default=None)


def _delivery(lines: Mapping[str, Line], needs: Needs, at: datetime) -> str:
    needed = [_best(lines, group, at) for group in needs.needs]
    used = [_best(lines, group, at) for group in needs.uses]
    if DOWN in needed:
        return "interrupted"
    if UNKNOWN in needed or not needed:
        return UNKNOWN
    if DOWN in used:
        return "degraded"
    return UNKNOWN if UNKNOWN in used else "delivered"


def _best(lines: Mapping[str, Line], group: Sequence[str], at: datetime) -> str:
    states = {lines[one].state(at) if one in lines else UP for one in group}
    return UP if UP in states else UNKNOWN if UNKNOWN in states or not states else DOWN
