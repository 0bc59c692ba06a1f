"""A small SNMP agent on a real UDP socket, in the test's loop, whose every answer a test can bend."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import cast

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.ber import Value, VarBind
from collectors.snmp.wire.codec import Header, Message, Pdu

Mib = Mapping[str, tuple[int, Value]]
Address = tuple[str, int]
Send = Callable[[bytes], None]
Answer = Callable[["Agent", bytes, Send], None]


class Agent(asyncio.DatagramProtocol):
    """Answers from `mib`; `answer` may replace how. `asked` keeps every message it got."""

    def __init__(self, mib: Mib, answer: Answer | None = None) -> None:
        self.mib = dict(sorted(((oid.encode(name), cell) for name, cell in mib.items()), key=_by_oid))
        self.answer = answer or honest
        self.asked: list[Message] = []
        self.came_from: Address | None = None
        self.transport: asyncio.DatagramTransport | None = None

    @property
    def port(self) -> int:
        assert self.transport is not None
        port: int = self.transport.get_extra_info("sockname")[1]
        return port

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        transport = self.transport
        assert transport is not None
        self.asked.append(codec.decode(data))
        self.came_from = addr
        self.answer(self, data, lambda reply: transport.sendto(reply, addr))

    def reply(self, message: Message) -> bytes:
        """Return what an honest agent answers."""
        header = message.header
        if header.pdu == Pdu.GET:
            return self._get(message)
        if header.pdu == Pdu.GETNEXT:
            rows = [self.following(name) for name, _, _ in message.varbinds]
            if header.version == codec.V1:
                missing = next((at for at, row in enumerate(rows, 1) if row[1] == ber.END_OF_MIB_VIEW), 0)
                if missing:
                    return response(header, message.varbinds, status=2, index=missing)
            return response(header, rows)
        return response(header, self._bulk(message))

    def following(self, name: bytes) -> VarBind:
        """Return the first object after `name`."""
        key = oid.arcs_of(name)
        for known, (tag, value) in self.mib.items():
            if oid.arcs_of(known) > key:
                return known, tag, value
        return name, ber.END_OF_MIB_VIEW, None

    def _get(self, message: Message) -> bytes:
        found = [(name, *self.mib.get(name, (ber.NO_SUCH_INSTANCE, None))) for name, _, _ in message.varbinds]
        if message.header.version == codec.V1:
            missing = next((at for at, row in enumerate(found, 1) if row[1] == ber.NO_SUCH_INSTANCE), 0)
            if missing:
                return response(message.header, message.varbinds, status=2, index=missing)
        return response(message.header, found)

    def _bulk(self, message: Message) -> list[VarBind]:
        names = [name for name, _, _ in message.varbinds]
        out: list[VarBind] = []
        for _ in range(message.header.error_index):
            row = [self.following(name) for name in names]
            out += row
            names = [name for name, _, _ in row]
        return out


def honest(agent: Agent, data: bytes, send: Send) -> None:
    """Answer as one should."""
    send(agent.reply(codec.decode(data)))


def response(header: Header, varbinds: Sequence[VarBind], *, status: int = 0, index: int = 0) -> bytes:
    """Return the octets of a response to the message with this header."""
    return codec.encode(header._replace(pdu=Pdu.RESPONSE, error_status=status, error_index=index), varbinds)


def trap_v2(trap: str, community: bytes = b"inside") -> bytes:
    """Return an SNMPv2-Trap-PDU (RFC 3416 section 4.2.6) about this notification."""
    about = (oid.encode("1.3.6.1.6.3.1.1.4.1.0"), ber.OBJECT_ID, oid.encode(trap))
    return codec.encode(
        Header(codec.V2C, community, 0xA7, 7, 0, 0, 0, 0),
        [(oid.encode("1.3.6.1.2.1.1.3.0"), ber.TIME_TICKS, 5), about],
    )


@asynccontextmanager
async def agent(mib: Mib, answer: Answer | None = None) -> AsyncIterator[Agent]:
    """Run an agent on a free port of 127.0.0.1."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(lambda: Agent(mib, answer), local_addr=("127.0.0.1", 0))
    try:
        yield protocol
    finally:
        transport.close()
        await asyncio.sleep(0)


def _by_oid(item: tuple[bytes, tuple[int, Value]]) -> tuple[int, ...]:
    return oid.arcs_of(item[0])
