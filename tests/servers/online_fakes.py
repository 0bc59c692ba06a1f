"""HTTP servers that behave as badly as real ones, on loopback, in the test's own loop; and certificates for them."""

import asyncio
import gzip
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)

Behaviour = Callable[[asyncio.StreamWriter, bytes], Awaitable[None]]
"""What a server does once it has read a request's head."""

GOOD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nwelcome\n"


def says(raw: bytes) -> Behaviour:
    """Send exactly this and hang up."""

    async def behave(writer: asyncio.StreamWriter, _: bytes) -> None:
        writer.write(raw)
        await writer.drain()

    return behave


def answers(body: bytes, *headers: str, status: str = "200 OK") -> Behaviour:
    """Send a whole answer."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers))
    return says(head.encode() + b"\r\n" + body)


async def hangs(_: asyncio.StreamWriter, __: bytes) -> None:
    """Accept, and say nothing for ever."""
    await asyncio.Event().wait()


def drips(raw: bytes) -> Behaviour:
    """Send one byte every 50 ms: each comes well within the timeout of a single read."""

    async def behave(writer: asyncio.StreamWriter, _: bytes) -> None:
        for byte in raw:
            writer.write(bytes((byte,)))
            await writer.drain()
            await asyncio.sleep(0.05)

    return behave


def floods(head: bytes, more: bytes = b"x" * 65_536) -> Behaviour:
    """Send and never stop."""

    async def behave(writer: asyncio.StreamWriter, _: bytes) -> None:
        writer.write(head)
        while True:
            writer.write(more)
            await writer.drain()

    return behave


def bomb(size: int) -> Behaviour:
    """Send `size` zeros, compressed to a thousandth."""
    return answers(gzip.compress(bytes(size)), "Content-Encoding: gzip")


@asynccontextmanager
async def serving(behave: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve on a free port of 127.0.0.1; yields the port. Nothing is left running."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            await behave(writer, await reader.readuntil(b"\r\n\r\n"))
        writer.close()
        with suppress(ConnectionError, asyncio.CancelledError, ssl.SSLError, TimeoutError):
            await writer.wait_closed()

    def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(talk(reader, writer))
        talks.add(task)
        task.add_done_callback(talks.discard)

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()


@dataclass(frozen=True)
class Certificate:
    """A self-signed one, its DER bytes and a server context that shows it."""

    file: Path
    der: bytes
    context: ssl.SSLContext


def certificate(folder: Path, *, start: datetime, end: datetime, name: str = "127.0.0.1") -> Certificate:
    """Make a certificate for `name`, an IP address or a DNS name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        alternative = x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    file = folder / "cert.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(made.public_bytes(pem) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return Certificate(file, made.public_bytes(serialization.Encoding.DER), context)


def black_hole(sockets: ExitStack, *, everywhere: bool = False) -> int:
    """Return a port of 127.0.0.1 (`everywhere`: of every address of this machine) where connections are never made: its
    queue is full, and Linux drops the rest.
    """
    listener = sockets.enter_context(socket.socket())
    listener.bind(("" if everywhere else "127.0.0.1", 0))
    listener.listen(0)
    address = ("127.0.0.1", listener.getsockname()[1])
    for _ in range(2):
        filler = sockets.enter_context(socket.socket())
        filler.setblocking(False)  # noqa: FBT003  # socket's signature
        with suppress(BlockingIOError):
            filler.connect(address)
    return int(address[1])
