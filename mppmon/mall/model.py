"""The nouns of a mall, from site to device, and the transition.

Plain immutable records; `Mall` is the index over them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property


class State(StrEnum):
    """Of a device's reach and of its function."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class Delivery(StrEnum):
    """Of a service at a counter."""

    DELIVERED = "delivered"
    DEGRADED = "degraded"
    INTERRUPTED = "interrupted"
    UNKNOWN = "unknown"


class DeviceKind(StrEnum):
    """Closed list of DESIGN section 1."""

    PC = "pc"
    PRINTER = "printer"
    CARD_PRINTER = "card-printer"
    RECEIPT_PRINTER = "receipt-printer"
    SCANNER = "scanner"
    KIOSK = "kiosk"
    DISPLAY = "display"
    SWITCH = "switch"
    ROUTER = "router"
    ACCESS_POINT = "access-point"
    UPS = "ups"
    CAMERA = "camera"
    SERVER = "server"
    ONLINE_SYSTEM = "online-system"
    PERIPHERAL = "peripheral"
    PASSIVE = "passive"


class ExpectedOn(StrEnum):
    """When a device has to be on."""

    ALWAYS = "always"
    SERVICE_HOURS = "service-hours"


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open interval `[start, end)`, aware UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Agency:
    """An *instansi* with counters in the mall."""

    id: str
    name: str
    short: str


@dataclass(frozen=True, slots=True)
class Service:
    """What a citizen comes for (*layanan*). `needs`: roles without which it is interrupted; `uses`: roles without
    which it is
    degraded; `systems`: devices (online systems) it needs wherever it is delivered.
    """

    id: str
    name: str
    agency: str
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """One service at one counter: how many citizens an hour it serves there."""

    service: str
    citizens_per_hour: float


@dataclass(frozen=True, slots=True)
class Counter:
    """A *loket*: `roles` maps a role to the devices that fill it (one of them is enough)."""

    id: str
    name: str
    agency: str
    place: str
    roles: Mapping[str, tuple[str, ...]]
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Device:
    """A thing in the inventory. `parents`: what it needs to be reachable, `power`: what feeds it; several of either are
    redundant. `via`: the PC a peripheral hangs on. `agency`: None when it belongs to the mall. `outside`: beyond the
    mall's own line. `pushes`: nobody asks it, it sends by itself.
    """

    id: str
    kind: DeviceKind
    name: str
    place: str = ""
    agency: str | None = None
    parents: tuple[str, ...] = ()
    power: tuple[str, ...] = ()
    via: str | None = None
    expected_on: ExpectedOn = ExpectedOn.ALWAYS
    address: str | None = None
    outside: bool = False
    pushes: bool = False


@dataclass(frozen=True, slots=True)
class Uplink:
    """The mall's own line: a device of its own, judged by the gateway and the anchors beyond it. Cut = gateway up
    (or down)
    and every anchor unreachable: what is outside is unknown, nobody's downtime. `hop` (the provider's first router) and
    `resolver` tell whose fault it is.
    """

    device: str
    gateway: str | None
    anchors: tuple[str, ...]
    hop: str | None = None
    resolver: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """One mall."""

    id: str
    name: str
    timezone: str
    uplink: Uplink | None = None


Delivered = tuple[str, str]
"""Key of a service at a counter: `(service, counter)`."""


def delivery_subject(service: str, counter: str) -> str:
    """Return the subject of a service at a counter: `ktp@a3`."""
    return f"{service}@{counter}"


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of `<device>/reach`, `<device>/function` or `<service>@<counter>`, recorded once.

    `at`: the first disagreeing observation. `decided_at`: when it was confirmed. `cause`: subject of what caused it
    (`sw-core/function`), or a word for our own blindness (`daemon-off`, `uplink`, `start`). `agency` scopes who may
    read it.
    """

    id: str
    subject: str
    old: str
    new: str
    at: datetime
    decided_at: datetime
    cause: str
    revision: str
    agency: str | None = None


@dataclass(frozen=True)
class Mall:
    """Everything the inventory says, indexed. Built and validated by `mppmon.config`; references are known to be
    good.
    """

    site: Site
    agencies: Mapping[str, Agency]
    services: Mapping[str, Service]
    counters: Mapping[str, Counter]
    devices: Mapping[str, Device]
    hours: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Service hours as plain spans, by `service@counter`, counter, and site id; resolved by config for a window of
    days."""
    planned: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    """Maintenance that was announced, by `service@counter` that hangs on what is worked on; resolved likewise."""

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """Device -> the devices that name it as parent, `power` or `via`."""
        found: dict[str, list[str]] = {}
        for device in self.devices.values():
            for above in dict.fromkeys((*device.parents, *device.power, *((device.via,) if device.via else ()))):
                found.setdefault(above, []).append(device.id)
        return {above: tuple(below) for above, below in found.items()}

    @cached_property
    def places(self) -> Mapping[str, tuple[str, ...]]:
        """Device -> the counters that have it in a role."""
        found: dict[str, list[str]] = {}
        for counter in self.counters.values():
            for device in {one for many in counter.roles.values() for one in many}:
                found.setdefault(device, []).append(counter.id)
        return {device: tuple(counters) for device, counters in found.items()}
