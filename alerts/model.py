"""The nouns of a pager: person, rule, alert, incident, page, notification.

Plain immutable records; times are aware UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.timeline import Note

Labels = tuple[tuple[str, str], ...]
Language = str
"""`id` or `en`."""


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages of the mall."""

    id: str
    en: str

    def of(self, language: Language) -> str:
        """Return the text in this language, Indonesian when in doubt."""
        return self.en if language == "en" else self.id


class Severity(StrEnum):
    """URGENT pages now; ROUTINE waits for the list (no page, still an alert)."""

    URGENT = "urgent"
    ROUTINE = "routine"


class Operator(StrEnum):
    """Comparison of a reading with the threshold."""

    EQUAL = "=="
    NOT_EQUAL = "!="
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


class Asks(StrEnum):
    """What a condition holds against its threshold. VALUE: the reading itself. RATE, INCREASE: of a counter, per second
    and in all, over the last `over`. FORECAST: the value expected `ahead` from now, by the last `over`. ABSENT: that
    there was no reading for `over`, though the device answered.
    """

    VALUE = "value"
    RATE = "rate"
    INCREASE = "increase"
    FORECAST = "forecast"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Condition:
    """`metric{match} operator threshold`. `match`: label -> accepted values. `clear`: an alert that fires goes on until
    the value is past it (hysteresis).
    """

    metric: str
    operator: Operator
    threshold: float
    match: tuple[tuple[str, tuple[str, ...]], ...] = ()
    clear: float | None = None
    asks: Asks = Asks.VALUE
    over: timedelta = timedelta()
    ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Rule:
    """An alerting rule in Prometheus' vocabulary. `kinds`: subjects' kinds it applies to (empty: all).

    `blocks`: while it fires, the device cannot do its job though it answers. `outside_hours`: its severity while nobody
    is served (None: the same). `summary`: what is wrong, in few words,
    said after
    the device's name. `first_step`: the first repair step. In both, `{label}` stands for a reading's label,
    `{value}` for its value.
    """

    name: str
    condition: Condition
    wait: timedelta = timedelta()  # `for`
    keep_firing_for: timedelta = timedelta()
    blocks: bool = False
    severity: Severity = Severity.URGENT
    outside_hours: Severity | None = None
    kinds: frozenset[str] = frozenset()
    labels: Labels = ()
    summary: Words = Words("", "")
    first_step: Words = Words("", "")


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one subject (device id) at one time, to be held against the rules."""

    subject: str
    metric: str
    labels: Labels
    value: float
    at: datetime


class AlertStatus(StrEnum):
    """As Prometheus names them, and `resolved`."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class AlertKey:
    """One rule, one subject, one label set."""

    rule: str
    subject: str
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Alert:
    """A rule's condition that holds. `since`: first reading that held; `last_held`: newest reading that held;
    `cleared_at`: first reading that no longer held (keep_firing_for counts from it).
    """

    id: str
    key: AlertKey
    status: AlertStatus
    since: datetime
    last_held: datetime
    value: float
    fired_at: datetime | None = None
    cleared_at: datetime | None = None
    resolved_at: datetime | None = None
    incident: str | None = None


