"""Ask one address once, without an inventory: `mppmon poll ADDRESS[:PORT] --community NAME`."""

from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from collectors.collector import Kind, Now, Target, Way
from collectors.observation import Observation
from collectors.settings import SnmpSettings
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.meaning import meaning

IDENTITY = ("kind", "vendor", "model", "serial", "profile")
_RETRIES = 2  # a first reading is several requests, and a person waits


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
    """Identify and read the device at `address`. Never raises for what it does or does not answer."""
    settings = SnmpSettings(
        version=version, port=port, community=SecretStr(community), timeout=timeout, retries=_RETRIES
    )
    collector = SnmpCollector(now=now)
    await collector.start()
    try:
        target = Target(f"{address}:{Kind.TELEMETRY}", address, Kind.TELEMETRY, Way.SNMP, address, 60.0, settings)
        return Probe(await collector.poll(target))
    finally:
        await collector.close()


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
