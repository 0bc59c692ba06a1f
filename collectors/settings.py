"""Settings of the ways of asking, composed into the mall's YAML by `mppmon.config`.

All intervals and timeouts in seconds.
"""

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

Item = TypeVar("Item")


def many(value: object) -> object:
    """Let one text stand for a list of one."""
    return (value,) if isinstance(value, str) else value


Many = Annotated[tuple[Item, ...], BeforeValidator(many)]
"""A list; a lone text is a list of one."""
Port = Annotated[int, Field(ge=1, le=65535)]
Interval = Annotated[float, Field(ge=0.1, le=86_400)]  # the timing wheel releases a slot every 100 ms
Timeout = Annotated[float, Field(ge=0.05, le=60)]
Confirm = Annotated[Many[Annotated[float, Field(ge=0.05, le=60)]], Field(min_length=1, max_length=10)]
"""Seconds after a first failure, rising."""
Recover = Annotated[int, Field(ge=1, le=10)]
Word = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
"""A text that becomes a label value, or part of a request."""

Pin = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a certificate, in hex."""


class Strict(BaseModel):
    """Immutable, no key that we do not know, no number that is none."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


AuthProtocol = Literal["md5", "sha", "sha224", "sha256", "sha384", "sha512"]
"""How SNMPv3 messages are signed: RFC 3414 (MD5, SHA-1) and RFC 7860."""
PrivProtocol = Literal["des", "aes", "aes192", "aes256", "aes192c", "aes256c"]
"""How they are encrypted: RFC 3414 (DES), RFC 3826 (AES). The longer AES keys are no standard: as net-snmp makes them,
or with a `c` as Cisco does.
"""
UserName = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,32}$")]
"""RFC 3414 section 2.4: msgUserName; RFC 3415: contextName. At most 32 octets."""


class SnmpSettings(Strict):
    """SNMP. A literal community (v1, v2c) is for public strings only; others come from a file (one line). v3 has a user
    instead, with passphrases from files.
    """

    version: Literal["1", "2c", "3"] = "2c"
    port: Port = 161
    community: SecretStr = SecretStr("public")
    community_file: Path | None = None
    user: UserName | None = None
    auth_protocol: AuthProtocol | None = None
    auth_file: Path | None = None
    priv_protocol: PrivProtocol | None = None
    priv_file: Path | None = None
    context: UserName | None = None
    profile: Word | None = None  # None: chosen by sysObjectID and what answers
    timeout: Timeout = 2.0
    retries: Annotated[int, Field(ge=0, le=5)] = 1
    max_repetitions: Annotated[int, Field(ge=1, le=50)] = 10
    any_source: bool = False


class TrapUserSettings(Strict):
    """A user of SNMPv3 as whom devices send traps and informs."""

    user: UserName
    auth_protocol: AuthProtocol | None = None
    auth_file: Path | None = None
    priv_protocol: PrivProtocol | None = None
    priv_file: Path | None = None


class TrapSettings(Strict):
    """Where traps and informs are taken. Without `community_file` those of v1 and v2c are refused."""

    listen_host: Word = "0.0.0.0"  # noqa: S104  # devices send from everywhere; they are checked
    listen_port: Port = 162
    community_file: Path | None = None
    users: Annotated[tuple[TrapUserSettings, ...], Field(max_length=100)] = ()


class PushSettings(Strict):
    """A PC that nobody can ask, behind an agency's NAT: its agent, or a script there, sends the same text to us.

    `tokens`: SHA-256, in hex, of the token it sends; two while one takes the other's place. `every`: seconds between
    two of its messages. `down_after`: seconds of silence after which it is down; a little of it is unknown before.
    """

    tokens: Annotated[Many[Pin], Field(min_length=1, max_length=2)]
    every: Annotated[float, Field(ge=5, le=3600)] = 15.0
    down_after: Annotated[float, Field(ge=30, le=86_400)] = 180.0


class PushDoorSettings(Strict):
    """Where PCs send to that nobody can ask. `certificate_file`, `key_file`: PEM; left out, the daemon makes them once
    and keeps them in its state directory.
    """

    listen_host: Word = "0.0.0.0"  # noqa: S104  # PCs send from everywhere; each has its token
    listen_port: Port = 9743
    certificate_file: Path | None = None
    key_file: Path | None = None


