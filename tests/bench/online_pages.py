"""A small page over HTTP and HTTPS, until killed: `python -m tests.bench.online_pages CHAIN`. Prints both ports."""

import asyncio
import json
import ssl
import sys

_PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 8\r\nConnection: close\r\n\r\nwelcome\n"


class Page(asyncio.Protocol):
    """Answers each request's head and hangs up."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._head = b""

    def data_received(self, data: bytes) -> None:
        self._head += data
        if b"\r\n\r\n" in self._head:
            self._transport.write(_PAGE)
            self._transport.close()


async def main(chain: str) -> None:
    """Serve."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    loop = asyncio.get_running_loop()
    plain = await loop.create_server(Page, "127.0.0.1", 0, backlog=1000)
    secure = await loop.create_server(Page, "127.0.0.1", 0, ssl=context, backlog=1000)
    ports = [server.sockets[0].getsockname()[1] for server in (plain, secure)]
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
