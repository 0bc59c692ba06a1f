"""What a visitor may take: half-sent requests end, connections are counted, nobody locks out the command line."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from mppmon.web.limits import Limits
from tests.servers.demo_process import until
from tests.servers.web_mall import DEADLINE, WebMall, events, web_mall

pytestmark = pytest.mark.server

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
SHORT = Limits(request=0.3, idle=0.3, unread=0.3)


@pytest.fixture
def mall(tmp_path: Path) -> Iterator[WebMall]:
    with web_mall(tmp_path) as served:
        yield served


@pytest.fixture
def hasty(tmp_path: Path) -> Iterator[WebMall]:
    """Give a mall that waits for nobody."""
    with web_mall(tmp_path, limits=SHORT) as served:
        yield served


def visit(mall: WebMall, sent: bytes = b"") -> socket.socket:
    link = socket.create_connection(("127.0.0.1", mall.server.port), timeout=DEADLINE)
    link.sendall(sent)
    return link


def call(mall: WebMall) -> socket.socket:
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(DEADLINE)
    link.connect(str(mall.control))
    return link


def rest(link: socket.socket) -> bytes:
    """Return all that comes until the other side ends the connection; TimeoutError when it never does."""
    found = b""
    try:
        while part := link.recv(65_536):
            found += part
    except ConnectionResetError:
        pass
    return found


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HEAD,
        b"POST /api/v1/incidents/1/acknowledge HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nx",
        HEAD + b"\r\n" + HEAD,
    ],
    ids=["nothing", "half a head", "half a body", "half of the next"],
)
def test_a_half_sent_request_is_ended(hasty: WebMall, sent: bytes) -> None:
    with visit(hasty, sent) as link:
        rest(link)


def test_dripping_bytes_buy_no_time(hasty: WebMall) -> None:
    async def drip() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", hasty.server.port)
        writer.write(HEAD + b"X-Long: ")
        ended = asyncio.create_task(reader.read())
        drops = 0
        while not ended.done() and drops < 200:
            writer.write(b"x")
            drops += 1
            await asyncio.wait([ended], timeout=0.05)
        ended.cancel()
        await asyncio.gather(ended, return_exceptions=True)
        writer.close()
        return drops

    assert asyncio.run(drip()) < 100


def test_the_quiet_between_two_requests_ends(hasty: WebMall) -> None:
    with visit(hasty, HEAD + b"\r\n") as link:
        assert rest(link).endswith(b"ok\n")


def test_an_answer_that_nobody_reads_is_given_up(tmp_path: Path) -> None:
    with web_mall(tmp_path, limits=Limits(unread=0.3, idle=60.0), metrics=lambda: (b"x" * 20_000_000,)) as mall:
        before = descriptors()
        with visit(mall, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"), mall.tcp() as other:
            until(lambda: descriptors() > before, DEADLINE)
            until(lambda: mall.server.connections == 0, DEADLINE)
            assert other.get("/healthz").text == "ok\n"


def test_too_much_is_not_taken(mall: WebMall) -> None:
    for flood in (HEAD + b"X-Long: " + b"x" * 100_000, HEAD + b"Content-Length: 9000000\r\n\r\n" + b"x" * 100_000):
        with visit(mall) as link:
            try:
                link.sendall(flood)
            except (BrokenPipeError, ConnectionResetError):
                continue
            assert b"200 OK" not in rest(link) or b"Content-Length" in flood


def test_three_thousand_half_requests_take_two_hundred_descriptors(mall: WebMall) -> None:
    before = descriptors()
    limits = Limits()
    with ExitStack() as stack:
        links = [stack.enter_context(visit(mall, HEAD)) for _ in range(limits.tcp)]
        for _ in range(2_800):
            with visit(mall) as over:
                assert rest(over).startswith(b"HTTP/1.1 503 ")
        assert descriptors() <= before + 2 * limits.tcp + 8, "each link of ours has two ends in this process"
        with mall.socket() as control:
            assert control.get("/api/v1/status").status_code == 200
        links.pop().close()
        until(lambda: mall.server.connections < limits.tcp, DEADLINE)
        with mall.tcp() as tcp:
            assert tcp.get("/healthz").text == "ok\n"


def test_the_control_socket_has_a_cap_of_its_own(mall: WebMall) -> None:
    with ExitStack() as stack:
        for _ in range(Limits().control):
            stack.enter_context(call(mall))
        with call(mall) as over:
            assert rest(over).startswith(b"HTTP/1.1 503 ")
        with mall.tcp() as tcp:
            assert tcp.get("/healthz").text == "ok\n"


def test_no_member_of_the_group_locks_the_others_out(mall: WebMall, monkeypatch: pytest.MonkeyPatch) -> None:
    caller = [1001]
    monkeypatch.setattr("mppmon.web.peer.peer_uid", lambda link: caller[0] if link.family is socket.AF_UNIX else None)
    limits = Limits()
    with ExitStack() as stack:

        def full() -> bytes:
            """Return what one more connection of this caller is told."""
            with call(mall) as over:
                return rest(over)[:12]

        links: list[socket.socket] = []
        for user in range(2001, 2001 + limits.control_guests // limits.control_each):
            caller[0] = user
            links += [stack.enter_context(call(mall)) for _ in range(limits.control_each)]
            assert full() == b"HTTP/1.1 503"
        caller[0] = 3001
        assert full() == b"HTTP/1.1 503", "all guests together have their limit too"
        caller[0] = os.getuid()
        with mall.socket() as control:
            assert control.get("/api/v1/status").status_code == 200
        links.pop().close()
        caller[0] = 3001

        def served() -> bool:
            with mall.socket() as control:
                return control.get("/healthz").status_code == 200

        until(served, DEADLINE)


def test_open_pages_leave_room_for_others(tmp_path: Path) -> None:
    with web_mall(tmp_path, limits=Limits(streams=3)) as mall, ExitStack() as stack:
        client = stack.enter_context(httpx.Client(base_url=mall.address, timeout=DEADLINE, trust_env=False))
        open_pages = [stack.enter_context(client.stream("GET", "/events")) for _ in range(3)]
        words = [events(one.iter_lines()) for one in open_pages]
        assert all(next(one) for one in words)
        refused = client.get("/events")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
        assert client.get("/").status_code == 200
        with mall.socket() as control, control.stream("GET", "/events") as stream:
            assert next(events(stream.iter_lines()))
        open_pages[0].close()
        until(lambda: client.get("/live").status_code == 200 and mall.broadcast.viewers < 3, DEADLINE)
        with client.stream("GET", "/events") as again:
            assert again.status_code == 200
