"""The one interface of every way of asking."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from collectors.observation import Observation
from collectors.settings import AgentSettings, DnsSettings, HttpSettings, LivenessSettings, NutSettings, SnmpSettings


class Kind(StrEnum):
    """The two kinds of check."""

    LIVENESS = "liveness"  # cheap, every 10 s
    TELEMETRY = "telemetry"  # full, every 60 s


class Way(StrEnum):
    """How a check asks."""

    ICMP = "icmp"
    TCP = "tcp"
    SNMP = "snmp"
    AGENT = "agent"
    HTTP = "http"
    NUT = "nut"
    DNS = "dns"
    LOOKUP = "lookup"
    PUSH = "push"  # nobody asks: it sends by itself


Settings = SnmpSettings | AgentSettings | HttpSettings | DnsSettings | LivenessSettings | NutSettings


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask, and how. `check` is `<device>:<kind>`; `address` a name or an IP address (for `http` unused: the
    URL says).

    `parts` are the ids of the peripherals expected behind this PC. `formerly`: former id and id of now, of these and of
    the online systems it looks at: the PC's own file may still say the former. For `push` the
    address is empty, and `interval` is that between two of its messages.
    """

    check: str
    device: str
    kind: Kind
    way: Way
    address: str
    interval: float
    settings: Settings
    parts: tuple[str, ...] = ()
    formerly: tuple[tuple[str, str], ...] = ()


class Now(Protocol):
    """The clock, as the collectors see it: `Clock.now` of the daemon, aware UTC."""

    def __call__(self) -> datetime: ...


class Collector(Protocol):
    """One way of asking. `poll` never raises for anything the device or the network does: that is an Outcome.

    It runs in the poll loop; what blocks goes to a bounded thread pool inside the collector. Cancelling is allowed.
    """

    async def poll(self, target: Target) -> Observation: ...

    async def close(self) -> None: ...
