"""What a target costs in memory: `python -m tests.bench.snmp_targets PORT COUNT`, in a process of its own.

Polls COUNT devices by an 8-OID profile until each is identified and has been read steadily twice; prints one JSON line
`{"rss": ...}`, octets of resident memory.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psutil

from collectors.collector import Kind, Target
from collectors.observation import Outcome
from collectors.settings import SnmpSettings
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.library import load
from tests.bench.snmp_dead import targets

_ROUNDS = 4
_AT_ONCE = 50
_AT = datetime(2026, 11, 24, tzinfo=UTC)
_PROFILES = Path(__file__).parent / "profiles"


async def main(port: int, count: int) -> None:
    """Poll and print."""
    collector = SnmpCollector(now=lambda: _AT, profiles=load(_PROFILES))
    await collector.start()
    try:
        chosen = targets(Kind.TELEMETRY, count, SnmpSettings(port=port, profile="eight", timeout=2.0))
        newest = {}
        for _ in range(_ROUNDS):
            for some in _pieces(chosen):
                for one in await asyncio.gather(*(collector.poll(target) for target in some)):
                    assert (one.outcome, len(one.values)) == (Outcome.OK, 9), one.detail
                    newest[one.check] = one  # as /metrics keeps it
        gc.collect()
        sys.stdout.write(json.dumps({"rss": psutil.Process().memory_info().rss, "kept": len(newest)}) + "\n")
    finally:
        await collector.close()


def _pieces(chosen: Sequence[Target]) -> Iterator[Sequence[Target]]:
    for start in range(0, len(chosen), _AT_ONCE):
        yield chosen[start : start + _AT_ONCE]


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
