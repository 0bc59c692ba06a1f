"""Our bare wire doing 8-OID GETs, in a process of its own: `python -m tests.bench.snmp_wire PORT POLLS IN_FLIGHT`.

Prints one JSON line `{"polls": ..., "cpu_seconds": ...}`: the process's CPU during the polls, after a warm-up.
"""

import asyncio
import json
import socket
import sys
from collections.abc import Awaitable, Callable

import psutil

from collectors.snmp.wire import codec, oid
from collectors.snmp.wire.ask import get
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.transport import Limits, Wire
from tests.bench.snmp_responder import EIGHT

Poll = Callable[[], Awaitable[None]]

_TIMEOUT, _DEADLINE = 2.0, 10.0  # seconds


def cpu_seconds() -> float:
    """Return user and system CPU of this process so far."""
    spent = psutil.Process().cpu_times()
    return float(spent.user + spent.system)


async def measure(poll: Poll, polls: int, in_flight: int) -> float:
    """Return the CPU seconds of `polls` polls, `in_flight` at a time, after a tenth as many to warm up."""

    async def some(share: int) -> None:
        for _ in range(share):
            await poll()

    await asyncio.gather(*(some(polls // 10 // in_flight + 1) for _ in range(in_flight)))
    before = cpu_seconds()
    await asyncio.gather(*(some(polls // in_flight) for _ in range(in_flight)))
    return cpu_seconds() - before


def get_eight(wire: Wire, port: int) -> Poll:
    """Return an 8-OID GET; the wire repeats and matches as it does for the daemon."""
    request = Request(Pdu.GET, [oid.encode(name) for name in EIGHT], version=codec.V2C, community=b"public")
    device = wire.endpoint(socket.AF_INET, ("127.0.0.1", port))
    time = asyncio.get_running_loop().time

    async def poll() -> None:
        found = await get(wire, device, request, timeout=_TIMEOUT, deadline=time() + _DEADLINE)
        assert len(found) == len(EIGHT)

    return poll


async def main(port: int, polls: int, in_flight: int) -> None:
    """Measure and print."""
    wire = Wire(Limits(per_device=in_flight))
    try:
        spent = await measure(get_eight(wire, port), polls, in_flight)
    finally:
        wire.close()
    sys.stdout.write(json.dumps({"polls": polls // in_flight * in_flight, "cpu_seconds": spent}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*(int(argument) for argument in sys.argv[1:4])))
