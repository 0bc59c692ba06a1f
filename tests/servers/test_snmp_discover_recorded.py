"""Discovery of recorded devices over real sockets, each at an address of its own. Some stood side by side when they
were recorded: their LLDP and forwarding tables name each other, so it is known what hung on what.
"""

import asyncio
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from collectors.settings import SnmpSettings
from collectors.snmp.discovery.proposal import Proposed, propose
from collectors.snmp.discovery.sighting import Sighting, located
from collectors.snmp.discovery.sweep import Sweep, sweep
from collectors.snmp.library import builtin
from collectors.snmp.recording import read
from collectors.snmp.wire import oid
from tests.bench.snmp_responder import Responder
from tests.servers.snmp_servers import devices, free_port, snmpsim
from tests.truth.kinds import judge
from tests.truth.manifest import manifest

pytestmark = pytest.mark.server

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
CORE, FLOOR = "eltex-mes23xx_mes2324b", ("eltex-mes24xx_mes2424bac", "jetstream_sg2218p")
LLDP_ALONE = ("jetstream_jetstream-lldp", "jetstream_vlans")
OTHER_CORE, ITS = "ciscosb_sg350x-24p", ("ciscosb_cbs250-24p-4x-v3", "edgeswitch_us-8", "edgeswitch_us-8-v2")
COPIER, MULTI = "sharp_mxm266nv", "jetdirect_m130nw"
ALONE = ("routeros_rb750gr3", "epson", "apc_smx750", "dlink_dgs-1510-28x-me", "unifi_nanohd", "qnap")
MALL = (CORE, *FLOOR, *LLDP_ALONE, OTHER_CORE, *ITS, COPIER, MULTI, *ALONE)
UNTOLD = {"ciscosb_cbs250-24p-4x-v3", *FLOOR, *LLDP_ALONE, "unifi_nanohd"}
"""What has no serial number in its recording."""


class _Agent(asyncio.DatagramProtocol):
    def __init__(self, responder: Responder) -> None:
        self._responder = responder

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport.sendto(self._responder.answer(data), addr)


def address(name: str) -> str:
    return f"127.0.3.{MALL.index(name) + 1}"


async def _swept(port: int) -> list[Sighting]:
    loop = asyncio.get_running_loop()
    seen = Sweep()
    with ExitStack() as stack:
        for name in MALL:
            walk = (devices() / "walks" / f"{name}.snmprec").read_text(encoding="utf-8", errors="surrogateescape")
            objects = {raw: (raw, *cell) for raw, cell in sorted(read(walk).items(), key=lambda it: oid.arcs_of(it[0]))}
            agent = partial(_Agent, Responder(objects))
            transport, _ = await loop.create_datagram_endpoint(agent, local_addr=(address(name), port))
            stack.callback(transport.close)
        ways = [SnmpSettings(port=port)]
        await sweep([address(name) for name in MALL], ways, builtin(), into=seen, now=lambda: AT)
    return located(seen.sightings, {})


@pytest.fixture(scope="module")
def seen() -> list[Sighting]:
    devices()  # skips where there are none
    return asyncio.run(_swept(free_port()))


def found(seen: list[Sighting], gateway: str) -> dict[str, Proposed]:
    by_address = {one.address: one for one in propose(seen, [], address(gateway))}
    return {name: by_address[address(name)] for name in MALL}


def test_each_is_proposed_once_as_what_it_is(seen: list[Sighting]) -> None:
    table, its = manifest(devices()), found(seen, CORE)
    assert len(its) == len({one.id for one in its.values()}) == len(MALL)
    assert {name: judge(table[name], its[name].kind) for name in MALL} == dict.fromkeys(MALL, "right")
    for name, one in its.items():
        walk = (devices() / "walks" / f"{name}.snmprec").read_text(encoding="utf-8", errors="replace")
        assert one.vendor.split()[0].casefold() in table[name].vendor.casefold(), (name, one.vendor)
        assert one.model in walk, (name, one.model)
        assert one.serial in walk, (name, one.serial)
        assert bool(one.serial) == (name not in UNTOLD), (name, one.serial)
        assert one.mac.replace(":", "") in walk.lower().replace(" ", ""), (name, one.mac)
        assert builtin().named(one.profile).kind == one.kind


def test_what_hung_on_what_where_the_recordings_tell_it(seen: list[Sighting]) -> None:
    its = found(seen, CORE)
    above = {name: one.parents for name, one in its.items() if one.parents}
    core = its[CORE].id
    hub = f"{core}-port-1000"[:40]  # 39 hardware addresses behind a bundle of cables, no LLDP by its number
    assert above == {**dict.fromkeys((*FLOOR, *LLDP_ALONE, COPIER), (core,)), MULTI: (hub,)}


def test_from_another_gateway_the_other_half_is_a_tree(seen: list[Sighting]) -> None:
    its = found(seen, OTHER_CORE)
    above = {name: one.parents for name, one in its.items() if one.parents}
    assert above == dict.fromkeys(ITS, (its[OTHER_CORE].id,))


def test_a_mikrotik_hears_its_neighbours_at_ports_that_its_forwarding_table_knows(seen: list[Sighting]) -> None:
    """Its LLDP counts interfaces (6 and 10), its forwarding table the ports of the bridge."""
    (router,) = [one for one in seen if one.address == address("routeros_rb750gr3")]
    assert {each.port for each in router.neighbours} == router.forwarding.keys() == {"1", "2"}


def test_snmpsim_and_our_responder_show_discovery_the_same(seen: list[Sighting], tmp_path: Path) -> None:
    """Of snmpsim's devices, at one address, the community tells which is asked."""

    async def swept(port: int, name: str) -> Sighting:
        found = Sweep()
        ways = [SnmpSettings.model_validate({"port": port, "community": name, "timeout": 10.0})]
        await sweep(["127.0.0.1"], ways, builtin(), into=found, now=lambda: AT)
        (one,) = found.sightings
        return replace(one, address=address(name))

    names = (*ALONE, COPIER, MULTI)
    with snmpsim(names, tmp_path) as port:
        by_snmpsim = [asyncio.run(swept(port, name)) for name in names]
    by_us = {one.address: one for one in seen}
    assert by_snmpsim == [by_us[address(name)] for name in names]
