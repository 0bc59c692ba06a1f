"""500 devices that do not answer beside 500 that do, polled by the collector in a process of its own:
`python -m tests.bench.snmp_dead LIVE_PORT`.

Prints one JSON line: CPU seconds per poll of either, and how late each dead poll ended (seconds after its deadline).
All live at addresses of their own in 127.0.0.0/8; what nobody reads there is a socket that is bound and left alone.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from collectors.collector import Kind, Target, Way
from collectors.observation import Outcome
from collectors.settings import SnmpSettings
from collectors.snmp.collector import SnmpCollector
from tests.bench.snmp_wire import cpu_seconds

DEVICES = 500
_ROUNDS = 4  # of dead polls, fewer than it takes to back off: each asks and repeats
_LIVE_ROUNDS = 20
_TIMEOUT, _RETRIES = 0.5, 1  # seconds: a dead poll ends after one second
_AT = datetime(2026, 11, 24, tzinfo=UTC)


def targets(kind: Kind, count: int, settings: SnmpSettings) -> Sequence[Target]:
    """Return as many targets, each at an address of its own."""
    return [
        Target(f"d{number}:{kind}", f"d{number}", kind, Way.SNMP, _address(number), 60.0, settings)
        for number in range(count)
    ]


def _address(number: int) -> str:
    return f"127.30.{number // 250}.{number % 250 + 1}"


async def _polls(collector: SnmpCollector, chosen: Sequence[Target], outcome: Outcome) -> list[float]:
    seen = await asyncio.gather(*(collector.poll(target) for target in chosen))
    assert {one.outcome for one in seen} == {outcome}, {one.outcome for one in seen}
    return [one.seconds for one in seen]


async def _measure(port: int, rounds: int, outcome: Outcome) -> tuple[float, list[float]]:
    """Return CPU seconds per poll, and how long each took."""
    collector = SnmpCollector(now=lambda: _AT)
    await collector.start()
    try:
        chosen = targets(Kind.LIVENESS, DEVICES, SnmpSettings(port=port, timeout=_TIMEOUT, retries=_RETRIES))
        await _polls(collector, chosen, outcome)  # warm up
        before = cpu_seconds()
        took = [seconds for _ in range(rounds) for seconds in await _polls(collector, chosen, outcome)]
        return (cpu_seconds() - before) / (rounds * DEVICES), took
    finally:
        await collector.close()


async def main(live_port: int) -> None:
    """Measure and print."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        nobody.bind(("0.0.0.0", 0))  # noqa: S104  # bound to the loopback device above
        dead, took = await _measure(nobody.getsockname()[1], _ROUNDS, Outcome.TIMEOUT)
    live, _ = await _measure(live_port, _LIVE_ROUNDS, Outcome.OK)
    late = [seconds - _TIMEOUT * (_RETRIES + 1) for seconds in took]
    sys.stdout.write(json.dumps({"dead": dead, "live": live, "late": late}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
