"""Cross-checks of devices: references, cycles, and whether each can be asked the way it says."""

from graphlib import CycleError, TopologicalSorter

from collectors.snmp.library import builtin
from mppmon.config.check_nut import check_nut
from mppmon.config.check_online import check_dns, check_http
from mppmon.config.draft import Draft
from mppmon.config.problem import listed, nearest, quoted
from mppmon.config.settings import DeviceSettings, DevicesFile
from mppmon.mall.model import DeviceKind

FILE = "devices.yaml"
_WAYS = ("snmp", "agent", "http", "dns", "nut")
_FED = frozenset(
    {
        DeviceKind.PRINTER,
        DeviceKind.CARD_PRINTER,
        DeviceKind.RECEIPT_PRINTER,
        DeviceKind.SCANNER,
        DeviceKind.CAMERA,
        DeviceKind.ONLINE_SYSTEM,
        DeviceKind.PERIPHERAL,
    }
)
"""What nothing takes its power from: named as `power`, each of its faults would explain away those of what it feeds."""


def pushes(device: DeviceSettings) -> bool:
    """Whether nobody asks it: it sends (`mppmon.config.check_push`)."""
    return device.agent is not None and device.agent.push is not None


def check_devices(draft: Draft) -> None:
    """Judge every device."""
    if draft.devices is None:
        return
    for slug, device in draft.devices.devices.items():
        _references(draft, slug, device)
        _asking(draft, slug, device)
        _liveness(draft, slug, device)
        _secrets(draft, slug, device)
        _queues(draft, slug, device)
    _profiles(draft, draft.devices)
    _cycles(draft, draft.devices.devices)
    _twins(draft, draft.devices.devices)


def _references(draft: Draft, slug: str, device: DeviceSettings) -> None:
    path = ("devices", slug)
    if device.agency is not None:
        draft.refer(FILE, (*path, "agency"), device.agency, "agencies")
    for index, parent in enumerate(device.parents):
        draft.refer(FILE, (*path, "parents", index), parent, "devices")
    for index, source in enumerate(device.power):
        _source(draft, (*path, "power", index), source)
    if device.via is None:
        if device.kind is DeviceKind.PERIPHERAL:
            draft.error(FILE, (*path, "via"), "nothing", "`via: <the PC that it is plugged into>`")
        return
    if not draft.refer(FILE, (*path, "via"), device.via, "devices") or draft.devices is None:
        return
    above = draft.devices.devices.get(device.via)
    if above is not None and above.kind not in {DeviceKind.PC, DeviceKind.KIOSK}:
        draft.error(FILE, (*path, "via"), f"{quoted(device.via)}, a {above.kind.value}", "a device of kind pc or kiosk")
    elif above is not None and above.agent is None:
        draft.warn(
            FILE,
            (*path, "via"),
            f"{quoted(device.via)}, which has no agent",
            f"`agent: {{}}` at {device.via}, once one runs there (docs/agent.md). It can wait; unknown until then",
        )


def _source(draft: Draft, path: tuple[str | int, ...], source: str) -> None:
    if not draft.refer(FILE, path, source, "devices") or draft.devices is None:
        return
    kind = draft.devices.devices[source].kind if source in draft.devices.devices else None
    if kind in _FED:
        found = f"{quoted(source)}, a {kind.value}, which feeds nothing"
        draft.warn(FILE, path, found, "a ups, a passive device (a breaker), or a switch that feeds by its cable")


def _asking(draft: Draft, slug: str, device: DeviceSettings) -> None:
    path = ("devices", slug)
    ways = [way for way in _WAYS if getattr(device, way) is not None]
    unasked = (
        "a passive device, which cannot be asked"
        if device.kind is DeviceKind.PASSIVE
        else "a device seen through its PC"
        if device.via is not None
        else None
    )
    if unasked is not None:
        for key in (*ways, *(("address",) if device.address is not None else ())):
            draft.error(FILE, (*path, key), f"`{key}` of {unasked}", f"no line `{key}`", key=True)
        return
    _of_kind(draft, path, device)
    if len(ways) > 1:
        draft.error(FILE, (*path, ways[1]), " and ".join(ways), f"only one of {', '.join(_WAYS)}", key=True)
    for index, system in enumerate(device.agent.systems if device.agent else ()):
        draft.refer(FILE, (*path, "agent", "systems", index), system, "devices")
    if device.http is not None:
        check_http(draft, (*path, "http"), device.http)
        if device.address is not None:
            draft.error(
                FILE, (*path, "address"), "`address` beside `http`", "no line `address`: the url says it", key=True
            )
    elif device.kind is DeviceKind.ONLINE_SYSTEM and device.address is None:
        draft.error(FILE, path, "neither `http` nor `address`", "`http: {url: https://...}`", key=True)
    elif device.address is None and device.kind is not DeviceKind.PERIPHERAL and not pushes(device):
        draft.error(
            FILE, path, "no address", "`address: <IP address>`, or `via: <its PC>`, or `kind: passive`", key=True
        )


