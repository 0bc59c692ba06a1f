"""Discovery over real sockets: agents on addresses of loopback, a switch with LLDP and a forwarding table."""

import asyncio
import shutil
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest

from collectors.settings import SnmpSettings
from collectors.snmp.discovery.difference import differences
from collectors.snmp.discovery.proposal import propose
from collectors.snmp.discovery.sweep import Sweep, sweep
from collectors.snmp.library import builtin
from collectors.snmp.wire import ber, oid
from mppmon.config import load
from mppmon.setup.discovery.inventory import Inventory, inventory_of
from mppmon.setup.discovery.text import Found, lines
from tests.servers.snmp_servers import free_port
from tests.unit.snmp_agents import Agent, Mib

pytestmark = pytest.mark.server

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
_SYSTEM = "1.3.6.1.2.1.1"


def mac(at: int) -> bytes:
    return bytes([2, 0, 0, 0, 1, at])


def mib(at: int, number: str, serial: str, more: Mib) -> Mib:
    return {
        f"{_SYSTEM}.1.0": (ber.OCTETS, b"\x1b[31m<b>: {evil}"),
        f"{_SYSTEM}.2.0": (ber.OBJECT_ID, oid.encode(number)),
        f"{_SYSTEM}.5.0": (ber.OCTETS, f"../name-{at}".encode()),
        "1.3.6.1.2.1.2.2.1.6.1": (ber.OCTETS, mac(at)),
        "1.3.6.1.2.1.47.1.1.1.1.11.1": (ber.OCTETS, serial.encode()),
        **more,
    }


def forwarding(port_of: dict[int, int]) -> Mib:
    return {
        f"1.3.6.1.2.1.17.4.3.1.2.{'.'.join(map(str, mac(at)))}": (ber.INTEGER, port) for at, port in port_of.items()
    }


def gone(at: int, port: int) -> Mib:
    """Return an entry that the switch itself says is gone (dot1dTpFdbStatus 2), and has not flushed yet."""
    index = ".".join(map(str, mac(at)))
    return {**forwarding({at: port}), f"1.3.6.1.2.1.17.4.3.1.3.{index}": (ber.INTEGER, 2)}


_SWITCH, _PRINTER, _ROUTER = "1.3.6.1.4.1.171.10.1", "1.3.6.1.4.1.11.2.3.9.1", "1.3.6.1.4.1.14988.1"
_HEARD: Mib = {
    "1.0.8802.1.1.2.1.4.1.1.5.0.7.1": (ber.OCTETS, mac(3)),
    "1.0.8802.1.1.2.1.4.1.1.9.0.7.1": (ber.OCTETS, b"../name-3"),
}
MALL = {
    1: mib(1, _ROUTER, "ROUTER-1", {}),
    2: mib(2, _SWITCH, "SWITCH-2", {**forwarding({1: 1, 3: 7, 4: 7, 5: 8, 6: 8}), **_HEARD}),
    3: mib(3, _SWITCH, "SWITCH-3", {**forwarding({1: 1, 2: 1, 4: 2, 6: 1}), **gone(5, 3)}),
    4: mib(4, _PRINTER, "PRINTER-4", {"1.3.6.1.2.1.43.5.1.1.1.1": (ber.COUNTER32, 1)}),
    5: mib(5, _PRINTER, "PRINTER-5", {"1.3.6.1.2.1.43.5.1.1.1.1": (ber.COUNTER32, 1)}),
    6: mib(6, _PRINTER, "PRINTER-6", {"1.3.6.1.2.1.43.5.1.1.1.1": (ber.COUNTER32, 1)}),
}
"""1 the router; 2 a switch, on which 3 hangs by LLDP, and 5 and 6 on one port; 4 hangs on 3, where 5 once was."""


async def _swept(port: int) -> Sweep:
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        for at, objects in MALL.items():
            transport, _ = await loop.create_datagram_endpoint(
                partial(Agent, objects), local_addr=(f"127.0.1.{at}", port)
            )
            stack.callback(transport.close)
        addresses = [f"127.0.1.{at}" for at in range(1, 9)]
        seen = Sweep()
        await sweep(addresses, [SnmpSettings(port=port)], builtin(), into=seen, now=lambda: AT)
        return seen


def inventory(config: Path) -> Inventory:
    return inventory_of(load(config, today=date(2026, 11, 23)), lambda _: None)


def told(seen: Sweep, port: int, known: Inventory) -> str:
    devices = propose(seen.sightings, known.devices, "127.0.1.1")
    differing = differences(devices, known.devices, frozenset(seen.asked))
    return "\n".join(lines(Found(devices, [SnmpSettings(port=port)], known.devices, differing, against=True)))


def test_the_tree_is_found_its_proposal_is_valid_and_then_nothing_differs(tmp_path: Path) -> None:
    port = free_port()
    seen = asyncio.run(_swept(port))
    found = {one.address: one for one in propose(seen.sightings, [], "127.0.1.1")}
    names = {at: found[f"127.0.1.{at}"].id for at in MALL}
    kinds = [found[f"127.0.1.{at}"].kind for at in MALL]
    assert kinds == ["router", "switch", "switch", "printer", "printer", "printer"]
    parents = {at: found[f"127.0.1.{at}"].parents for at in MALL}
    shared = f"{names[2][:24]}-port-8"
    assert parents == {1: (), 2: (names[1],), 3: (names[2],), 4: (names[3],), 5: (shared,), 6: (shared,)}
    config = tmp_path / "mall"
    shutil.copytree(Path(str(files("mppmon.demo") / "mall")), config)
    proposal = told(seen, port, inventory(config))
    with (config / "devices.yaml").open("a", encoding="utf-8") as file:  # whose last key is `devices`
        file.write("\n".join(line for line in proposal.splitlines() if line.startswith("  ")) + "\n")
    after = inventory(config)
    assert len(after.devices) > 50
    again = told(seen, port, after)
    assert "devices: {}" in again
    assert not [line for line in again.splitlines() if line.startswith("#")][1:], again
