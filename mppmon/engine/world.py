"""What the engine knows now: states, alerts, incidents, pages.

Held in memory by its one thread, rebuilt from the store.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from alerts.judging import Memory
from alerts.model import (
    Alert,
    AlertKey,
    Incident,
    IncidentStatus,
    Labels,
    NoticeKind,
    Notification,
    Page,
    Rule,
)
from alerts.rule import RuleBook, compile_rules, labels_match, labels_of, matches
from alerts.silence import Silence
from collectors.collector import Kind, Target, Way
from collectors.observation import Schema
from mppmon.config import Loaded, Timing
from mppmon.config.metrics import metrics_of
from mppmon.engine.past import Course
from mppmon.mall.calendar import served_at
from mppmon.mall.health import Reach
from mppmon.mall.impact import Index, Verdict, offered
from mppmon.mall.model import Delivered, Delivery, Device, State
from mppmon.mall.passive import Passives, passives
from mppmon.mall.restart import Uptime

Wanted = tuple[tuple[Rule, Labels, tuple[int, ...]], ...]
"""Rules about absent readings: `(rule, its alert's labels, indexes of the values that are such a reading)`."""


class Care(NamedTuple):
    """Of one schema and kind of device. `asked`: `(index of the value, metric, labels, rules that ask for it)`."""

    asked: tuple[tuple[int, str, Labels, tuple[Rule, ...]], ...]
    wanted: Wanted


@dataclass(slots=True)
class Window:
    """From `begun` until `end`, what this person is told of this kind is held back. `held`: those messages with their
    incidents; `newest`: when the last of them came.
    """

    begun: datetime
    end: datetime
    newest: datetime
    held: list[tuple[Notification, Incident]] = field(default_factory=list)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOMENT = timedelta(microseconds=1)


@dataclass
class World:
    """Mutable, owned by the engine's thread. `functions` and `deliveries` are derived but kept: their changes are
    transitions.
    """

    loaded: Loaded
    book: RuleBook
    index: Index
    reaches: dict[str, Reach] = field(default_factory=dict)
    asks: dict[str, Reach] = field(default_factory=dict)  # by telemetry check: does it give its readings?
    strangers: set[str] = field(default_factory=set)  # devices in whose place another machine answers
    views: dict[str, dict[str, tuple[bool, datetime]]] = field(default_factory=dict)  # system -> PC -> gets an answer
    view_positions: dict[Schema, tuple[tuple[int, str], ...]] = field(default_factory=dict)
    doubted: set[str] = field(default_factory=set)  # they give no readings, and may not answer at all
    reasons: dict[str, str] = field(default_factory=dict)  # by check: why its newest run failed
    functions: dict[str, State] = field(default_factory=dict)
    function_since: dict[str, datetime] = field(default_factory=dict)
    confirmed: dict[str, datetime] = field(default_factory=dict)  # all probes failed; the verdict is awaited
    folds: set[str] = field(default_factory=set)  # explained later than judged; their incidents go on in their cause's
    blocking: dict[str, set[AlertKey]] = field(default_factory=dict)
    deliveries: dict[tuple[str, str], Verdict] = field(default_factory=dict)
    reach_course: dict[str, Course[State]] = field(default_factory=dict)
    function_course: dict[str, Course[State]] = field(default_factory=dict)
    delivery_course: dict[tuple[str, str], Course[Delivery]] = field(default_factory=dict)
    blind_course: Course[bool] = field(default_factory=lambda: Course(_EPOCH, state=False))
    delivery_since: dict[tuple[str, str], datetime] = field(default_factory=dict)
    alerts: dict[AlertKey, Alert] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)  # by incident
    closed: dict[tuple[str, str], Incident] = field(
        default_factory=dict
    )  # by root and team; closed so lately that they may come back
    unsent: dict[str, Notification] = field(default_factory=dict)  # pages and ends that no channel has taken yet
    hurried: set[str] = field(default_factory=set)  # of these, what already takes another channel too
    windows: dict[tuple[str, NoticeKind], Window] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)  # those that are not over, also of later
    covering: tuple[Silence, ...] = ()  # silences and maintenance windows that are in force now
    covering_from: datetime = _EPOCH
    covering_until: datetime = _EPOCH  # then one begins or ends
    held: dict[str, Silence] = field(default_factory=dict)  # alert -> what keeps it from calling somebody
    merges: dict[int, int] = field(default_factory=dict)  # number of an incident -> of the one in which it goes on
    next_number: int = 1
    blind: bool = False
    host: str = ""  # the name of the machine the daemon runs on, as messages say it
    behind: datetime | None = None  # later than the clock shows, and it has been: no time before it is certain
    graces: dict[str, datetime] = field(default_factory=dict)  # since when a device has been given time to start
    unsure: bool = False  # whether the clock is not to be relied on now
    unsure_since: datetime | None = None  # by that clock
    seems_open: bool = False  # of an unsure clock that nobody sets: it has to be taken for service hours
    rejected: int = 0  # problems for which the newest reload was refused
    off: frozenset[str] = frozenset()  # down, but not expected on now
    booting: set[str] = field(default_factory=set)  # what may still be starting, or has just had its time
    off_at: datetime | None = None
    served: frozenset[Delivered] = frozenset()  # services at counters that are in their hours now
    lifetimes: dict[str, timedelta] = field(default_factory=dict)  # how long an answer of a device says something
    awaited: dict[str, datetime] = field(default_factory=dict)  # since when the next push of a device is waited for
    silence_at: datetime = _EPOCH  # when it was last looked for what sends nothing any more
    door: datetime | None = None  # since when pushes are taken; None: they are not, and no silence says anything
    stale_at: datetime = _EPOCH  # when it was last looked for what is not heard of any more
    duty: dict[str, str | None] = field(default_factory=dict)
    last_seen: datetime | None = None
    watched_from: datetime = _EPOCH  # what was observed before is no news: nobody watched until then
    unwatched: datetime | None = None  # when the newest time began that nobody watched: we were off, or stood still
    decided: datetime = _EPOCH  # the newest decision; the order of decisions survives a clock that is set back
    targets: dict[str, tuple[Target, ...]] = field(default_factory=dict)
    pushers: tuple[Target, ...] = field(init=False)  # checks that nobody asks
    passives: Passives = field(init=False)
    uptimes: dict[str, Uptime] = field(default_factory=dict)  # by device: the newest reading of how long it is on
    uptime_readers: dict[Schema, tuple[int, Callable[[float, float], float], float | None] | None] = field(
        default_factory=dict
    )
    memory: Memory = field(default_factory=Memory)  # what rules that look back have read
    care_cache: dict[tuple[Schema, str], Care] = field(default_factory=dict)
    gives: dict[tuple[str, str], bool] = field(default_factory=dict)  # (device, metric): see `may_give`

    def __post_init__(self) -> None:
        self.passives = passives(self.loaded.mall)
        self.pushers = tuple(one for many in self.targets.values() for one in many if one.way is Way.PUSH)

    def decide_at(self, now: datetime) -> datetime:
        """Return the time of a decision made now: never earlier than the one before."""
        self.decided = now if now >= self.decided else self.decided + _MOMENT
        return self.decided

    def timing(self, device: Device) -> Timing:
        """Return how often such a device is asked, and how many answers or silences count."""
        return self.loaded.timings[device.kind]

    def device(self, device_id: str) -> Device | None:
        """Return a device of the present inventory."""
        return self.loaded.mall.devices.get(device_id)

    def judges_reach(self, device_id: str, check: str) -> bool:
        """Whether failures of this check say that the device does not answer: its liveness, or all it has."""
        kinds = {target.kind: target.check for target in self.targets.get(device_id, ())}
        return kinds.get(Kind.LIVENESS, check) == check

    def reach_states(self) -> Mapping[str, State]:
        """Return device -> state of reach."""
        return {device: reach.state for device, reach in self.reaches.items()}

    def begin(self, device: str, since: datetime) -> None:
        """Know nothing of a device since an instant."""
        self.reaches[device] = Reach(State.UNKNOWN, since)
        self.functions[device] = State.UNKNOWN
        self.function_since[device] = since
        self.reach_course[device] = Course(since, State.UNKNOWN)
        self.function_course[device] = Course(since, State.UNKNOWN)

    def begin_delivery(self, key: Delivered, since: datetime) -> None:
        """Know nothing of a service at a counter since an instant."""
        self.deliveries[key] = Verdict(Delivery.UNKNOWN)
        self.delivery_since[key] = since
        self.delivery_course[key] = Course(since, Delivery.UNKNOWN)

    def care(self, schema: Schema, kind: str) -> Care:
        """Return which values of this shape of answer some rule asks for."""
        key = (schema, kind)
        found = self.care_cache.get(key)
        if found is None:
            picked = [
                (position, metric, labels, tuple(rule for rule in self.book.of(metric) if matches(rule, kind, labels)))
                for position, (metric, labels) in enumerate(schema.series)
            ]
            wanted = [
                (rule, labels_of(rule), _such(rule, schema))
                for rule in self.book.absent
                if not rule.kinds or kind in rule.kinds
            ]
            found = self.care_cache[key] = Care(tuple(one for one in picked if one[3]), tuple(wanted))
        return found

    def may_give(self, device: Device, metric: str) -> bool:
        """Whether the way in which a device is asked has this metric at all."""
        key = (device.id, metric)
        known = self.gives.get(key)
        if known is None:
            asked = (*self.targets.get(device.id, ()), *self.targets.get(device.via or "", ()))
            known = any(target.kind is Kind.TELEMETRY and metric in metrics_of(target.way) for target in asked)
            self.gives[key] = known
        return known

    def open_incidents(self) -> list[Incident]:
        """Return incidents that still need somebody, oldest first."""
        return sorted(
            (
                one
                for one in self.incidents.values()
                if one.status in {IncidentStatus.OPEN, IncidentStatus.ACKNOWLEDGED}
            ),
            key=lambda one: one.number,
        )

    def incident_numbered(self, number: int) -> Incident | None:
        """Return the open incident people call by this number."""
        return next((one for one in self.open_incidents() if one.number == number), None)


def _such(rule: Rule, schema: Schema) -> tuple[int, ...]:
    return tuple(
        position
        for position, (metric, labels) in enumerate(schema.series)
        if metric == rule.condition.metric and labels_match(rule.condition, labels)
    )


def new_world(loaded: Loaded, now: datetime) -> World:
    """Return a world in which nothing is known yet."""
    mall = loaded.mall
    targets: dict[str, list[Target]] = {}
    for target in loaded.targets:
        targets.setdefault(target.device, []).append(target)
    world = World(
        loaded, compile_rules(loaded.rules), Index(mall), targets={one: tuple(all_) for one, all_ in targets.items()}
    )
    for device in mall.devices:
        world.begin(device, now)
    for key in offered(mall):
        world.begin_delivery(key, now)
    world.served = frozenset(key for key in world.deliveries if served_at(mall, key, now))
    return world
