"""Liveness by ICMP and TCP against the kernel itself, and in a network namespace of our own."""

import asyncio
import errno
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from collectors.collector import Collector, Kind, Target, Way
from collectors.liveness.icmp import IcmpCollector
from collectors.liveness.tcp import TcpCollector
from collectors.observation import Observation, Outcome
from collectors.settings import LivenessSettings
from mppmon.clock import Clock
from tests.servers.online_fakes import black_hole

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
LATE = 0.4  # what a busy test machine may add


def target(address: str, way: Way, **settings: Any) -> Target:  # noqa: ANN401  # LivenessSettings checks them
    return Target(
        "x:liveness", "x", Kind.LIVENESS, way, address, 10.0, LivenessSettings(**{"timeout": 0.5, **settings})
    )


def ask(make: Callable[[], Collector], *targets: Target) -> list[Observation]:
    """Poll all at once with one collector."""

    async def story() -> list[Observation]:
        collector = make()
        try:
            return await asyncio.gather(*map(collector.poll, targets))
        finally:
            await collector.close()

    return asyncio.run(story())


def icmp() -> IcmpCollector:
    return IcmpCollector(now=Clock().now)


def tcp() -> TcpCollector:
    return TcpCollector(now=Clock().now)


def test_loopback_echoes_and_all_of_a_hundred_do() -> None:
    for seen in ask(icmp, *(target(f"127.0.1.{number}", Way.ICMP) for number in range(1, 101))):
        assert (seen.outcome, seen.detail) == (Outcome.OK, "")
        assert 0 < seen.seconds < 0.5


def test_an_echo_that_does_not_come_is_a_timeout_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> tuple[Observation, float]:
        collector, loop = icmp(), asyncio.get_running_loop()
        await collector.poll(target("127.0.0.1", Way.ICMP))
        never: asyncio.Future[float | None] = loop.create_future()
        monkeypatch.setattr("gufo.ping.Ping.ping", lambda *_: never)
        began = loop.time()
        seen = await collector.poll(target("127.0.0.1", Way.ICMP))
        took = loop.time() - began
        never.set_result(None)
        await collector.close()
        return seen, took

    seen, took = asyncio.run(story())
    assert (seen.outcome, seen.detail) == (Outcome.TIMEOUT, "no echo came back")
    assert 0.45 < took < 0.5 + LATE


def test_without_a_socket_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("collectors.liveness.icmp.socket.socket", refuse)
    collector = icmp()
    monkeypatch.undo()
    assert not collector.available()
    assert "sysctl -w net.ipv4.ping_group_range=" in collector.why_not
    (seen,) = ask(lambda: collector, target("127.0.0.1", Way.ICMP))
    assert (seen.outcome, seen.detail) == (Outcome.LOCAL, collector.why_not)


ALONE = """
import asyncio, json, sys
from collectors.collector import Kind, Target, Way
from collectors.liveness.icmp import IcmpCollector
from collectors.settings import LivenessSettings
from mppmon.clock import Clock

async def main():
    collector, settings = IcmpCollector(now=Clock().now), LivenessSettings(timeout=0.5)
    seen = [
        await collector.poll(Target("x:liveness", "x", Kind.LIVENESS, Way.ICMP, one, 10.0, settings))
        for one in sys.argv[1:]
    ]
    await collector.close()
    print(json.dumps([collector.way, collector.why_not, [(one.outcome, one.detail) for one in seen]]))

asyncio.run(main())
"""


def in_a_namespace(setup: str, *addresses: str, privileges: Sequence[str] = ()) -> Any:  # noqa: ANN401  # what it printed
    """Ask in a network namespace of our own, which goes with its process; Python runs with `privileges` in front."""
    python = " ".join(privileges) + f' "{sys.executable}" -c "$0" "$@"'
    script = f"ip link set lo up && {setup} && exec {python}"
    argv = ["unshare", "--net", "sh", "-c", f"PATH=$PATH:/usr/sbin:/sbin; {script}", ALONE, *addresses]
    done = subprocess.run(
        argv,
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


POWERLESS = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
ALLOW = "echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range"


def test_the_unprivileged_socket_is_used_where_the_kernel_allows_it() -> None:
    way, why_not, seen = in_a_namespace(ALLOW, "127.0.0.1", "::1", privileges=POWERLESS)
    assert (way, why_not) == ("dgram", "")
    assert seen == [["ok", ""], ["ok", ""]]


def test_a_process_without_privileges_says_what_it_needs() -> None:
    way, why_not, seen = in_a_namespace("true", "127.0.0.1", privileges=POWERLESS)
    assert way is None
    assert seen == [["local", why_not]]


@pytest.mark.parametrize("allow", ["true", ALLOW])
def test_no_route_and_firewalls_are_told_apart_from_silence(allow: str) -> None:
    rules = (
        "add table ip t; add chain ip t i { type filter hook input priority 0; }; "
        "add chain ip t o { type filter hook output priority 0; }; "
        "add rule ip t i ip daddr 127.0.0.8 drop; add rule ip t o ip daddr 127.0.0.9 drop"
    )
    _, _, seen = in_a_namespace(f"{allow} && nft '{rules}'", "10.8.8.8", "127.0.0.8", "127.0.0.9", "127.0.0.1")
    assert seen == [
        ["unreachable", "network is unreachable"],
        ["timeout", "no echo came back"],
        ["local", "the kernel refused to send"],
        ["ok", ""],
    ]


def test_tcp_open_refused_and_silent() -> None:
    with ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
        closed = sockets.enter_context(socket.socket())
        closed.bind(("127.0.0.1", 0))  # bound, but it does not listen
        hole = black_hole(sockets)
        ports = (listener.getsockname()[1], closed.getsockname()[1], hole)
        seen = ask(tcp, *(target("127.0.0.1", Way.TCP, port=port) for port in ports))
    assert [(one.outcome, one.detail) for one in seen] == [
        (Outcome.OK, ""),
        (Outcome.OK, "refused"),
        (Outcome.TIMEOUT, "no connection: nothing came back"),
    ]
    assert 0.45 < seen[2].seconds < 0.5 + LATE


def test_tcp_by_name_tries_all_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.2", port)),
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        (seen,) = ask(tcp, target("pc.example", Way.TCP, port=port))
    assert (seen.outcome, seen.detail) == (Outcome.OK, "")


@pytest.mark.parametrize(("make", "way"), [(tcp, Way.TCP), (icmp, Way.ICMP)])
def test_a_silent_resolver_is_our_fault(
    make: Callable[[], Collector], way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(20) and [])
    try:
        (seen,) = ask(make, target("pc.example", way, port=9))
    finally:
        released.set()
    assert (seen.outcome, seen.detail) == (Outcome.LOCAL, "the resolver gave no answer for pc.example")


def test_tcp_without_a_port_is_our_fault() -> None:
    (seen,) = ask(tcp, target("127.0.0.1", Way.TCP))
    assert (seen.outcome, seen.detail) == (Outcome.LOCAL, "no port is configured for liveness by TCP")
