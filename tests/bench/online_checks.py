"""Our HTTP collector in a process of its own: `python -m tests.bench.online_checks URL CHECKS IN_FLIGHT [CA_FILE]`.

Prints one JSON line `{"checks": ..., "cpu_seconds": ...}`: the process's CPU during the checks, after a warm-up.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from collectors.collector import Kind, Target, Way
from collectors.observation import Outcome
from collectors.online.collector import OnlineCollector
from collectors.settings import HttpSettings
from tests.bench.snmp_wire import measure

_AT = datetime(2026, 11, 24, tzinfo=UTC)


async def main(url: str, checks: int, in_flight: int, ca_file: Path | None) -> None:
    """Measure and print."""
    collector = OnlineCollector(now=lambda: _AT)
    settings = HttpSettings(url=url, contains="welcome", timeout=10.0, ca_file=ca_file)
    target = Target("system:telemetry", "system", Kind.TELEMETRY, Way.HTTP, "", 60.0, settings)

    async def check() -> None:
        seen = await collector.poll(target)
        assert seen.outcome is Outcome.OK, seen

    try:
        spent = await measure(check, checks, in_flight)
    finally:
        await collector.close()
    sys.stdout.write(json.dumps({"checks": checks // in_flight * in_flight, "cpu_seconds": spent}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]) if sys.argv[4:] else None))
