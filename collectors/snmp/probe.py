"""Ask one address once, without an inventory: `mppmon poll ADDRESS[:PORT] --community NAME`, or `--v3-user NAME`."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from collectors.collector import Kind, Now, Target, Way
from collectors.observation import Observation
from collectors.settings import SnmpSettings
from collectors.snmp.child.process import Child
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.meaning import meaning
from collectors.snmp.wire.errors import Local

IDENTITY = ("kind", "vendor", "model", "serial", "profile")
_RETRIES = 2  # a first reading is several requests, and a person waits
_CHILD_WITHIN = 20.0  # seconds for the process that speaks SNMPv3 to come up, before the device's time begins


@dataclass(frozen=True, slots=True)
class Probe:
    """What one asking told."""

    observation: Observation

    def as_dict(self) -> dict[str, object]:
        """Return the JSON of `mppmon poll`."""
        return describe(self.observation)


async def probe(
    address: str,
    port: int,
    *,
    community: str,
    version: Literal["1", "2c"] = "2c",
    timeout: float = 2.0,  # noqa: ASYNC109  # per request; the whole ends at three times that
    now: Now,
) -> Probe:
    """Identify and read the device at `address` by v1 or v2c, see `probe_by`."""
    settings = SnmpSettings(version=version, port=port, community=SecretStr(community), timeout=timeout)
    return await probe_by(settings, address, now=now)


async def probe_by(settings: SnmpSettings, address: str, *, now: Now) -> Probe:
    """Identify and read the device at `address`. Never raises for what it does or does not answer."""
    settings = settings.model_copy(update={"retries": _RETRIES})
    child = Child() if settings.version == "3" else None
    running = asyncio.create_task(child.run(), name="snmp-child") if child is not None else None
    collector = SnmpCollector(now=now, child=child)
    await collector.start()
    try:
        if child is not None:
            with suppress(Local):  # the poll says so then
                await child.ready(asyncio.get_running_loop().time() + _CHILD_WITHIN)
        target = Target(f"{address}:{Kind.TELEMETRY}", address, Kind.TELEMETRY, Way.SNMP, address, 60.0, settings)
        return Probe(await collector.poll(target))
    finally:
        await collector.close()
        if child is not None and running is not None:
            await child.close()
            await asyncio.gather(running, return_exceptions=True)


def describe(observation: Observation) -> dict[str, object]:
    """Return an observation of telemetry as `mppmon poll` prints it. Levels are ratios, 0 to 1."""
    texts = dict(observation.texts)
    return {
        "identity": {key: texts.get(key) or ("unknown" if key == "kind" else None) for key in IDENTITY},
        "outcome": str(observation.outcome),
        "detail": observation.detail,
        "seconds": round(observation.seconds, 4),
        "samples": [
            {"name": name, "labels": dict(labels), "value": value} for name, labels, value in observation.samples()
        ],
        "meaning": meaning(observation),
    }
