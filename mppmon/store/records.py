"""What goes into the store in one piece, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts.model import Alert, AlertKey, Incident, NoticeKind, Notification, Page
from alerts.silence import Silence
from alerts.timeline import Event
from alerts.window import Remembered
from mppmon.mall.model import Transition
from mppmon.mall.rename import Names


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what. `principal` is the name; `detail` says to what, free of secrets."""

    at: datetime
    principal: str
    command: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CanaryFate:
    """What became of one daily test message. `status`: as of any in the outbox; `reason`: of its last failure."""

    recipient: str
    channel: str
    status: str
    made_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """A config revision taken into use at an instant, and what is called otherwise by it than by the one before."""

    revision: str
    normalised: str
    at: datetime
    author: str
    names: Names = Names()  # noqa: RUF009  # immutable


@dataclass(slots=True)
class Batch:
    """All effects of one round of the engine: kept together or not at all.

    Alerts, incidents and pages replace the row of their id; a notification whose key is there is left alone, and so is
    the answer of a command that was answered before.
    """

    transitions: list[Transition] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)
    commands: list[tuple[str, datetime, str]] = field(default_factory=list)
    """`(command id, at, answer as JSON text)`."""
    refused: list[tuple[str, datetime, str]] = field(default_factory=list)
    """Notifications that will never be delivered: `(key, at, reason)`."""
    due: list[tuple[str, datetime]] = field(default_factory=list)
    """Notifications that wait no longer: `(key, from when they may be sent)`."""
    revisions: list[Taken] = field(default_factory=list)
    """Kept before all else of the batch, which speaks in their names."""
    clocks: list[tuple[datetime, timedelta]] = field(default_factory=list)
    """The clock was set back to the first by the second: what waits in the outbox is due that much earlier."""
    silences: list[Silence] = field(default_factory=list)
    """New ones, and those that were ended early; each replaces the row of its id."""
    events: list[Event] = field(default_factory=list)
    graces: list[tuple[str, datetime]] = field(default_factory=list)
    """Devices that are given time to start, and since when."""
    windows: list[Remembered] = field(default_factory=list)
    """What rules that look far back remember of a series, as it is now."""
    forgotten: list[str | AlertKey] = field(default_factory=list)
    """Devices whose time to start, and series whose window, nobody can ask for any more; gone before any is kept."""
    last_seen: datetime | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return self.last_seen is None and not (
            self.transitions
            or self.alerts
            or self.incidents
            or self.pages
            or self.notifications
            or self.audit
            or self.commands
            or self.refused
            or self.due
            or self.revisions
            or self.clocks
            or self.silences
            or self.events
            or self.graces
            or self.windows
            or self.forgotten
        )


@dataclass(frozen=True, slots=True)
class Saved:
    """What the engine begins with after a start. `states`: the newest transition of every subject. Alerts that pend or
    fire, incidents not closed, pages not done, notifications neither sent nor dead. `next_number`: of the next
    incident. `merges`: number of an incident -> of the one in which it goes on.
    """

    states: Mapping[str, Transition]
    alerts: tuple[Alert, ...]
    incidents: tuple[Incident, ...]
    pages: tuple[Page, ...]
    last_seen: datetime | None
    next_number: int
    unsent: tuple[Notification, ...] = ()
    silences: tuple[Silence, ...] = ()
    graces: Mapping[str, datetime] = field(default_factory=dict)
    windows: tuple[Remembered, ...] = ()
    merges: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a notification. The address is not said, to nobody; the recipient not to agencies.

    `status` is `pending`, `leased`, `sent` or `dead`; `reason` an enumerated word of the channel.
    """

    at: datetime
    recipient: str
    channel: str
    kind: NoticeKind
    status: str
    attempts: int
    finished_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Used:
    """From `at` on, this config revision was the one in use (until the next one). `seq`: which use of how many."""

    revision: str
    at: datetime
    author: str
    seq: int = 0
