"""A resolver on loopback, by UDP and TCP, that behaves as the first label of the name asks it to."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress

POINTS_TO_THE_NAME = b"\xc0\x0c"
GOOD = bytes((10, 20, 0, 7))
PAGE = bytes((203, 0, 113, 9))  # of the provider's, where what is not there is led to


def record(data: bytes, kind: int = 1, owner: bytes = POINTS_TO_THE_NAME) -> bytes:
    return owner + struct.pack("!2HIH", kind, 1, 60, len(data)) + data


def said(query: bytes, *records: bytes, code: int = 0, flags: int = 0x8180, count: int | None = None) -> bytes:
    number = len(records) if count is None else count
    return query[:2] + struct.pack("!5H", flags | code, 1, number, 0, 0) + query[12:] + b"".join(records)


def cut(query: bytes) -> bytes:
    return said(query, flags=0x8380)


def alias(query: bytes) -> bytes:
    return said(query, record(b"\x02lb\x02go\x02id\x00", 5), record(GOOD, owner=b"\x02LB\x02go\x02id\x00"))


def ring(query: bytes) -> bytes:
    there = b"\x02lb\x02go\x02id\x00"
    return said(query, record(there, 5), record(POINTS_TO_THE_NAME, 5, there))


BY_UDP: dict[bytes, Callable[[bytes], bytes]] = {
    b"good": lambda query: said(query, record(GOOD)),
    b"alias": alias,
    b"other": lambda query: said(query, record(PAGE)),
    b"mixed": lambda query: said(query, record(GOOD), record(PAGE)),
    b"stray": lambda query: said(query, record(PAGE, owner=b"\x01x\x00")),  # an address of another name
    b"absent": lambda query: said(query, code=3),
    b"empty": said,
    b"failing": lambda query: said(query, code=2),
    b"refusing": lambda query: said(query, code=5),
    b"forged": lambda query: bytes((query[0] ^ 1,)) + said(query, record(PAGE))[1:],
    b"loop": lambda query: said(query, record(GOOD, owner=struct.pack("!H", 0xC000 + len(query)))),
    b"ring": ring,
    b"short": lambda query: said(query, record(GOOD)[:-2]),
    b"lengthy": lambda query: said(query, record(GOOD + GOOD)),
    b"many": lambda query: said(query, record(GOOD), count=65_535),
    b"silent": lambda _: b"",
    b"lost": lambda query: said(query, record(GOOD)),
}
"""Others are cut short by UDP: the whole is to be had by TCP."""


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.lost: set[bytes] = set()

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]  # it is one
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        name = _first(data)
        if name == b"lost" and data not in self.lost:
            self.lost.add(data)  # the first one; asked again it answers
            return
        self.transport.sendto(BY_UDP.get(name, cut)(data), addr)


def _first(query: bytes) -> bytes:
    return query[13 : 13 + query[12]]


async def _by_tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with closing(writer), suppress(OSError, asyncio.IncompleteReadError):
        query = await reader.readexactly(int.from_bytes(await reader.readexactly(2)))
        whole = {
            b"long": lambda: said(query, *[record(GOOD)] * 900),
            b"huge": lambda: said(query, *[record(GOOD)] * 4000),
            b"still-cut": lambda: cut(query),
            b"drip": lambda: said(query, record(GOOD)),
            b"half": lambda: said(query, record(GOOD)),
        }
        answer = whole[_first(query)]()
        raw = len(answer).to_bytes(2) + answer
        if _first(query) == b"drip":
            for byte in raw:
                writer.write(bytes((byte,)))
                await writer.drain()
                await asyncio.sleep(0.1)
        writer.write(raw[: len(raw) // 2] if _first(query) == b"half" else raw)
        await writer.drain()


@asynccontextmanager
async def resolver() -> AsyncIterator[int]:
    """Serve on 127.0.0.1; yields the port."""
    at_work: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at_work.add(asyncio.ensure_future(_by_tcp(reader, writer)))

    server = await asyncio.start_server(serve, "127.0.0.1", 0, family=socket.AF_INET)
    port: int = server.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(_Datagrams, ("127.0.0.1", port))
    try:
        yield port
    finally:
        transport.close()
        server.close()
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)