class AgentSettings(Strict):
    """A counter PC that shows Prometheus text: our agent, node_exporter or windows_exporter.

    `processes`, `services`, `software`: the names whose state is taken; others are dropped, since a label value has to
    come from the inventory. (For our agent the names of its own config; for the exporters those of systemd or Windows.)
    `systems`: ids of the online systems that our agent there looks at.
    `pin`: SHA-256 of the agent's certificate, in hex; `machine_id`: what its `mppmon_pc_info` says. Whoever says
    otherwise is another machine, and what it says is nobody's. `queues`: printer behind it -> its print queue in
    Windows, for windows_exporter, which knows queues and no peripherals. `push`: it is not asked, it sends.
    """

    port: Port = 9182
    path: Annotated[str, Field(pattern=r"^/[^\s\x00-\x1f\x7f]{0,499}$")] = "/metrics"
    scheme: Literal["http", "https"] | None = None
    token_file: Path | None = None
    pin: Pin | None = None
    machine_id: Word | None = None
    timeout: Timeout = 5.0
    max_bytes: Annotated[int, Field(ge=1024, le=50_000_000)] = 5_000_000
    processes: Many[Word] = ()
    services: Many[Word] = ()
    software: Many[Word] = ()
    queues: Annotated[dict[Word, Word], Field(max_length=64)] = Field(default_factory=dict)
    systems: Many[Word] = ()
    push: PushSettings | None = None


class JsonSettings(Strict):
    """A value of a JSON answer. `path`: keys and indexes between dots, such as `checks.0.status`. `expected`: what it
    may be, as text (`true`, `null`, `3`).
    """

    path: Word
    expected: Annotated[Many[Word], Field(min_length=1)]


Network = Annotated[str, Field(pattern=r"^[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?$")]
"""An IP address, or a network as 10.20.0.0/16."""


class HttpSettings(Strict):
    """An agency's online system. `lacks`: a text that must not be on the page, upper or lower case alike. `addresses`:
    where its name may point to. `ca_file`: its own authority, trusted instead of this machine's.
    """

    url: str
    method: Literal["GET", "HEAD"] = "GET"
    status: Annotated[Many[Annotated[int, Field(ge=100, le=599)]], Field(min_length=1)] = (200,)
    contains: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    lacks: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    json_value: JsonSettings | None = None
    redirects: Literal["none", "same-host", "any"] = "none"
    addresses: Many[Network] = ()
    timeout: Timeout = 8.0
    max_bytes: Annotated[int, Field(ge=1024, le=50_000_000)] = 1_000_000
    verify: bool = True
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    proxy: str | None = None
    proxy_user: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")] | None = None
    proxy_password_file: Path | None = None


class DnsSettings(Strict):
    """What the resolver at a device's address is to say of a name. `expected`: records of this type, or that there is
    no such name; `addresses`: where the name may point to.
    """

    name: Word
    type: Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SRV", "TXT"] = "A"
    expected: Literal["any", "nxdomain"] = "any"
    addresses: Many[Network] = ()
    port: Port = 53
    timeout: Timeout = 3.0


class NutSettings(Strict):
    """A UPS on USB or a serial line, through the `upsd` of NUT on the computer it hangs on.

    `ups`: its name there; left out, the only one. `timeout` is for everything together. `starttls`: encrypted, and
    only then; trusted is who `ca_file` signed, else this machine's authorities, or with `pin` the one certificate of
    this SHA-256 (hex), whatever it says.
    """

    ups: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = None
    port: Port = 3493
    user: Annotated[str, Field(pattern=r"^[!-~]{1,64}$")] | None = None
    password_file: Path | None = None
    starttls: bool = False
    ca_file: Path | None = None
    pin: Pin | None = None
    timeout: Timeout = 3.0


class LivenessSettings(Strict):
    """Does it answer at all? `auto`: ICMP where we may, else TCP to `port`, else SNMP. `dns`: it is a resolver, asked
    for `name`.
    """

    way: Literal["auto", "icmp", "tcp", "snmp", "dns"] = "auto"
    name: Word = "go.id"
    port: Port | None = None
    timeout: Timeout = 1.0


class Intervals(Strict):
    """How often. Confirmation re-polls come `confirm` seconds after the first failure; `recover` answers in a row take
    what was down up again.
    """

    liveness: Interval = 10.0
    telemetry: Interval = 60.0
    confirm: Confirm = (0.5, 1.0, 2.0)
    recover: Recover = 2
