"""One set of small servers, one for each way in which an online system fails; started once, in a loop of their own."""

import asyncio
import gzip
import ssl
import threading
import zlib
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from tests.servers import online_fakes as fakes
from tests.servers.online_fakes import Behaviour, serving
from tests.servers.online_pki import Authority

_TEN_GB = 10_000_000_000
_ZEROS = bytes(20_000_000)
MAINTENANCE = b"<h1>Mohon maaf, sedang Maintenance</h1>"


class Server(NamedTuple):
    """What it does, and with what TLS."""

    behave: Behaviour
    tls: ssl.SSLContext | None = None


async def drips_slowly(writer: asyncio.StreamWriter, _: bytes) -> None:
    """Send one byte a second: a reader whose timeout begins anew with each byte is held for ever."""
    for byte in fakes.GOOD:
        writer.write(bytes((byte,)))
        await writer.drain()
        await asyncio.sleep(1.0)


async def wants_a_user(writer: asyncio.StreamWriter, _: bytes) -> None:
    """Answer as a proxy does that does not know us."""
    writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


async def repeats_the_request(writer: asyncio.StreamWriter, head: bytes) -> None:
    """Answer with what was asked: line and headers."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(head), head)
    writer.write(answer)
    await writer.drain()


def leads(where: str) -> Behaviour:
    """Redirect."""
    return fakes.answers(b"", f"Location: {where}", status="302 Found")


def servers(its: Authority) -> dict[str, Server]:
    """Return all of them, by what is wrong."""
    good = fakes.says(fakes.GOOD)
    leaf, between = its.leaf(), its.between
    whole = its.context(leaf, between)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return {
        "good": Server(good),
        "hang": Server(fakes.hangs),
        "drip": Server(drips_slowly),
        "ten-gb": Server(fakes.floods(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % _TEN_GB)),
        "gzip-bomb": Server(fakes.answers(gzip.compress(_ZEROS), "Content-Encoding: gzip")),
        "deflate-bomb": Server(fakes.answers(zlib.compress(_ZEROS), "Content-Encoding: deflate")),
        "circle": Server(leads("/")),
        "longer": Server(_further),
        "elsewhere": Server(leads("http://localhost.localdomain/")),
        "other-scheme": Server(leads("ftp://127.0.0.1/")),
        "down-to-http": Server(leads("http://127.0.0.1:1/"), whole),
        "to-good": Server(_once),
        "secure": Server(good, whole),
        "ends-tomorrow": Server(good, its.context(its.leaf(days=1), between)),
        "expired": Server(good, its.context(its.leaf(days=-1), between)),
        "other-name": Server(good, its.context(its.leaf(host="lain.example"), between)),
        "self-signed": Server(good, its.context(its.stranger)),
        "unknown-chain": Server(good, its.context(its.leaf(by=its.stranger), its.stranger)),
        "no-intermediate": Server(good, its.context(leaf)),
        "maintenance": Server(fakes.answers(MAINTENANCE)),
        "half": Server(fakes.says(chunked + b"ff\r\nhalf of it")),
        "wrong-length": Server(fakes.says(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nwelcome")),
        "no-length": Server(fakes.says(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nwelcome")),
        "no-json": Server(fakes.answers(b'{"status": "UP"')),
        "other-json": Server(fakes.answers(b'{"status": "DOWN", "db": [{"ok": true}]}')),
        "server-error": Server(fakes.answers(b"", status="503 Service Unavailable")),
        "missing": Server(fakes.answers(b"", status="404 Not Found")),
        "proxy-407": Server(wants_a_user),
        "proxy-502": Server(fakes.answers(b"", status="502 Bad Gateway")),
        "echo": Server(repeats_the_request),
    }


async def _further(writer: asyncio.StreamWriter, head: bytes) -> None:
    """Redirect to a longer path each time, without end."""
    path = head.split(b" ")[1].decode()
    await leads(f"{path}x")(writer, head)


async def _once(writer: asyncio.StreamWriter, head: bytes) -> None:
    """Redirect the front door to the page."""
    await (fakes.says(fakes.GOOD) if b" /page " in head else leads("/page"))(writer, head)


async def _says_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take whatever comes, such as the beginning of a TLS handshake, until the other side goes."""
    with suppress(ConnectionError):
        while await reader.read(4096):
            pass
    writer.close()


async def _speaks_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the beginning of a TLS handshake as a web server does that expects plain HTTP."""
    with suppress(ConnectionError):
        await reader.read(4096)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
    writer.close()


@contextmanager
def _wants_certificate(its: Authority) -> Iterator[int]:
    """Serve over TLS whoever shows a certificate of the root. In a thread with OpenSSL's own sockets: asyncio hangs up
    before the alert that says why is on its way.
    """
    context = its.context(its.leaf(), its.between, client=its.root)

    class Handler(BaseHTTPRequestHandler):
        def setup(self) -> None:
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def do_GET(self) -> None:  # http.server's own name
            self.wfile.write(fakes.GOOD)

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # that a client is refused is what it is for

    with Quiet(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def running(all_: dict[str, Server], its: Authority) -> Iterator[dict[str, int]]:
    """Serve all of them in a thread with a loop of its own; yields the port of each."""
    loop, ports, up, stop = asyncio.new_event_loop(), {}, threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            for name, one in all_.items():
                ports[name] = await stack.enter_async_context(serving(one.behave, one.tls))
            for name, talk in (("tls-silent", _says_nothing), ("plain", _speaks_plainly)):
                server = await asyncio.start_server(talk, "127.0.0.1", 0)
                stack.push_async_callback(server.wait_closed)
                stack.callback(server.close)
                ports[name] = server.sockets[0].getsockname()[1]
            ports["wants-certificate"] = stack.enter_context(_wants_certificate(its))
            up.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        if not up.wait(20):
            raise RuntimeError("the servers did not start")
        yield ports
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
