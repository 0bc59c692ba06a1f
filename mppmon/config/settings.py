"""The files of a configuration directory as pydantic models. Scalars arrive as text and are typed here."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from alerts.address import host
from alerts.settings import (
    ChannelSettings,
    Label,
    Many,
    PersonSettings,
    PolicySettings,
    Renamed,
    RotationSettings,
    RuleSettings,
    Slug,
    clock,
)
from collectors.identity import engine_id, hardware_address
from collectors.settings import (
    AgentSettings,
    Confirm,
    DnsSettings,
    HttpSettings,
    Interval,
    Intervals,
    LivenessSettings,
    NutSettings,
    Port,
    PushDoorSettings,
    Recover,
    SnmpSettings,
    TrapSettings,
)
from mppmon.config.settings_hours import HolidaySettings, HoursSettings, Name, Strict
from mppmon.config.settings_maintenance import MaintenanceFile
from mppmon.mall.model import DeviceKind, ExpectedOn

Host = Annotated[str, AfterValidator(host)]
Slugs = Many[Slug]
Macs = Annotated[Many[Annotated[str, AfterValidator(hardware_address)]], Field(max_length=32)]
EngineId = Annotated[str, AfterValidator(engine_id)]


class UplinkSettings(Strict):
    """The mall's own line: a `passive` device, judged by the gateway and by anchors beyond it. `hop`: the provider's
    first router; `resolver`: what turns names into addresses. With them it is told who has to act.
    """

    device: Slug
    gateway: Slug | None = None
    hop: Slug | None = None
    resolver: Slug | None = None
    anchors: Annotated[Slugs, Field(min_length=1)]


class SiteSettings(Strict):
    """One mall."""

    id: Slug
    name: Name
    timezone: str = "Asia/Jakarta"
    uplink: UplinkSettings | None = None


class SiteFile(Strict):
    """`site.yaml`."""

    site: SiteSettings
    hours: HoursSettings
    holidays: HolidaySettings = HolidaySettings()


class ServiceSettings(Renamed):
    """A *layanan*. `needs`: roles without which it stops; `uses`: roles without which it is limited."""

    name: Label
    needs: Slugs = ()
    uses: Slugs = ()
    systems: Slugs = ()
    hours: HoursSettings | None = None


class AgencySettings(Renamed):
    """An *instansi*."""

    name: Name
    short: Label
    services: dict[Slug, ServiceSettings] = Field(default_factory=dict)
    policy: Slug | None = None
    hours: HoursSettings | None = None


class AgenciesFile(Strict):
    """`agencies.yaml`."""

    agencies: dict[Slug, AgencySettings]


class OfferSettings(Strict):
    """One service at one counter."""

    citizens_per_hour: Annotated[float, Field(ge=0, le=1000)]


class CounterSettings(Renamed):
    """A *loket*. `roles`: role -> devices that fill it, one of which is enough."""

    name: Label
    agency: Slug
    place: Label
    roles: dict[Slug, Slugs] = Field(default_factory=dict)
    services: dict[Slug, OfferSettings]
    hours: HoursSettings | None = None


class CountersFile(Strict):
    """`counters.yaml`."""

    counters: dict[Slug, CounterSettings]


class DeviceSettings(Renamed):
    """A thing in the inventory, and the ways to ask it: at most one of `snmp`, `agent`, `http`, `dns`,
    `nut`.

    `agency` and `place` may be left out for what stands at a counter: they are the counter's. `asset`, `brand`, `model`
    and `serial` are what the inventory list calls it: `mppmon import inventory` knows a device again by them, and
    `mppmon discover` by `serial`, `mac` and `engine_id`.
    """

    kind: DeviceKind
    name: Label
    asset: Name | None = None
    brand: Name | None = None
    model: Name | None = None
    serial: Name | None = None
    mac: Macs = ()
    engine_id: EngineId | None = None
    agency: Slug | None = None
    place: Label | None = None
    parents: Slugs = ()
    power: Slugs = ()
    via: Slug | None = None
    expected_on: ExpectedOn = ExpectedOn.ALWAYS
    address: Host | None = None
    outside: bool = False
    snmp: SnmpSettings | None = None
    agent: AgentSettings | None = None
    http: HttpSettings | None = None
    dns: DnsSettings | None = None
    nut: NutSettings | None = None
    liveness: LivenessSettings = LivenessSettings()


class DefaultSettings(Strict):
    """What devices of one kind have in common; what a device says itself wins."""

    agency: Slug | None = None
    place: Label | None = None
    parents: Slugs = ()
    power: Slugs = ()
    expected_on: ExpectedOn = ExpectedOn.ALWAYS
    outside: bool = False
    snmp: SnmpSettings | None = None
    agent: AgentSettings | None = None
    http: HttpSettings | None = None
    dns: DnsSettings | None = None
    nut: NutSettings | None = None
    liveness: LivenessSettings = LivenessSettings()


class DefaultsPart(Strict):
    """The `defaults` of `devices.yaml` alone, judged before they are laid below the devices."""

    defaults: dict[DeviceKind, DefaultSettings] = Field(default_factory=dict)


class DevicesFile(DefaultsPart):
    """`devices.yaml`, with the defaults laid below the devices."""

    devices: dict[Slug, DeviceSettings]


class PeopleFile(Strict):
    """`people.yaml`. `policy` may be left out when there is only one."""

    people: dict[Slug, PersonSettings]
    rosters: dict[Slug, RotationSettings] = Field(default_factory=dict)
    policies: dict[Slug, PolicySettings]
    policy: Slug | None = None


class ChannelsFile(Strict):
    """`channels.yaml`."""

    channels: dict[Slug, ChannelSettings]


class RulesFile(Strict):
    """`rules.yaml`: `rules` adds, or replaces the delivered rule of that name; `disable` takes delivered ones out."""

    rules: tuple[RuleSettings, ...] = ()
    disable: Many[Label] = ()


class KindIntervals(Strict):
    """Other intervals for one kind of device, in seconds. `boot_seconds`: how long it may take to start."""

    liveness: Interval | None = None
    telemetry: Interval | None = None
    confirm: Confirm | None = None
    recover: Recover | None = None
    boot_seconds: Annotated[float, Field(ge=0, le=3600)] | None = None


class IntervalSettings(Intervals):
    """How often, in seconds; `kinds` for single kinds of device."""

    kinds: dict[DeviceKind, KindIntervals] = Field(default_factory=dict)


class HeartbeatSettings(Strict):
    """A sign of life to somebody outside. `url_file`: whoever knows the URL can fake it, so it is a secret."""

    url_file: Path
    every: Annotated[float, Field(ge=10, le=3600)] = 60.0


class KeepSettings(Strict):
    """For how many days what is over is kept: answers to commands, messages, alerts, who did what."""

    commands_days: Annotated[int, Field(ge=1, le=36_500)] = 30
    messages_days: Annotated[int, Field(ge=31, le=36_500)] = 400
    alerts_days: Annotated[int, Field(ge=31, le=36_500)] = 400
    audit_days: Annotated[int, Field(ge=31, le=36_500)] = 1830


def _daily(text: str) -> str:
    return text if text == "off" else clock(text)


class DaemonFile(Strict):
    """`daemon.yaml`."""

    listen_host: Host = "127.0.0.1"
    listen_port: Port = 9740
    public_url: str | None = None
    last_seen_seconds: Annotated[float, Field(ge=0.1, le=15)] = (
        10.0  # reports take 30 s without a row for the daemon off
    )
    patience_seconds: Annotated[float, Field(ge=0, le=60)] = 5.0
    pace_seconds: Annotated[float, Field(ge=0, le=60)] = 10.0
    calm_seconds: Annotated[float, Field(ge=0, le=86_400)] = 3600.0
    reopen_seconds: Annotated[float, Field(ge=0, le=86_400)] = 1800.0
    intervals: IntervalSettings = IntervalSettings()
    heartbeat: HeartbeatSettings | None = None
    canary: Annotated[str, AfterValidator(_daily)] = "07:30"
    traps: TrapSettings | None = None
    push: PushDoorSettings | None = None
    keep: KeepSettings = KeepSettings()


FILES: dict[str, type[Strict]] = {
    "site.yaml": SiteFile,
    "agencies.yaml": AgenciesFile,
    "counters.yaml": CountersFile,
    "devices.yaml": DevicesFile,
    "people.yaml": PeopleFile,
    "channels.yaml": ChannelsFile,
    "rules.yaml": RulesFile,
    "daemon.yaml": DaemonFile,
    "maintenance.yaml": MaintenanceFile,
}