class IncidentStatus(StrEnum):
    """`mended`: all its alerts are resolved; `closed`: said so to everybody who was told. A fault that comes and goes
    may stay `mended` for a while, so that people are not told at every turn; so may one whose service is not back yet.
    """

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MENDED = "mended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Stopped:
    """A service at a counter that an incident stops or limits, ready to be placed in a message.

    `agency` is its id: whose readers may see it.
    """

    service: str
    place: str
    agency: str
    interrupted: bool  # False: degraded
    citizens_per_hour: float
    elsewhere: tuple[str, ...] = ()  # counters that still deliver it, those without limits first
    unsure: bool = False  # of other counters that offer it, the condition is not known
    closed: bool = False  # outside its service hours: it is broken, and nobody waits for it


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message says of an incident, as text: the pager knows no mall. `where`: agency short name and place.

    `blind`: our own eye is cut (uplink); the message then tells what is unknown, not what is down. `suspected`: the
    cause cannot be asked, and is inferred from what hangs on it. `silent_since`: of a PC that sends by itself, since
    when nothing has come.
    """

    device: str
    where: str
    what: Words
    first_step: Words
    since: datetime
    checked: int = 0  # failed probes in a row
    stopped: tuple[Stopped, ...] = ()
    children: tuple[str, ...] = ()  # names of what hangs below the cause
    below: tuple[str, ...] = ()  # their ids, in the same order; empty in what an older version kept
    blind: bool = False
    suspected: bool = False
    unsure_time: bool = False  # the clock could not be relied on when it began
    party: str = ""  # who has to act, where that is known: mall, provider, resolver, agency
    silent_since: datetime | None = None
    left: tuple[Stopped, ...] = ()  # of what it stopped, what is not delivered when its end is told


@dataclass(frozen=True, slots=True)
class Incident:
    """Alerts with one root cause. `number` is what people say (*Gangguan #1042*); `root` the causing subject."""

    id: str
    number: int
    root: str
    status: IncidentStatus
    opened_at: datetime
    facts: Facts
    agencies: tuple[str, ...] = ()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    mended_at: datetime | None = None
    closed_at: datetime | None = None
    closed_because: str = ""  # empty: it was mended; `config`: its cause is not watched any more; `merged`
    times: int = 1  # how often it happened: a fault that comes back soon is the same incident
    told_at: tuple[datetime, ...] = ()  # when people were told that it began or ended, the newest
    merged_into: int | None = None  # the number of the incident in which this one goes on
    team: str = ""  # the policy its page walks, empty: the mall's own
    joined: tuple[str, ...] = ()  # other causes that a person says are the same fault
    notes: tuple[Note, ...] = ()  # the newest, for messages; all of them are in its timeline


class PageStatus(StrEnum):
    """`paging`: walking the policy's steps."""

    PAGING = "paging"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Page:
    """Somebody must act on an incident. `step`: the next step of the policy to run; `next_at`: when (None: nothing
    due);
    `round`: how often the policy was repeated; `told`: recipients already notified, in order (`told_in_round`: since
    the round began); `sequence`: next number of a notification; `asked`: whom the newest step told; `refused`: persons
    whom none of their channels would take it to.
    """

    id: str
    incident: str
    policy: str
    status: PageStatus
    step: int
    next_at: datetime | None
    round: int = 0
    told: tuple[str, ...] = ()
    sequence: int = 0
    told_in_round: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


class NoticeKind(StrEnum):
    """Why a notification is sent."""

    PAGE = "page"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"  # closed, though not mended: what it was about is not watched any more
    MERGED = "merged"  # it is the same fault as another one, and goes on there
    DETAILS = "details"
    NOTICE = "notice"  # about ourselves
    CANARY = "canary"  # a daily test whether messages arrive by this channel


@dataclass(frozen=True, slots=True)
class Action:
    """A button: `verb` is `ack`, `escalate` or `details`, of the incident of this number."""

    verb: str
    label: str
    incident: int


@dataclass(frozen=True, slots=True)
class Message:
    """A rendered text: `lines[0]` is what a lock screen shows. `subject` for channels that have one."""

    subject: str
    lines: tuple[str, ...]
    actions: tuple[Action, ...] = ()

    @property
    def text(self) -> str:
        """Return all lines."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Notification:
    """One message by one channel to one person. `key`: uuid5 of page, step, recipient, channel, kind, sequence;
    stable over crashes. `tried`: the person's other channels, which did not take it. `not_before`: it waits until then.
    `about`: of a message that stands for many, their incidents.
    """

    key: str
    incident: str
    page: str | None
    recipient: str
    channel: str
    address: str
    kind: NoticeKind
    message: Message
    urgent: bool
    created_at: datetime
    tried: tuple[str, ...] = ()
    not_before: datetime | None = None
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be told. `addresses`: channel id -> address (e-mail, chat id)."""

    id: str
    name: str
    language: Language = "id"
    addresses: Mapping[str, str] = field(default_factory=dict)
    login: str | None = None
    role: str = "technician"


@dataclass(frozen=True, slots=True)
class Rotation:
    """A weekly rotation: `members` take turns of `days` days from `start` (aware UTC instant of a hand-over), each turn
    handing over at the same local time; `boundaries` are resolved by the caller (DST lives in config, not here).
    """

    id: str
    name: str
    members: tuple[str, ...]
    boundaries: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an escalation policy: tell these, then wait this long for an acknowledgement. Targets:
    `roster:<id>`, `person:<id>`.
    """

    targets: tuple[str, ...]
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Steps walked in order, `repeat` times; `fallback`: persons told when a step finds nobody."""

    id: str
    steps: tuple[Step, ...]
    repeat: int = 1
    fallback: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tell:
    """Effect: these persons are to be told now, for this reason. The engine renders and places it into the outbox."""

    page: str | None
    incident: str
    step: int
    sequence: int
    persons: tuple[str, ...]
    kind: NoticeKind


@dataclass(frozen=True, slots=True)
class Fired:
    """Effect: an alert began to fire."""

    alert: Alert


@dataclass(frozen=True, slots=True)
class Resolved:
    """Effect: a firing alert ended."""

    alert: Alert


Effect = Tell | Fired | Resolved
