"""One turn of the engine: what was taken from the queue, what it changed, and what is to happen after the commit.

A commit that fails keeps its turn: the batch grows until the database takes it, while the work lists start empty.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from alerts.model import Alert, Incident, Tell
from alerts.timeline import Event, EventKind
from mppmon.engine.world import World
from mppmon.mall.model import Transition
from mppmon.store import Batch


@dataclass
class Turn:
    """`batch` is what must be kept; the lists after it are the work of one `decide`.

    `changed`: devices whose reach or function changed, with the instant of the change; impact looks at these only.
    """

    world: World
    now: datetime
    new_id: Callable[[], str]
    batch: Batch
    recall: Callable[[int], Incident | None] = lambda _: None  # what the store keeps of a number, also of what is over
    changed: dict[str, datetime] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)  # devices that began or ceased to give their readings
    shown: frozenset[str] = frozenset()  # ids that look different to readers, though nothing is to be kept of it
    opened: set[str] = field(default_factory=set)  # services whose hours began or ended somewhere
    passives: set[str] = field(default_factory=set)  # what hangs on them failed, or answered: they are to be inferred
    powered: dict[str, datetime] = field(default_factory=dict)  # what may give power to others again, and since when
    repolls: list[tuple[str, tuple[float, ...]]] = field(default_factory=list)
    expedites: set[str] = field(default_factory=set)
    fired: list[Alert] = field(default_factory=list)
    resolved: list[Alert] = field(default_factory=list)
    tells: list[Tell] = field(default_factory=list)
    informed: dict[str, Incident] = field(default_factory=dict)  # what a message is about, as it is now

    def transition(self, subject: str, old: str, new: str, *, at: datetime, cause: str, agency: str | None) -> None:
        """Record a change once."""
        decided = self.world.decide_at(self.now)
        self.batch.transitions.append(
            Transition(self.new_id(), subject, old, new, at, decided, str(cause), self.world.loaded.revision, agency)
        )

    def event(
        self,
        incident: str,
        kind: EventKind,
        *,
        at: datetime | None = None,
        who: str = "",
        text: str = "",
        key: str | None = None,
    ) -> None:
        """Record what happened to an incident. `key`: of what is noted once, however often it is seen."""
        event = Event(key or self.new_id(), incident, at or self.now, kind, who, text)
        self.batch.events.append(event)

    def touched(self) -> frozenset[str]:
        """Return the ids that readers may want to look at anew."""
        subjects = {transition.subject.partition("/")[0] for transition in self.batch.transitions}
        return self.shown | frozenset(
            subjects | {one.id for one in self.batch.incidents} | {one.id for one in self.batch.alerts}
        )

    def rest(self) -> None:
        """Empty the work lists; what must be kept or asked stays."""
        for work in (self.changed, self.asked, self.opened, self.fired, self.resolved, self.tells, self.informed):
            work.clear()
