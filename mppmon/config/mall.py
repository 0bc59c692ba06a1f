"""Judged settings -> the mall's model."""

from datetime import date

from mppmon.config.hours import resolve_hours
from mppmon.config.settings import AgenciesFile, CountersFile, DeviceSettings, DevicesFile, SiteFile, UplinkSettings
from mppmon.mall.model import Agency, Counter, Device, Mall, Offer, Service, Site, Uplink


def build_mall(
    site: SiteFile,
    agencies: AgenciesFile,
    counters: CountersFile,
    devices: DevicesFile,
    *,
    holidays: frozenset[date],
    today: date,
) -> Mall:
    """Return the mall; the settings have passed every check. `holidays`: public ones."""
    its = site.site
    uplink = _uplink(its.uplink) if its.uplink else None
    built = {slug: _counter(slug, counters) for slug in counters.counters}
    return Mall(
        site=Site(its.id, its.name, its.timezone, uplink),
        agencies={slug: Agency(slug, one.name, one.short) for slug, one in agencies.agencies.items()},
        services={
            service: Service(service, one.name, slug, one.needs, one.uses, one.systems)
            for slug, agency in agencies.agencies.items()
            for service, one in agency.services.items()
        },
        counters=built,
        devices=_devices(devices, built, uplink),
        hours=resolve_hours(site, agencies, counters, holidays=holidays, today=today),
    )


def _counter(slug: str, counters: CountersFile) -> Counter:
    one = counters.counters[slug]
    offers = tuple(Offer(service, offer.citizens_per_hour) for service, offer in one.services.items())
    return Counter(slug, one.name, one.agency, one.place, dict(one.roles), offers)


def _uplink(its: UplinkSettings) -> Uplink:
    return Uplink(its.device, its.gateway, its.anchors, its.hop, its.resolver)


def _devices(file: DevicesFile, counters: dict[str, Counter], uplink: Uplink | None) -> dict[str, Device]:
    at: dict[str, list[Counter]] = {}
    for counter in counters.values():
        for device in {one for many in counter.roles.values() for one in many}:
            at.setdefault(device, []).append(counter)
    return {slug: _device(slug, one, file, at, uplink) for slug, one in file.devices.items()}


def _device(
    slug: str, one: DeviceSettings, file: DevicesFile, at: dict[str, list[Counter]], uplink: Uplink | None
) -> Device:
    via = file.devices[one.via] if one.via is not None else None
    counters = at.get(slug) or at.get(one.via or "", [])
    parents = one.parents
    if one.outside and not parents and uplink is not None:
        parents = (uplink.device,)  # what is outside is reached through the mall's line
    return Device(
        id=slug,
        kind=one.kind,
        name=one.name,
        place=one.place or _only({counter.place for counter in counters}) or (via.place if via else None) or "",
        agency=one.agency or _only({counter.agency for counter in counters}) or (via.agency if via else None),
        parents=parents,
        power=one.power,
        via=one.via,
        expected_on=one.expected_on,
        address=one.address,
        outside=one.outside,
        pushes=one.agent is not None and one.agent.push is not None,
    )


def _only(words: set[str]) -> str | None:
    """Return the one word all agree on: what several agencies share belongs to none of them."""
    return next(iter(words)) if len(words) == 1 else None
