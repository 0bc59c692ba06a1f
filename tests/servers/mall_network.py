"""A mall's network in namespaces: our machine, two VLANs of counters (one behind a switch, one of two PCs alone),
the gateway, the provider with all that is outside.

Run as root in a namespace of its own, `unshare --net python -m tests.servers.mall_network FOLDER`: it starts the real
daemon there, cuts one thing after the other, and prints as JSON which incidents each cut made: root and party.
"""

import asyncio
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from mppmon.cli.control import ask
from mppmon.engine.watching import SELF
from tests.servers.daemon_process import AT_ONCE, MPPMON, one_technician, until
from tests.servers.prometheus import pause

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
_ANCHORS = ("10.9.0.1", "10.9.0.2")
_SYSTEMS = {"dukcapil": "10.9.1.1", "imigrasi": "10.9.1.2", "pajak": "10.9.1.3"}
_RESOLVER = "10.9.2.1"
_OUTSIDE = (*_ANCHORS, *_SYSTEMS.values(), _RESOLVER)
_DEVICES = 15
_PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nwelcome"


def run(*argv: str) -> None:
    """Run a program of the system's."""
    subprocess.run(argv, check=True, env={**os.environ, "PATH": _PATH})


class Place:
    """A namespace, kept by a process in it."""

    def __init__(self, stack: ExitStack, *argv: str) -> None:
        ready = "ip link set lo up && echo 1 > /proc/sys/net/ipv4/ip_forward && echo up && exec"
        command = ["unshare", "--net", "sh", "-c", f'PATH="{_PATH}"; {ready} "$@"', "-", *argv]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        stack.callback(self._end)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"up\n"

    def _end(self) -> None:
        self._process.kill()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def pid(self) -> str:
        return str(self._process.pid)

    def run(self, *argv: str) -> None:
        """Run a command there."""
        run("nsenter", "-t", self.pid, "-n", *argv)

    def cable(self, end: str, address: str) -> None:
        """Plug a cable's end in: it has to be in our namespace."""
        run("ip", "link", "set", end, "netns", self.pid)
        self.run("ip", "addr", "add", address, "dev", end)
        self.run("ip", "link", "set", end, "up")


def cable(one: str, other: str) -> None:
    """Lay a cable; both ends are here."""
    run("ip", "link", "add", one, "type", "veth", "peer", "name", other)


@contextmanager
def network() -> Iterator[tuple[Place, Place, Place, Place]]:
    """Build it around this process; yields both VLANs, gateway and provider."""
    with ExitStack() as stack:
        vlan, other, gateway = (Place(stack, "sleep", "600") for _ in range(3))
        provider = Place(stack, sys.executable, "-m", "tests.servers.mall_network", "--outside")
        run("ip", "link", "set", "lo", "up")
        cable("m-gw", "gw-m")
        cable("m-vlan", "vlan-m")
        cable("m-other", "other-m")
        cable("gw-p", "p-gw")
        for end, address in (("m-gw", "10.1.0.2/24"), ("m-vlan", "10.2.0.2/24"), ("m-other", "10.4.0.2/24")):
            run("ip", "addr", "add", address, "dev", end)
            run("ip", "link", "set", end, "up")
        gateway.cable("gw-m", "10.1.0.1/24")
        vlan.cable("vlan-m", "10.2.0.1/24")
        vlan.run("ip", "addr", "add", "10.2.0.10/24", "dev", "vlan-m")
        other.cable("other-m", "10.4.0.11/24")
        other.run("ip", "addr", "add", "10.4.0.12/24", "dev", "other-m")
        gateway.cable("gw-p", "10.3.0.2/24")
        provider.cable("p-gw", "10.3.0.1/24")
        for address in _OUTSIDE:
            provider.run("ip", "addr", "add", f"{address}/32", "dev", "lo")
        run("ip", "route", "add", "default", "via", "10.1.0.1")
        gateway.run("ip", "route", "add", "default", "via", "10.3.0.1")
        provider.run("ip", "route", "add", "default", "via", "10.3.0.2")
        yield vlan, other, gateway, provider


