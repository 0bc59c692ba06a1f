"""net-snmp's own agent, by v1 and v2c, with its own tools as the second opinion."""

import asyncio
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.settings import SnmpSettings
from collectors.snmp.collector import SnmpCollector
from tests.servers.snmp_servers import snmpd

pytestmark = pytest.mark.server

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
VERSIONS = ("1", "2c")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with snmpd(tmp_path_factory.mktemp("snmpd")) as port:
        yield port


def poll(
    port: int, version: str, *, community: str = "inside", kind: Kind = Kind.TELEMETRY, timeout: float = 5.0
) -> Observation:
    async def main() -> Observation:
        collector = SnmpCollector(now=lambda: AT)
        await collector.start()
        try:
            settings = SnmpSettings.model_validate(
                {"version": version, "port": port, "community": SecretStr(community), "timeout": timeout, "retries": 0}
            )
            target = Target("gw:x", "gw", kind, Way.SNMP, "127.0.0.1", 60.0, settings)
            first = await collector.poll(target)
            return first if first.outcome is not Outcome.OK else await collector.poll(target)
        finally:
            await collector.close()

    return asyncio.run(main())


def by_net_snmp(port: int, oid: str) -> Mapping[str, str]:
    """Return index -> value of a column as snmpbulkwalk prints it."""
    command = ["snmpbulkwalk", "-v2c", "-c", "inside", "-Onqe", f"127.0.0.1:{port}", oid]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    pairs = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return {name.removeprefix(f".{oid}."): value.strip().strip('"') for name, value in pairs}


def interfaces(observation: Observation, metric: str) -> dict[str, float]:
    return {
        labels[0][1]: value for name, labels, value in observation.samples() if name == f"mppmon_interface_{metric}"
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_interfaces_as_net_snmp_reads_them(port: int, version: str) -> None:
    seen = poll(port, version)
    assert (seen.outcome, seen.detail) == (Outcome.OK, "")
    admin, oper = (by_net_snmp(port, f"1.3.6.1.2.1.2.2.1.{column}") for column in (7, 8))
    assert interfaces(seen, "admin_up") == {index: float(value == "1") for index, value in admin.items()}
    assert interfaces(seen, "oper_up") == {index: float(value == "1") for index, value in oper.items()}
    speeds = by_net_snmp(port, "1.3.6.1.2.1.2.2.1.5")
    assert interfaces(seen, "speed_bytes_per_second") == {
        i: float(v) / 8 for i, v in speeds.items() if v not in {"0", "4294967295"}
    }
    names = by_net_snmp(port, "1.3.6.1.2.1.2.2.1.2")
    texts = dict(seen.texts)
    assert {index: texts[f"ports.{index}.description"] for index in names} == dict(names)
    before = by_net_snmp(port, "1.3.6.1.2.1.31.1.1.1.6")
    received = interfaces(poll(port, version), "receive_bytes_total")
    after = by_net_snmp(port, "1.3.6.1.2.1.31.1.1.1.6")
    if version == "2c":  # v1 has no 64-bit counters
        assert all(int(before[index]) <= value <= int(after[index]) for index, value in received.items())
    assert set(received) == set(before)


@pytest.mark.parametrize("version", VERSIONS)
def test_liveness(port: int, version: str) -> None:
    seen = poll(port, version, kind=Kind.LIVENESS)
    assert seen.outcome is Outcome.OK
    assert seen.seconds < 1.0


@pytest.mark.parametrize("version", VERSIONS)
def test_a_wrong_community_is_met_with_silence_and_not_told_to_anyone(port: int, version: str) -> None:
    seen = poll(port, version, community="outside", timeout=0.3)
    assert seen.outcome is Outcome.TIMEOUT
    assert "outside" not in repr(seen)


def test_uptime_and_identity(port: int) -> None:
    seen = poll(port, "2c")
    uptime = next(value for name, _, value in seen.samples() if name == "mppmon_device_uptime_seconds")
    assert 0 < uptime < 600
    texts = dict(seen.texts)
    assert texts["sysdescr"].startswith("Linux")
    assert "vendor" not in texts  # net-snmp's number names software, not who made the machine


def test_a_stopped_agent_is_refused(tmp_path: Path) -> None:
    with snmpd(tmp_path) as port:
        assert poll(port, "2c", kind=Kind.LIVENESS).outcome is Outcome.OK
    assert poll(port, "2c", kind=Kind.LIVENESS).outcome is Outcome.REFUSED
