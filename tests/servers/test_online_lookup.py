"""A DNS check against a resolver that answers well, wrongly, slowly, or to do harm; all asked at once."""

import asyncio
import socket
from functools import cache
from typing import Any

import pytest

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.online.lookup import LookupCollector
from collectors.online.reason import Reason
from collectors.settings import DnsSettings
from mppmon.clock import Clock
from tests.servers.dns_fakes import resolver

pytestmark = pytest.mark.server

TIMEOUT = 0.9
LATE = 0.4  # what a busy test machine may add
OURS = {"addresses": ("10.20.0.0/16",)}
GONE = {"expected": "nxdomain"}
OK, WRONG, TIME = Outcome.OK, Outcome.UNEXPECTED, Outcome.TIMEOUT

CASES: dict[str, tuple[str, dict[str, Any], Outcome, str]] = {
    "any address": ("good", {}, OK, ""),
    "its address": ("good", OURS, OK, ""),
    "its address over an alias": ("alias", OURS, OK, ""),
    "asked again when a datagram is lost": ("lost", OURS, OK, ""),
    "by TCP what does not fit": ("long", OURS, OK, ""),
    "no such name, as wanted": ("absent", GONE, OK, ""),
    "led to the provider's page": ("other", OURS, WRONG, Reason.OTHER_ADDRESS),
    "led there now and then": ("mixed", OURS, WRONG, Reason.OTHER_ADDRESS),
    "a name that is not there led there": ("other", GONE, WRONG, Reason.NAME_INVENTED),
    "an address of another name": ("stray", OURS, WRONG, Reason.NAME_EMPTY),
    "no such name": ("absent", OURS, WRONG, Reason.NAME_UNKNOWN),
    "no such record": ("empty", {}, WRONG, Reason.NAME_EMPTY),
    "SERVFAIL": ("failing", {}, WRONG, Reason.RESOLVER_FAILING),
    "REFUSED": ("refusing", {}, WRONG, Reason.RESOLVER_REFUSES),
    "another id": ("forged", OURS, TIME, Reason.RESOLVER_SILENT),
    "silent": ("silent", {}, TIME, Reason.RESOLVER_SILENT),
    "a name that goes round": ("loop", {}, WRONG, Reason.DAMAGED),
    "aliases that go round": ("ring", {}, WRONG, Reason.DAMAGED),
    "a record that is cut": ("short", {}, WRONG, Reason.DAMAGED),
    "an address of eight bytes": ("lengthy", {}, WRONG, Reason.DAMAGED),
    "65,535 records told, one there": ("many", {}, WRONG, Reason.DAMAGED),
    "64,000 bytes by TCP": ("huge", {}, WRONG, Reason.DAMAGED),
    "cut by TCP too": ("still-cut", {}, WRONG, Reason.DAMAGED),
    "dripping by TCP": ("drip", {}, TIME, Reason.TOO_SLOW),
    "half by TCP": ("half", {}, WRONG, Reason.BROKEN_OFF),
}


@cache
def seen() -> dict[str, Observation]:
    """Ask all of them once, at the same time."""

    async def story() -> dict[str, Observation]:
        collector = LookupCollector(now=Clock().now)
        async with resolver() as port:
            try:
                asked = [
                    collector.poll(target(port, f"{name}.pusat.go.id", **settings))
                    for name, settings, _, _ in CASES.values()
                ]
                return dict(zip(CASES, await asyncio.gather(*asked), strict=True))
            finally:
                await collector.close()

    return asyncio.run(story())


def target(port: int, name: str, **settings: Any) -> Target:  # noqa: ANN401  # DnsSettings checks them
    given = DnsSettings(name=name, port=port, timeout=TIMEOUT, **settings)
    return Target("dns:telemetry", "dns", Kind.TELEMETRY, Way.LOOKUP, "127.0.0.1", 60.0, given)


@pytest.mark.parametrize("case", CASES)
def test_each_is_told_apart(case: str) -> None:
    _, _, outcome, reason = CASES[case]
    said = seen()[case]
    assert (said.outcome, said.reason) == (outcome, reason), said.detail
    assert said.seconds < TIMEOUT + LATE
    values = dict(zip(said.schema.series, said.values, strict=True))
    if outcome is OK:
        assert values["mppmon_online_ok", ()] == 1
        assert 0 < values["mppmon_online_seconds", (("phase", "dns"),)] <= said.seconds
    else:
        assert said.values == ((0.0,) if outcome is WRONG else ())
        assert said.detail


def test_what_was_found_is_said() -> None:
    assert seen()["led there now and then"].detail == "found 10.20.0.7, 203.0.113.9, expected 10.20.0.0/16"


def test_a_closed_port_is_refused() -> None:
    async def story() -> Observation:
        collector = LookupCollector(now=Clock().now)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
        try:
            return await collector.poll(target(port, "good.pusat.go.id"))
        finally:
            await collector.close()

    said = asyncio.run(story())
    assert (said.outcome, said.reason) == (Outcome.REFUSED, Reason.REFUSED)
