"""CPU per SNMP poll beside Debian's snmp_exporter, which scrapes the same responder in the same run.

Figures are CPU seconds per 1,000 polls, ours and the peer's measured in turn, medians compared. Ours runs as
`python -m MODULE PORT POLLS IN_FLIGHT` in a process of its own, prints `{"polls": ..., "cpu_seconds": ...}`, and
so may be anything: the bare wire, or the whole pipeline from the wheel to /metrics.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.snmp_exporter import SnmpExporter, snmp_exporter
from tests.bench.snmp_responder import responder

RUNS = 5
IN_FLIGHT = 64  # on both sides: about what the wheel releases at once for 5,000 devices


@dataclass(frozen=True, slots=True)
class Contender:
    """One figure: our module, the exporter's module it stands beside, and the budget as a ratio of CPU per poll."""

    figure: str
    module: str
    peer_module: str
    polls: int
    budget: float


CONTENDERS = [
    Contender("SNMP wire, 8-OID GET", "tests.bench.snmp_wire", "eight", 16_000, 0.1),
    Contender("whole pipeline, 8-OID poll", "tests.bench.snmp_pipeline", "eight", 6_400, 0.5),
]
"""Each against the peer's bare 8-OID scrape (`eight`)."""


def run() -> Iterator[dict[str, object]]:
    """Yield one figure per contender. RuntimeError when a part is missing or a side fails."""
    with responder() as port, snmp_exporter(port) as peer:
        for contender in CONTENDERS:
            yield compare(contender, port, peer)


def compare(contender: Contender, port: int, peer: SnmpExporter) -> dict[str, object]:
    """Measure both sides in turn and return the figure."""
    ours: list[float] = []
    theirs: list[float] = []
    scrapes = max(200, contender.polls // 4)
    for _ in range(RUNS):
        ours.append(_ours(contender, port))
        theirs.append(
            peer.cpu_of(contender.peer_module, scrapes, IN_FLIGHT) / (scrapes // IN_FLIGHT * IN_FLIGHT) * 1000
        )
    value, peer_value = median(ours), median(theirs)
    return {
        "figure": contender.figure,
        "value": round(value, 4),
        "unit": "CPU s per 1,000 polls",
        "budget": contender.budget,
        "ok": value <= contender.budget * peer_value,
        "peer": "prometheus-snmp-exporter",
        "peer_value": round(peer_value, 4),
        "ratio": round(value / peer_value, 4),
        "runs": RUNS,
        "spread": {"value": _range(ours), "peer_value": _range(theirs)},
    }


def _ours(contender: Contender, port: int) -> float:
    """Return our CPU seconds per 1,000 polls."""
    command = [sys.executable, "-m", contender.module, str(port), str(contender.polls), str(IN_FLIGHT)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[2], check=False
    )
    if done.returncode:
        raise RuntimeError(f"{contender.module} failed: {done.stderr[-2000:]}")
    said = json.loads(done.stdout)
    return float(said["cpu_seconds"]) / int(said["polls"]) * 1000


def _range(values: list[float]) -> list[float]:
    return [round(min(values), 4), round(max(values), 4)]