def outside() -> None:
    """Serve the agencies' pages and answer for the resolver, on whatever address there is, until killed."""

    class Names(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport: Any = transport

        def datagram_received(self, data: bytes, where: Any) -> None:  # noqa: ANN401  # asyncio's address
            head = data[:2] + struct.pack("!5H", 0x8180, 1, 0, 0, 0)
            self.transport.sendto(head + data[12:], where)

    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(_PAGE)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # a mere look whether the port is open
        writer.close()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        await until_bound(lambda: loop.create_datagram_endpoint(Names, local_addr=(_RESOLVER, 53)))
        server = await asyncio.start_server(page, "0.0.0.0", 80)  # noqa: S104  # of a namespace that ends with the test
        await server.serve_forever()

    asyncio.run(serve())


async def until_bound(bind: Callable[[], Any]) -> None:
    """Try until the address is there: it is given after the process began."""
    while True:
        try:
            await bind()
        except OSError:
            await asyncio.sleep(0.05)
        else:
            return


def config(folder: Path) -> Path:
    """Write the mall: a counter whose PC is in a VLAN behind a switch, the line, and three agencies' systems."""
    folder.mkdir()
    quick = {"liveness": {"way": "icmp", "timeout": 0.4}}
    devices: dict[str, dict[str, object]] = {
        "router": {"kind": "router", "name": "Router mal", "address": "10.1.0.1", **quick},
        "internet": {"kind": "passive", "name": "Jalur internet", "parents": ["router"]},
        "hop": {"kind": "router", "name": "Router penyedia", "address": "10.3.0.1", "outside": True, **quick},
        "vlan-sw": {"kind": "switch", "name": "Switch VLAN loket", "address": "10.2.0.1", **quick},
        "pc": {"kind": "pc", "name": "PC A1", "address": "10.2.0.10", "parents": ["vlan-sw"], **quick},
        "vlan-pajak": {"kind": "passive", "name": "VLAN pajak", "parents": ["router"]},
        "beyond": {"kind": "passive", "name": "Jalur ke sistem pusat", "outside": True, "parents": ["internet"]},
        **{
            f"pc-{number}": {"kind": "pc", "name": one, "address": one, "parents": ["vlan-pajak"], **quick}
            for number, one in enumerate(("10.4.0.11", "10.4.0.12"))
        },
        "dns": {
            "kind": "server",
            "name": "Server DNS",
            "address": _RESOLVER,
            "outside": True,
            "liveness": {"way": "dns", "timeout": 0.4},
        },
        **{
            f"anchor-{number}": {"kind": "online-system", "name": one, "address": one, "outside": True, **quick}
            for number, one in enumerate(_ANCHORS)
        },
        **{
            agency: {
                "kind": "online-system",
                "name": f"Sistem {agency}",
                "agency": agency,
                "outside": True,
                "parents": ["beyond"],
                "http": {"url": f"http://{address}/", "contains": "welcome", "timeout": 1},
                "liveness": {"timeout": 0.4},
            }
            for agency, address in _SYSTEMS.items()
        },
    }
    agencies = {
        agency: {"name": agency, "short": agency, "services": {agency: {"name": agency, "systems": [agency]}}}
        for agency in _SYSTEMS
    }
    uplink = {"device": "internet", "gateway": "router", "hop": "hop", "resolver": "dns"}
    parts: dict[str, dict[str, object]] = {
        "site.yaml": {
            "site": {"id": "mpp", "name": "MPP Uji", "uplink": {**uplink, "anchors": ["anchor-0", "anchor-1"]}},
            "hours": {"open": {"mon-sun": "00:00-24:00"}},
            "holidays": {"country": None},
        },
        "agencies.yaml": {"agencies": agencies},
        "counters.yaml": {
            "counters": {
                "a1": {
                    "name": "Loket A1",
                    "agency": "dukcapil",
                    "place": "Lt. 1",
                    "roles": {"pc": "pc"},
                    "services": {"dukcapil": {"citizens_per_hour": 12}},
                }
            }
        },
        "devices.yaml": {"devices": devices},
        **one_technician(mail=2525),
        "rules.yaml": {},
        "daemon.yaml": {
            "listen_port": 8080,
            "last_seen_seconds": 1,
            "pace_seconds": 0,
            "calm_seconds": 0,
            "canary": "off",  # it comes at a time of day, also of the day on which tests run
            "intervals": {"liveness": 1, "telemetry": 2, "confirm": [0.2, 0.4, 0.6], "kinds": AT_ONCE},
        },
    }
    for name, part in parts.items():
        (folder / name).write_text(yaml.safe_dump({"version": 1, **part}, allow_unicode=True), encoding="utf-8")
    return folder


def cuts(
    vlan: Place, other: Place, gateway: Place, provider: Place
) -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """Return what is cut, and how it is mended."""

    def link(place: Place, end: str, state: str) -> None:
        place.run("ip", "link", "set", end, state)
        if state == "up" and end == "gw-p":
            gateway.run("ip", "route", "add", "default", "via", "10.3.0.1")

    def drop(what: str) -> None:
        rule = f"add table ip t; add chain ip t i {{ type filter hook input priority 0; }}; add rule ip t i {what} drop"
        provider.run("nft", rule)

    def mend() -> None:
        provider.run("nft", "delete table ip t")

    systems = ", ".join(_SYSTEMS.values())
    return {
        "uplink": (lambda: link(gateway, "gw-p", "down"), lambda: link(gateway, "gw-p", "up")),
        "behind-the-hop": (lambda: drop(f"ip daddr {{ {', '.join(_OUTSIDE)} }}"), mend),
        "gateway": (lambda: link(gateway, "gw-m", "down"), lambda: link(gateway, "gw-m", "up")),
        "resolver": (lambda: drop("udp dport 53"), mend),
        "system": (lambda: drop(f"ip daddr {_SYSTEMS['dukcapil']}"), mend),
        "all-systems": (lambda: drop(f"ip daddr {{ {systems} }}"), mend),
        "vlan": (lambda: link(vlan, "vlan-m", "down"), lambda: link(vlan, "vlan-m", "up")),
        "vlan-of-an-agency": (lambda: link(other, "other-m", "down"), lambda: link(other, "other-m", "up")),
    }


def main(folder: Path) -> None:
    """Cut and mend all, and print what was said of each."""
    state = folder / "state"
    said: dict[str, list[tuple[str, str | None]]] = {}

    def incidents() -> list[dict[str, Any]]:
        found = ask(state, "GET", "/api/v1/status").json()["incidents"]
        return [one for one in found if one["root"] != SELF]

    def all_up() -> bool:
        devices = ask(state, "GET", "/api/v1/status").json()["counts"]["devices"]
        return bool(devices["up"] == _DEVICES) and not incidents()

    with network() as places, (folder / "daemon.log").open("wb") as log:
        argv = [*MPPMON, "run", str(config(folder / "mall")), "--state", str(state)]
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            until(lambda: (state / "control.sock").exists() or process.poll() is not None, bool)
            for name, (cut, mend) in cuts(*places).items():
                until(all_up, bool, 40)
                cut()
                until(incidents, bool, 20)
                pause(2.0)  # and no second page of the same cut
                said[name] = sorted((one["root"], one["party"]) for one in incidents())
                mend()
        finally:
            process.terminate()
            process.wait(10)
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    outside() if sys.argv[1:] == ["--outside"] else main(Path(sys.argv[1]))
