"""What takes two polls to tell: how busy an interface is, by net-snmp's own counters and by ones that wrap and are
reset; and a device that never answers about one of its tables.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.settings import SnmpSettings
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.wire import ber, codec, oid
from tests.servers.snmp_servers import snmpd
from tests.unit.snmp_agents import Agent, Mib, Send, agent, honest

pytestmark = pytest.mark.server

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
APART = 1.05  # seconds between two polls: over less, nothing is told
CACHED = 3.5  # seconds after which net-snmp reads the kernel's counters anew
MEGABIT = 125_000  # octets a second
IF, IFX, UPTIME = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1", "1.3.6.1.2.1.1.3.0"
Poll = Callable[[], Awaitable[Observation]]
Told = TypeVar("Told")
Found = dict[tuple[str, ...], float]


def polled(port: int, deed: Callable[[Poll], Awaitable[Told]], **keys: object) -> Told:
    async def main() -> Told:
        collector = SnmpCollector(now=lambda: AT)
        await collector.start()
        settings = SnmpSettings.model_validate({"port": port, **keys})
        target = Target("gw:telemetry", "gw", Kind.TELEMETRY, Way.SNMP, "127.0.0.1", 60.0, settings)
        try:
            return await deed(lambda: collector.poll(target))
        finally:
            await collector.close()

    return asyncio.run(main())


def values(seen: Observation) -> Found:
    """Return samples by metric (without its first word) and label values."""
    return {(name.removeprefix("mppmon_"), *(value for _, value in labels)): it for name, labels, it in seen.samples()}


def test_how_busy_net_snmp_s_own_interface_is(tmp_path: Path) -> None:
    async def deed(poll: Poll) -> tuple[Found, Found, float]:
        loop = asyncio.get_running_loop()
        first, began = await poll(), loop.time()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
            sink.bind(("127.0.0.1", 0))
            for _ in range(20):
                sink.sendto(bytes(10_000), sink.getsockname())
                sink.recv(20_000)
        await asyncio.sleep(CACHED)
        second = await poll()
        assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.OK), (first.detail, second.detail)
        return values(first), values(second), loop.time() - began

    with snmpd(tmp_path) as port:
        before, after, seconds = polled(port, deed, community="inside", timeout=5.0)
    grown = {key[1]: it - before[key] for key, it in after.items() if key[0] == "interface_receive_bytes_total"}
    busiest = max(grown, key=lambda index: grown[index])
    assert grown[busiest] >= 200_000
    room = after["interface_speed_bytes_per_second", busiest] * seconds
    ratio = after.get(("interface_receive_ratio", busiest))
    if ratio is None:  # more than the nominal speed of a loopback: another's test was louder
        assert grown[busiest] > room
    else:
        assert ratio == pytest.approx(min(1.0, grown[busiest] / room), rel=0.2)


def _ports(octets: dict[str, tuple[int, int]], uptime: int) -> Mib:
    """Return a switch with these ports at 100 Mbit/s: index -> tag of its counter, and its octets received."""
    found: dict[str, tuple[int, ber.Value]] = {
        "1.3.6.1.2.1.1.2.0": (ber.OBJECT_ID, oid.encode("1.3.6.1.4.1.14988.1")),
        UPTIME: (ber.TIME_TICKS, uptime),
    }
    for index, (tag, number) in octets.items():
        found |= {f"{IF}.{column}.{index}": (ber.INTEGER, 1) for column in (1, 7, 8)}
        found |= {f"{IF}.5.{index}": (ber.GAUGE32, 100_000_000), f"{IFX}.15.{index}": (ber.GAUGE32, 100)}
        found[f"{IFX}.6.{index}" if tag == ber.COUNTER64 else f"{IF}.10.{index}"] = (tag, number)
    return found


def test_a_counter_that_wrapped_is_told_from_one_that_was_reset() -> None:
    narrow, wide = ber.COUNTER32, ber.COUNTER64

    async def main() -> list[Found]:
        whole = {"1": (narrow, 2**32 - MEGABIT), "2": (wide, 2**40), "3": (narrow, 3_000_000_000), "4": (wide, 5)}
        async with agent(_ports(whole, 360_000)) as device:
            collector = SnmpCollector(now=lambda: AT)
            await collector.start()
            settings = SnmpSettings(port=device.port, timeout=2.0)
            target = Target("gw:telemetry", "gw", Kind.TELEMETRY, Way.SNMP, "127.0.0.1", 60.0, settings)
            found = [values(await collector.poll(target))]
            for octets, uptime in (
                # the first wrapped, the second and the third were reset while the agent went on, the fourth is at work
                ({"1": (narrow, MEGABIT), "2": (wide, 0), "3": (narrow, 0), "4": (wide, 5 + 2 * MEGABIT)}, 360_200),
                ({"1": (narrow, 7), "2": (wide, 7), "3": (narrow, 7), "4": (wide, 7)}, 100),  # it restarted
                ({"1": (narrow, 7), "2": (wide, 7), "3": (narrow, 7), "4": (wide, 7 + MEGABIT)}, 300),
            ):
                await asyncio.sleep(APART)
                device.mib = Agent(_ports(octets, uptime)).mib
                found.append(values(await collector.poll(target)))
            await collector.close()
            return found

    first, second, third, fourth = (
        {k: v for k, v in one.items() if k[0].endswith("_ratio")} for one in asyncio.run(main())
    )
    assert first == {}
    ratio = 2 * MEGABIT / (100 * MEGABIT * APART)
    assert second == {
        ("interface_receive_ratio", "1"): pytest.approx(ratio, rel=0.5),
        ("interface_receive_ratio", "4"): pytest.approx(ratio, rel=0.5),
    }
    assert third == {}, "not a single spike"
    assert {key[1]: it > 0 for key, it in fourth.items()} == {"1": False, "2": False, "3": False, "4": True}


SUPPLIES = oid.encode("1.3.6.1.2.1.43.11")
PRINTER: Mib = {
    "1.3.6.1.2.1.1.1.0": (ber.OCTETS, b"a printer"),
    "1.3.6.1.2.1.1.2.0": (ber.OBJECT_ID, oid.encode("1.3.6.1.4.1.11.2.3.9.1")),
    UPTIME: (ber.TIME_TICKS, 360_000),
    **{f"1.3.6.1.2.1.43.8.2.1.{column}.1.1": (ber.INTEGER, it) for column, it in ((9, 500), (10, 250))},
    "1.3.6.1.2.1.25.3.5.1.2.1": (ber.OCTETS, b"\x04\x00"),  # jammed
    **{
        f"1.3.6.1.2.1.43.11.1.1.{column}.1.1": (ber.INTEGER, it)
        for column, it in ((4, 3), (5, 3), (7, 19), (8, 100), (9, 40))
    },
}


@pytest.mark.parametrize("from_the_start", [True, False])
def test_a_table_that_is_never_answered_costs_no_other_table_its_values(*, from_the_start: bool) -> None:
    silent = from_the_start

    def about(device: Agent, data: bytes, send: Send) -> None:
        names = [name for name, _, _ in codec.decode(data).varbinds]
        if not silent or not any(name.startswith(SUPPLIES) for name in names):
            honest(device, data, send)

    async def main() -> tuple[list[Observation], list[int]]:
        nonlocal silent
        async with agent(PRINTER, about) as device:
            collector = SnmpCollector(now=lambda: AT)
            await collector.start()
            settings = SnmpSettings(port=device.port, timeout=0.3, retries=0)
            target = Target("p:telemetry", "p", Kind.TELEMETRY, Way.SNMP, "127.0.0.1", 60.0, settings)
            seen, asked = [], []
            for becomes in (from_the_start, True, True, False):
                silent, before = becomes, len(device.asked)
                seen.append(await collector.poll(target))
                asked.append(len(device.asked) - before)
            await collector.close()
            return seen, asked

    seen, asked = asyncio.run(main())
    for number, one in enumerate(seen):
        its = values(one)
        assert its.get(("printer_error", "jammed")) == 1, (number, one.detail, its)
        assert its["printer_tray_ratio", "1.1"] == pytest.approx(0.5), number
    for one in seen[1:3]:
        assert one.outcome is Outcome.UNEXPECTED
        assert one.detail == "answered only in part: supplies: no answer"
        assert not any(key[0] == "printer_supply_ratio" for key in values(one))
    assert asked[2] <= 8, "a piece each, and the silent one once"
    assert (seen[3].outcome, seen[3].detail) == (Outcome.OK, "")
    assert values(seen[3])["printer_supply_ratio", "1.1", "toner"] == pytest.approx(0.4)
