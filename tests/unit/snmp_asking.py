"""Asking a test's agent over a real wire: patiently when it is going to answer, briefly when it is not."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.ask import get
from collectors.snmp.wire.codec import Pdu, VarBind
from collectors.snmp.wire.exchange import Endpoint
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.transport import Limits, Wire
from tests.unit.snmp_agents import Mib

MIB: Mib = {
    "1.3.6.1.2.1.1.1.0": (ber.OCTETS, b"a printer"),
    "1.3.6.1.2.1.1.3.0": (ber.TIME_TICKS, 4711),
    "1.3.6.1.2.1.1.5.0": (ber.OCTETS, b"its name"),
}
NAMES = list(MIB)
TIMEOUT = 0.2
DEADLINE = 0.6


def asked(names: Sequence[str] = NAMES, version: int = codec.V2C) -> Request:
    return Request(Pdu.GET, [oid.encode(name) for name in names], version=version, community=b"public")


def endpoint(wire: Wire, port: int) -> Endpoint:
    return wire.endpoint(socket.AF_INET, ("127.0.0.1", port))


async def ask(wire: Wire, port: int, request: Request | None = None, deadline: float = 10.0) -> list[VarBind]:
    """Ask a peer that is going to answer: with patience, for a busy machine."""
    until = asyncio.get_running_loop().time() + deadline
    return await get(wire, endpoint(wire, port), request or asked(), timeout=2.0, deadline=until)


async def ask_briefly(wire: Wire, port: int) -> list[VarBind]:
    """Ask a peer that is not going to answer well: three times, 0.2 s apart."""
    until = asyncio.get_running_loop().time() + DEADLINE
    return await get(wire, endpoint(wire, port), asked(), timeout=TIMEOUT, deadline=until)


def run(story: Callable[[Wire], Awaitable[None]], limits: Limits | None = None) -> None:
    async def main() -> None:
        wire = Wire(limits)
        try:
            await story(wire)
        finally:
            wire.close()

    asyncio.run(main())


def values(varbinds: list[VarBind]) -> list[ber.Value]:
    return [value for _, _, value in varbinds]
