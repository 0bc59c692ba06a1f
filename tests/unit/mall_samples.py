"""Small malls and instants for the tests of the pure rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from mppmon.mall.model import Agency, Counter, Device, DeviceKind, Mall, Offer, Service, Site, Uplink

START = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """Return the instant so many seconds after START."""
    return START + timedelta(seconds=seconds)


def device(  # every part of a device may matter to a rule
    name: str,
    *parents: str,
    kind: DeviceKind = DeviceKind.SWITCH,
    via: str | None = None,
    outside: bool = False,
    address: str | None = "127.0.0.1",
    power: tuple[str, ...] = (),
) -> Device:
    """Return a device named as its id."""
    return Device(name, kind, name, parents=parents, power=power, via=via, outside=outside, address=address)


def mall(
    devices: Iterable[Device],
    *,
    services: Sequence[Service] = (),
    counters: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
    uplink: Uplink | None = None,
) -> Mall:
    """Return a mall of one agency, whose counters (id -> roles) all offer every service."""
    offers = tuple(Offer(service.id, 12.0) for service in services)
    return Mall(
        Site("mall", "Mall", "Asia/Jakarta", uplink),
        {"dukcapil": Agency("dukcapil", "Dinas Kependudukan", "Disdukcapil")},
        {service.id: service for service in services},
        {
            name: Counter(name, f"Loket {name.upper()}", "dukcapil", "Lt. 1", roles, offers)
            for name, roles in (counters or {}).items()
        },
        {one.id: one for one in devices},
    )
