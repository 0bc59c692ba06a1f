"""From a trap to the poll and the incident it sets off, in the real daemon: 42 traps of three kinds, one by one."""

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from tests.servers.prometheus import pause
from tests.servers.trap_mall import CONFIRM, TrapMall, trap_mall
from tests.unit.snmp_agents import trap_v2

EACH = 14
KINDS = {"printer": "1.3.6.1.2.1.43.18.2.0.1", "ups": "1.3.6.1.2.1.33.2.1", "camera": "1.3.6.1.6.3.1.1.5.3"}
_APART = 0.37  # seconds between two, so that they meet every phase of the daemon's ticks
_SETTLE = 5.0  # seconds after the last in which the slowest is decided


def run() -> Iterator[dict[str, object]]:
    """Yield the figures. RuntimeError for a trap that set off no poll, or not exactly one incident."""
    wanted = {f"{kind}-{number}": kind for kind in KINDS for number in range(EACH)}
    switches = {f"switch-{number}": "switch" for number in range(EACH)}
    below = {f"camera-{number}": f"switch-{number}" for number in range(EACH)}
    with tempfile.TemporaryDirectory() as place, trap_mall(Path(place), switches | wanted, below) as mall:
        sent = {name: _fault(mall, name, kind) for name, kind in wanted.items()}
        pause(_SETTLE)
        asked = sorted(_seconds(at, mall.devices[name].asked_after(at, telemetry=False)) for name, at in sent.items())
        decided = {
            kind: sorted(_decided(mall, name, sent[name]) for name in wanted if wanted[name] == kind) for kind in KINDS
        }
    yield _figure("trap to the poll it sets off (p100)", asked, 1.0)
    yield _figure("trap to the incident, by a rule (p100)", sorted(decided["printer"] + decided["ups"]), 2.0)
    yield _figure("linkDown to the incident of what hung there, confirmed (p100)", decided["camera"], CONFIRM[-1] + 2)


def _fault(mall: TrapMall, name: str, kind: str) -> datetime:
    device = mall.devices[name]
    device.breaks(kind)
    at = mall.send(device.parents[0] if kind == "camera" else name, trap_v2(KINDS[kind]))
    pause(_APART)
    return at


def _seconds(sent: datetime, at: datetime | None) -> float:
    if at is None:
        raise RuntimeError("a trap after which its device was not asked")
    return (at - sent).total_seconds()


def _decided(mall: TrapMall, name: str, sent: datetime) -> float:
    found = mall.incidents(name)
    if len(found) != 1:
        raise RuntimeError(f"{name}: {len(found)} incidents of one fault")
    return _seconds(sent, found[0].opened_at)


def _figure(figure: str, ordered: list[float], budget: float) -> dict[str, object]:
    middle = ordered[len(ordered) // 2]
    return {
        "figure": figure,
        "value": round(ordered[-1], 4),
        "unit": "s",
        "budget": budget,
        "ok": ordered[-1] <= budget,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "runs": len(ordered),
        "spread": {"p50": round(middle, 4), "load": round(os.getloadavg()[0], 1)},
    }