def _of_kind(draft: Draft, path: tuple[str, str], device: DeviceSettings) -> None:
    """Judge the ways that only some kinds of devices have."""
    if device.nut is not None:
        check_nut(draft, (*path, "nut"), device.nut, device.kind)
    if device.dns is not None:
        check_dns(draft, (*path, "dns"), device.dns, device.kind)


def _liveness(draft: Draft, slug: str, device: DeviceSettings) -> None:
    path = ("devices", slug, "liveness", "way")
    way = device.liveness.way
    if way == "snmp" and device.snmp is None and device.address is not None:
        draft.error(
            FILE, path, "'snmp' without snmp settings", "`snmp: {}` beside `liveness`, not in it, or `way: auto`"
        )
    if (
        way == "tcp"
        and device.liveness.port is None
        and device.agent is None
        and device.nut is None
        and device.http is None
    ):
        draft.error(FILE, path, "'tcp' without a port", "`port:` beside it, such as `port: 443`")


def _queues(draft: Draft, slug: str, device: DeviceSettings) -> None:
    devices = draft.devices.devices if draft.devices else {}
    for part in device.agent.queues if device.agent is not None else ():
        path = ("devices", slug, "agent", "queues", part)
        if draft.refer(FILE, path, part, "devices") and devices[part].via != slug:
            draft.error(FILE, path, quoted(part), f"a device with `via: {slug}`")


def _secrets(draft: Draft, slug: str, device: DeviceSettings) -> None:
    if device.agent is not None and device.agent.pin is not None and device.agent.scheme == "http":
        path = ("devices", slug, "agent", "scheme")
        draft.error(FILE, path, "'http' beside a `pin`", "no line `scheme`: only TLS has a pin")
    if device.snmp is None or device.snmp.community_file is not None:
        return
    if device.snmp.community.get_secret_value() != "public":
        path = ("devices", slug, "snmp", "community")
        draft.warn(FILE, path, "a community that is not 'public'", "`community_file: <file>`: it may be a secret")


def _profiles(draft: Draft, file: DevicesFile) -> None:
    settings = {("devices", slug): one.snmp for slug, one in file.devices.items()}
    named = {path: snmp.profile for path, snmp in settings.items() if snmp is not None and snmp.profile is not None}
    if not named or draft.profiles_unread:
        return
    known = (draft.profiles or builtin()).by_name
    for path, name in named.items():
        if name not in known:
            meant = nearest(name, known)
            draft.error(
                FILE,
                (*path, "snmp", "profile"),
                quoted(name),
                "the name of a profile" if meant else listed(known),
                meant,
            )


def _cycles(draft: Draft, devices: dict[str, DeviceSettings]) -> None:
    above = {
        slug: {one for one in (*device.parents, *device.power, device.via) if one is not None and one in devices}
        for slug, device in devices.items()
    }
    while True:
        try:
            TopologicalSorter(above).prepare()
        except CycleError as error:
            ring: list[str] = error.args[1]  # each is above the next
            child, parent = ring[1], ring[0]
            its = devices[child]
            key = "via" if its.via == parent else "parents" if parent in its.parents else "power"
            draft.error(
                FILE,
                ("devices", child, key),
                f"a circle {' -> '.join(reversed(ring))}",
                "`power` that is nearer to the source than this device"
                if key == "power"
                else "`parents` that are nearer to the internet or the power than this device",
                key=True,
            )
            above[child].discard(parent)
        else:
            return


def _twins(draft: Draft, devices: dict[str, DeviceSettings]) -> None:
    """Two devices behind one address and port are mostly one line copied and not changed."""
    seen: dict[tuple[str, int], str] = {}
    for slug, device in devices.items():
        way = device.snmp or device.agent
        if way is None or device.address is None:
            continue
        first = seen.setdefault((device.address, way.port), slug)
        if first != slug:
            found = f"{quoted(device.address)} port {way.port} like {first}"
            draft.warn(FILE, ("devices", slug, "address"), found, "an address of its own")
