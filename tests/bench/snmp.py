"""`make bench ONLY=snmp`: CPU per GET and walk beside Debian's snmp_exporter, what the dead cost, what targets cost,
how long a /24 takes to be discovered (in network namespaces: as root), how soon a trap is followed.

`spread` holds the machine's load average while it was measured, beside what each figure varied in.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench import snmp_traps
from tests.bench.snmp_dead import DEVICES
from tests.bench.snmp_discover import LIVE, SILENT
from tests.bench.snmp_exporter import snmp_exporter
from tests.bench.snmp_line import CONTENDERS, Contender, compare
from tests.bench.snmp_responder import responder, responding

_WIRE = next(contender for contender in CONTENDERS if contender.module == "tests.bench.snmp_wire")
_WALK = Contender("SNMP wire, 24x10 walk", "tests.bench.snmp_walk", "table", 3_200, 0.25)
_LATE = 0.05  # seconds after its deadline that a dead poll may end
_DEAR = 2.0  # times a live poll's CPU
_FEW, _MANY, _MORE = 50, 5_000, 60.0  # targets, and the MB between them
_DISCOVERED = 20.0  # seconds for a /24
_RUNS = 3

Figure = dict[str, object]


def run() -> Iterator[Figure]:
    """Yield the figures. RuntimeError when a part is missing or a side fails."""
    with responder() as port, snmp_exporter(port) as peer:
        for contender in (_WIRE, _WALK):
            yield _with_load(compare(contender, port, peer))
    with responding(everywhere=True) as agent:
        yield from _dead(agent.port)
        yield _targets(agent.port)
    yield _discovery()
    yield from snmp_traps.run()


def _dead(port: int) -> Iterator[Figure]:
    """Both figures of each of the runs' medians; of lateness the worst of all polls of all runs."""
    seen = [_child("tests.bench.snmp_dead", str(port)) for _ in range(_RUNS)]
    late = sorted(seconds for one in seen for seconds in one["late"])
    yield _figure(
        f"{DEVICES} dead devices, end of a poll after its deadline (p100)",
        late[-1],
        "s",
        _LATE,
        spread={"p50": _at(late, 0.5), "p99": _at(late, 0.99), "least": round(late[0], 4), "polls": len(late)},
        ok=late[0] >= -0.001 and late[-1] <= _LATE,
    )
    ratios = sorted(one["dead"] / one["live"] for one in seen)
    middle = sorted(seen, key=lambda one: float(one["dead"] / one["live"]))[len(seen) // 2]
    yield _figure(
        f"{DEVICES} dead devices, CPU per poll",
        middle["dead"] * 1000,
        "CPU s per 1,000 polls",
        _DEAR,
        spread={"ratio": [round(ratios[0], 2), round(ratios[-1], 2)]},
        ok=ratios[len(ratios) // 2] <= _DEAR,
        peer=("a live device", middle["live"] * 1000),
    )


def _targets(port: int) -> Figure:
    few, many = (_child("tests.bench.snmp_targets", str(port), str(count))["rss"] / 2**20 for count in (_FEW, _MANY))
    return _figure(
        f"resident memory of {_MANY} targets above that of {_FEW}",
        many - few,
        "MB",
        _MORE,
        spread={"few": round(few, 1), "many": round(many, 1)},
        ok=many - few <= _MORE,
        runs=1,
    )


def _discovery() -> Figure:
    seen = [_child("tests.bench.snmp_discover", before=("unshare", "--net")) for _ in range(_RUNS)]
    taken = sorted(one["seconds"] for one in seen)
    spread: dict[str, object] = {key: round(max(one[key] for one in seen), 2) for key in seen[0]}
    return _figure(
        f"a /24 discovered, {LIVE} that answer and {SILENT} that are silent (worst of {_RUNS})",
        taken[-1],
        "s",
        _DISCOVERED,
        spread={**spread, "seconds": [round(taken[0], 2), round(taken[-1], 2)]},
        ok=taken[-1] <= _DISCOVERED and all(one["devices"] == LIVE and not one["status"] for one in seen),
    )


def _child(module: str, *arguments: str, before: Sequence[str] = ()) -> dict[str, Any]:
    done = subprocess.run(
        [*before, sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parents[2],
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed: {done.stderr[-2000:]}")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def _figure(
    figure: str,
    value: float,
    unit: str,
    budget: float,
    *,
    spread: dict[str, object],
    ok: bool,
    peer: tuple[str, float] | None = None,
    runs: int = _RUNS,
) -> Figure:
    return _with_load(
        {
            "figure": figure,
            "value": round(value, 4),
            "unit": unit,
            "budget": budget,
            "ok": ok,
            "peer": peer[0] if peer else None,
            "peer_value": round(peer[1], 4) if peer else None,
            "ratio": round(value / peer[1], 4) if peer else None,
            "runs": runs,
            "spread": spread,
        }
    )


def _with_load(figure: Figure) -> Figure:
    spread = figure["spread"]
    assert isinstance(spread, dict)
    return {**figure, "spread": {**spread, "load": round(os.getloadavg()[0], 1)}}


def _at(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 4)
