"""Cross-checks of site, agencies, services and counters."""

from functools import cache
from zoneinfo import available_timezones

from mppmon.config.draft import Draft
from mppmon.config.guess import zone
from mppmon.config.problem import nearest, quoted
from mppmon.config.settings import AgencySettings, CounterSettings, ServiceSettings, UplinkSettings
from mppmon.config.tree import Path as KeyPath
from mppmon.mall.model import DeviceKind

_FEW = 5  # names that a warning lists
_ZONES = "a zone: Asia/Jakarta (WIB), Asia/Makassar (WITA), Asia/Jayapura (WIT)"


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # opens some six hundred files


def check_mall(draft: Draft) -> None:
    """Judge what site, agencies and counters say of each other and of devices."""
    _site(draft)
    _agencies(draft)
    _counters(draft)
    _own_ids(draft)


def _site(draft: Draft) -> None:
    if draft.site is None:
        return
    site = draft.site.site
    if site.timezone not in _zones():
        hint = zone(site.timezone) or nearest(site.timezone, _zones())
        draft.error("site.yaml", ("site", "timezone"), quoted(site.timezone), _ZONES, hint)
    if draft.site.hours.open is None and not draft.wrote("site.yaml", ("hours", "open")):
        draft.error(
            "site.yaml",
            ("hours", "open"),
            "nothing",
            "`open:` and below it the service hours, such as `mon-fri: 08:00-15:30`",
        )
    if site.uplink is None:
        draft.warn(
            "site.yaml", ("site",), "no uplink", "gateway and anchors, else a cut line looks like everybody's outage"
        )
        return
    _uplink(draft, site.uplink)


def _uplink(draft: Draft, uplink: UplinkSettings) -> None:
    path = ("site", "uplink")
    if draft.refer("site.yaml", (*path, "device"), uplink.device, "devices"):
        _kind(draft, (*path, "device"), uplink.device, DeviceKind.PASSIVE)
    if uplink.gateway is not None and draft.refer("site.yaml", (*path, "gateway"), uplink.gateway, "devices"):
        _polled(draft, (*path, "gateway"), uplink.gateway, outside=False)
    if uplink.hop is not None and draft.refer("site.yaml", (*path, "hop"), uplink.hop, "devices"):
        _polled(draft, (*path, "hop"), uplink.hop, outside=True)
    if uplink.resolver is not None and draft.refer("site.yaml", (*path, "resolver"), uplink.resolver, "devices"):
        _resolves(draft, (*path, "resolver"), uplink.resolver)
    for index, anchor in enumerate(uplink.anchors):
        if draft.refer("site.yaml", (*path, "anchors", index), anchor, "devices"):
            _polled(draft, (*path, "anchors", index), anchor, outside=True)


def _kind(draft: Draft, path: KeyPath, device: str, kind: DeviceKind) -> None:
    found = draft.devices.devices.get(device) if draft.devices else None
    if found is not None and found.kind is not kind:
        draft.error(
            "site.yaml",
            path,
            f"{quoted(device)}, a {found.kind.value}",
            f"a device of kind {kind.value}, which stands for the line",
        )


def _resolves(draft: Draft, path: KeyPath, device: str) -> None:
    found = draft.devices.devices.get(device) if draft.devices else None
    if found is not None and found.liveness.way != "dns" and found.dns is None:
        expected = "`liveness: {way: dns}` there, or `dns: {name: ...}`"
        draft.error("site.yaml", path, f"{quoted(device)}, which is not asked by DNS", expected)


def _polled(draft: Draft, path: KeyPath, device: str, *, outside: bool) -> None:
    found = draft.devices.devices.get(device) if draft.devices else None
    if found is None:
        return
    if found.address is None and found.http is None:
        draft.error("site.yaml", path, f"{quoted(device)}, which has no address", "a device that is polled")
    if found.outside is not outside:
        place = "that stands outside the mall and has `outside: true`" if outside else "inside the mall"
        draft.error("site.yaml", path, quoted(device), f"a device {place}")


def _agencies(draft: Draft) -> None:
    if draft.agencies is None:
        return
    owners: dict[str, str] = {}
    offered = {
        service for one in (draft.counters.counters if draft.counters else {}).values() for service in one.services
    }
    for agency, settings in draft.agencies.agencies.items():
        for service, its in settings.services.items():
            path = ("agencies", agency, "services", service)
            if service in owners:
                draft.error(
                    "agencies.yaml",
                    path,
                    f"{quoted(service)} again",
                    f"another id: {owners[service]} has a service with this id",
                    key=True,
                )
            owners.setdefault(service, agency)
            if draft.counters is not None and service not in offered:
                draft.warn(
                    "agencies.yaml", path, "a service of no counter", "a counter in counters.yaml that offers it"
                )
            _systems(draft, path, its)
        _loose(draft, agency, settings)
    _owned(draft)


