"""Our bare wire walking 24 rows of 10 columns, in a process of its own: `python -m tests.bench.snmp_walk PORT WALKS
IN_FLIGHT`. Prints one JSON line `{"polls": ..., "cpu_seconds": ...}`, as `snmp_wire` does.
"""

import asyncio
import json
import socket
import sys

from collectors.snmp.wire import codec, oid
from collectors.snmp.wire.manners import Manners
from collectors.snmp.wire.transport import Limits, Wire
from collectors.snmp.wire.walk import Credentials, walk
from tests.bench.snmp_responder import COLUMNS, ROWS, TABLE
from tests.bench.snmp_wire import Poll, measure

_TIMEOUT, _DEADLINE = 2.0, 10.0  # seconds


def walk_table(wire: Wire, port: int) -> Poll:
    """Return a walk of the responder's table."""
    device = wire.endpoint(socket.AF_INET, ("127.0.0.1", port))
    columns = [oid.encode(f"{TABLE}.{column}") for column in COLUMNS]
    credentials = Credentials(codec.V2C, b"public")
    manners = Manners()
    time = asyncio.get_running_loop().time

    async def poll() -> None:
        until = time() + _DEADLINE
        found = await walk(wire, device, credentials, columns, timeout=_TIMEOUT, deadline=until, manners=manners)
        assert [len(column.cells) for column in found] == [ROWS] * len(COLUMNS)

    return poll


async def main(port: int, walks: int, in_flight: int) -> None:
    """Measure and print."""
    wire = Wire(Limits(per_device=in_flight))
    try:
        spent = await measure(walk_table(wire, port), walks, in_flight)
    finally:
        wire.close()
    sys.stdout.write(json.dumps({"polls": walks // in_flight * in_flight, "cpu_seconds": spent}) + "\n")


if __name__ == "__main__":
    asyncio.run(main(*(int(argument) for argument in sys.argv[1:4])))
