"""What the engine knows now: states, alerts, incidents, pages.

Held in memory by its one thread, rebuilt from the store.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.model import Alert, AlertKey, Incident, IncidentStatus, Labels, Page, Rule
from alerts.rule import RuleBook, compile_rules, matches
from collectors.collector import Kind, Target
from collectors.observation import Schema
from mppmon.config import Loaded
from mppmon.mall.health import Reach
from mppmon.mall.impact import Impact, Index, Verdict, impact
from mppmon.mall.model import Delivered, Device, State

Care = tuple[tuple[int, str, Labels, tuple[Rule, ...]], ...]
"""Of one schema and kind of device: `(index of the value, metric, labels, rules that ask for it)`."""


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
    functions: dict[str, State] = field(default_factory=dict)
    function_since: dict[str, datetime] = field(default_factory=dict)
    confirmed: dict[str, datetime] = field(default_factory=dict)  # all probes failed; the verdict is awaited
    blocking: dict[str, set[AlertKey]] = field(default_factory=dict)
    deliveries: dict[tuple[str, str], Verdict] = field(default_factory=dict)
    delivery_since: dict[tuple[str, str], datetime] = field(default_factory=dict)
    alerts: dict[AlertKey, Alert] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)  # by incident
    next_number: int = 1
    blind: bool = False
    last_seen: datetime | None = None
    targets: dict[str, tuple[Target, ...]] = field(default_factory=dict)
    care_cache: dict[tuple[Schema, str], Care] = field(default_factory=dict)

    @property
    def needed(self) -> int:
        """Failed probes in a row that confirm: the first and its re-polls."""
        return len(self.loaded.intervals.confirm) + 1

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

    def impact_of(self, at: datetime, only: Collection[Delivered] | None = None) -> Impact:
        """Return what the present functions mean for all services, or for `only` these."""
        return impact(self.loaded.mall, self.functions, reaches=self.reach_states(), blind=self.blind, at=at, only=only)

    def care(self, schema: Schema, kind: str) -> Care:
        """Return which values of this shape of answer some rule asks for."""
        key = (schema, kind)
        found = self.care_cache.get(key)
        if found is None:
            picked = [
                (position, metric, labels, tuple(rule for rule in self.book.of(metric) if matches(rule, kind, labels)))
                for position, (metric, labels) in enumerate(schema.series)
            ]
            found = self.care_cache[key] = tuple(one for one in picked if one[3])
        return found

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
        """Return the incident people call by this number, if it is not yet closed."""
        return next((one for one in self.incidents.values() if one.number == number), None)


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
        world.reaches[device] = Reach(State.UNKNOWN, now)
        world.functions[device] = State.UNKNOWN
        world.function_since[device] = now
    world.deliveries = dict(world.impact_of(now).deliveries)
    world.delivery_since = dict.fromkeys(world.deliveries, now)
    return world
