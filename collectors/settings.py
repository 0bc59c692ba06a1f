"""Settings of the ways of asking, composed into the mall's YAML by `mppmon.config`.

All intervals and timeouts in seconds.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class Strict(BaseModel):
    """Immutable, and no key that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SnmpSettings(Strict):
    """SNMP v1 and v2c. A literal community is for public strings only; others come from a file (one line)."""

    version: Literal["1", "2c"] = "2c"
    port: Port = 161
    community: SecretStr = SecretStr("public")
    community_file: Path | None = None
    profile: str | None = None  # None: chosen by sysObjectID and what answers
    timeout: Seconds = 2.0
    retries: Annotated[int, Field(ge=0, le=5)] = 1
    max_repetitions: Annotated[int, Field(ge=1, le=50)] = 10


class AgentSettings(Strict):
    """A counter PC that shows Prometheus text: our agent, node_exporter or windows_exporter.

    `processes`, `services`: the names whose state is taken; others are dropped, since a label value has to come from
    the inventory. (For our agent the names of its own config; for the exporters those of systemd or Windows.)
    """

    port: Port = 9182
    path: str = "/metrics"
    scheme: Literal["http", "https"] = "http"
    token_file: Path | None = None
    timeout: Seconds = 5.0
    max_bytes: Annotated[int, Field(ge=1024, le=50_000_000)] = 5_000_000
    processes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class HttpSettings(Strict):
    """An agency's online system."""

    url: str
    method: Literal["GET", "HEAD"] = "GET"
    status: tuple[int, ...] = (200,)
    contains: str | None = None
    timeout: Seconds = 8.0
    max_bytes: Annotated[int, Field(ge=1024, le=50_000_000)] = 1_000_000
    verify: bool = True


class LivenessSettings(Strict):
    """Does it answer at all? `auto`: ICMP where we may, else TCP to `port`, else SNMP."""

    way: Literal["auto", "icmp", "tcp", "snmp"] = "auto"
    port: Port | None = None
    timeout: Seconds = 1.0


class Intervals(Strict):
    """How often. Confirmation re-polls come `confirm` seconds after the first failure."""

    liveness: Seconds = 10.0
    telemetry: Seconds = 60.0
    confirm: tuple[float, ...] = (0.5, 1.5, 3.0)
