"""Whom to ask, and how: one liveness and one telemetry check per polled device.

Peripherals are parts of their PC's telemetry; passive devices and the uplink are not asked. A PC that pushes has one
check, by which both its reach and its readings are known; nobody polls it. An online system's
liveness is a TCP connection to its URL's host (a whole page every 10 s would be a burden to it).
"""

from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from collectors.collector import Kind, Settings, Target, Way
from collectors.settings import (
    AgentSettings,
    HttpSettings,
    LivenessSettings,
    NutSettings,
    PushDoorSettings,
    SnmpSettings,
    TrapSettings,
    TrapUserSettings,
)
from mppmon.config.settings import DeviceSettings, DevicesFile, IntervalSettings
from mppmon.config.timing import timings
from mppmon.mall.model import DeviceKind

Asked = TypeVar(
    "Asked",
    SnmpSettings,
    AgentSettings,
    HttpSettings,
    NutSettings,
    TrapSettings,
    TrapUserSettings,
    PushDoorSettings,
)
HTTP_FILES = ("ca_file", "certificate_file", "key_file", "proxy_password_file")
PUSH_FILES = ("certificate_file", "key_file")
SNMP_FILES = ("community_file", "auth_file", "priv_file")

_UNPLUGGED = 15.0
"""Seconds at most between two readings of a PC with peripherals, which nothing else can miss. Where `intervals.kinds`
says otherwise of its kind, that holds.
"""
_AGENTS = {Way.AGENT, Way.PUSH}
_WAYS = {"icmp": Way.ICMP, "tcp": Way.TCP, "snmp": Way.SNMP, "dns": Way.DNS}


def build_targets(file: DevicesFile, intervals: IntervalSettings, directory: Path) -> tuple[Target, ...]:
    """Return the targets of all polled devices, in the order of the file."""
    of_kind = timings(intervals)
    parts: dict[str, list[str]] = {}
    for slug, device in file.devices.items():
        if device.via is not None:
            parts.setdefault(device.via, []).append(slug)
    found: list[Target] = []
    shared: dict[tuple[type[Settings], str], Settings] = {}
    for slug, device in file.devices.items():
        if device.kind is DeviceKind.PASSIVE or device.via is not None:
            continue
        its, behind = of_kind[device.kind], tuple(parts.get(slug, ()))
        said = intervals.kinds.get(device.kind)
        chosen = said is not None and said.telemetry is not None
        seldom = min(its.telemetry, _UNPLUGGED) if behind and not chosen else its.telemetry
        looked_at = device.agent.systems if device.agent is not None else ()
        formerly = tuple(
            (former, one)
            for one in (*behind, *looked_at)
            for former in (file.devices[one].formerly if one in file.devices else ())
        )
        made = _targets(slug, device, its.liveness, seldom, behind, directory)
        named = (replace(one, formerly=formerly) if one.way in _AGENTS and formerly else one for one in made)
        found.extend(_sharing(one, shared) for one in named)
    return tuple(found)


def _sharing(target: Target, shared: dict[tuple[type[Settings], str], Settings]) -> Target:
    """Return the target with the settings of one before it, where they say the same: most devices of a mall are asked
    in a few ways, and a copy takes 1 KB. By their text, for not all have a hash.
    """
    settings = target.settings
    return replace(target, settings=shared.setdefault((type(settings), settings.model_dump_json()), settings))


def _targets(
    slug: str, device: DeviceSettings, often: float, seldom: float, parts: tuple[str, ...], directory: Path
) -> list[Target]:
    snmp = located(device.snmp, directory, *SNMP_FILES) if device.snmp else None
    agent = located(device.agent, directory, "token_file") if device.agent else None
    nut = located(device.nut, directory, "password_file", "ca_file") if device.nut else None
    http = located(device.http, directory, *HTTP_FILES) if device.http else None
    address = device.address or _host_port(device.http)[0]
    if agent is not None and agent.push is not None:
        every = agent.push.every
        return [Target(f"{slug}:{Kind.TELEMETRY}", slug, Kind.TELEMETRY, Way.PUSH, "", every, agent, parts)]
    way, settings = _liveness(device, snmp)
    found = [Target(f"{slug}:{Kind.LIVENESS}", slug, Kind.LIVENESS, way, address, often, settings)]
    asked: tuple[Way, Settings] | None = (
        (Way.SNMP, snmp)
        if snmp
        else (Way.AGENT, agent)
        if agent
        else (Way.NUT, nut)
        if nut
        else (Way.HTTP, http)
        if http
        else (Way.LOOKUP, device.dns)
        if device.dns
        else None
    )
    if asked is not None:
        found.append(
            Target(f"{slug}:{Kind.TELEMETRY}", slug, Kind.TELEMETRY, asked[0], address, seldom, asked[1], parts)
        )
    return found


def _liveness(device: DeviceSettings, snmp: SnmpSettings | None) -> tuple[Way, Settings]:
    """Return the way, and settings that name the TCP port wherever one is known.

    `auto` stays `auto` in them (Way.ICMP): the daemon takes TCP to `port`, or SNMP by the telemetry check's settings,
    where it may not ping. An online system is asked by TCP. By SNMP it is one quick question too: its repetition is the
    re-polls, and the verdict on what hangs on it waits for them.
    """
    its = device.liveness
    if its.way == "snmp" and snmp is not None:
        return Way.SNMP, snmp.model_copy(update={"timeout": its.timeout, "retries": 0})
    if its.way == "auto" and device.dns is not None:
        return Way.DNS, its.model_copy(update={"way": "dns", "name": device.dns.name, "port": device.dns.port})
    if its.way == "dns":
        return Way.DNS, its
    port = its.port or (one.port if (one := device.agent or device.nut) else None) or _host_port(device.http)[1]
    if its.way == "auto" and device.http is not None:
        return Way.TCP, its.model_copy(update={"way": "tcp", "port": port})
    settings: LivenessSettings = its.model_copy(update={"port": port})
    return _WAYS.get(its.way, Way.ICMP), settings


def _host_port(http: HttpSettings | None) -> tuple[str, int | None]:
    if http is None:
        return "", None
    parts = urlsplit(http.url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def located(settings: Asked, directory: Path, *fields: str) -> Asked:
    """Return the settings with the paths of these fields made absolute: they are written relative to the
    configuration.
    """
    paths = {field: getattr(settings, field, None) for field in fields}
    return settings.model_copy(update={key: directory / path for key, path in paths.items() if path is not None})