def _owned(draft: Draft) -> None:
    """Warn of online systems whose faults would be said to be the mall's, though one agency alone needs them."""
    users: dict[str, set[str]] = {}
    for agency, settings in (draft.agencies.agencies if draft.agencies else {}).items():
        for service in settings.services.values():
            for system in service.systems:
                users.setdefault(system, set()).add(agency)
    for system, found in (draft.devices.devices if draft.devices else {}).items():
        agencies = users.get(system, set())
        if found.kind is DeviceKind.ONLINE_SYSTEM and found.agency is None and len(agencies) == 1:
            (agency,) = agencies
            expected = f"`agency: {agency}`: else its faults are said to be the mall's own"
            draft.warn("devices.yaml", ("devices", system), f"no agency, though {agency} alone needs it", expected)


def _loose(draft: Draft, agency: str, settings: AgencySettings) -> None:
    """Warn of services that hang on nothing: nothing would ever be said of them."""
    counters = draft.counters.counters if draft.counters else {}
    loose = {
        service: {counter for counter, one in counters.items() if service in one.services}
        for service, one in settings.services.items()
        if not (one.needs or one.uses or one.systems)
    }
    at = sorted(set().union(*loose.values()))
    if not at:
        return
    lacking = [counters[one].name for one in at if not counters[one].roles.get("pc")]
    known = sorted(service for service, counters_of in loose.items() if counters_of)
    expected = "`needs: [pc]` there, so that a fault shows on them"
    if lacking:
        expected += f"; no PC yet at {_few(lacking)}"
    draft.warn("agencies.yaml", ("agencies", agency, "services"), f"hanging on no device: {_few(known)}", expected)


def _few(names: list[str]) -> str:
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")


def _systems(draft: Draft, path: KeyPath, service: ServiceSettings) -> None:
    for index, system in enumerate(service.systems):
        at: KeyPath = (*path, "systems", index)
        if not draft.refer("agencies.yaml", at, system, "devices") or draft.devices is None:
            continue
        found = draft.devices.devices.get(system)
        if found is not None and found.kind not in {DeviceKind.ONLINE_SYSTEM, DeviceKind.SERVER}:
            draft.error("agencies.yaml", at, f"{quoted(system)}, a {found.kind.value}", "an online-system or server")


def _counters(draft: Draft) -> None:
    if draft.counters is None:
        return
    for counter, settings in draft.counters.counters.items():
        path = ("counters", counter)
        draft.refer("counters.yaml", (*path, "agency"), settings.agency, "agencies")
        for role, devices in settings.roles.items():
            for index, device in enumerate(devices):
                draft.refer("counters.yaml", (*path, "roles", role, index), device, "devices")
        for service in settings.services:
            if draft.refer("counters.yaml", (*path, "services", service), service, "services"):
                _offer(draft, path, settings, service)
        if not settings.services:
            draft.warn("counters.yaml", path, "a counter without services", "what is delivered there")


def _offer(draft: Draft, path: KeyPath, counter: CounterSettings, service: str) -> None:
    at = (*path, "services", service)
    for agency, settings in (draft.agencies.agencies if draft.agencies else {}).items():
        found = settings.services.get(service)
        if found is None:
            continue
        if agency != counter.agency:
            if counter.agency in (draft.known["agencies"] or ()):
                expected = f"a service of {counter.agency}, the counter's agency"
                draft.error("counters.yaml", at, f"a service of {agency}", expected, key=True)
            return  # what another agency's service needs is not needed here
        for role in found.needs:
            if role not in counter.roles:
                hint = nearest(role, counter.roles).replace("did you mean", "written as")
                draft.error(
                    "counters.yaml",
                    (*path, "roles"),
                    f"no role {role}",
                    f"`{role}: <device>` here, because the service {service} needs it",
                    hint,
                    key=True,
                )
        return


def _own_ids(draft: Draft) -> None:
    """Service hours and reports name site, agency and counter by id alone: one id must not mean two things."""
    site = {draft.site.site.id} if draft.site else set()
    agencies = draft.known["agencies"] or frozenset()
    for counter in sorted(draft.known["counters"] or ()):
        if counter in agencies or counter in site:
            draft.error(
                "counters.yaml",
                ("counters", counter),
                quoted(counter),
                "an id that no agency and no site has",
                key=True,
            )
    for agency in sorted(agencies & site):
        draft.error("agencies.yaml", ("agencies", agency), quoted(agency), "an id that is not the site's", key=True)
