"""What readers see: an immutable picture of the world, published after each commit that changed something."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.model import Alert, Incident
from alerts.roster import on_call
from alerts.silence import Silence
from mppmon.config import Loaded
from mppmon.engine.world import World
from mppmon.mall.impact import Verdict
from mppmon.mall.model import Delivered, Device, DeviceKind, State


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of what is known. `duty`: roster -> person on duty (None: nobody).
    `off`: devices that are down but not expected on now. `changed`: ids that differ from
    the
    version before (devices, `service@counter`, incident ids).
    """

    version: int
    at: datetime
    loaded: Loaded
    reaches: Mapping[str, State] = field(default_factory=dict)
    functions: Mapping[str, State] = field(default_factory=dict)
    since: Mapping[str, datetime] = field(default_factory=dict)
    deliveries: Mapping[tuple[str, str], Verdict] = field(default_factory=dict)
    delivery_since: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    merges: Mapping[int, int] = field(default_factory=dict)  # number of an incident -> of the one it goes on in
    alerts: tuple[Alert, ...] = ()
    duty: Mapping[str, str | None] = field(default_factory=dict)
    blind: bool = False
    off: frozenset[str] = frozenset()
    clock_unsure: bool = False
    clock_unsure_since: datetime | None = None  # by that clock
    closed: frozenset[Delivered] = frozenset()  # services at counters that are out of their hours
    rejected: int = 0  # problems for which the newest reload was refused
    silences: tuple[Silence, ...] = ()  # also of later
    covering: tuple[Silence, ...] = ()  # silences and maintenance windows in force
    changed: frozenset[str] = frozenset()
    host: str = ""  # the machine the daemon runs on

    def subject(self, alert: Alert) -> Device:
        """Return what an alert is about: a device of the mall, or the daemon, shown like one."""
        found = self.loaded.mall.devices.get(alert.key.subject)
        return found or Device(alert.key.subject, DeviceKind.SERVER, alert.key.subject, place=self.host)

    @property
    def line_cut(self) -> bool:
        """Whether the mall's own line is what failed: not, when what it hangs on inside the mall did."""
        uplink = self.loaded.mall.site.uplink
        return self.blind and uplink is not None and self.reaches[uplink.device] is State.DOWN


def picture(world: World, version: int, now: datetime, changed: frozenset[str]) -> Snapshot:
    """Copy what readers may see."""
    return Snapshot(
        version=version,
        at=now,
        loaded=world.loaded,
        reaches=dict(world.reach_states()),
        functions=dict(world.functions),
        since=dict(world.function_since),
        deliveries=dict(world.deliveries),
        delivery_since=dict(world.delivery_since),
        incidents=tuple(world.open_incidents()),
        merges=dict(world.merges),
        alerts=tuple(world.alerts.values()),
        duty=dict(world.duty) or {one.id: on_call(one, now) for one in world.loaded.rotations.values()},
        blind=world.blind,
        off=world.off,
        clock_unsure=world.unsure,
        clock_unsure_since=world.unsure_since,
        closed=frozenset(world.deliveries.keys() - world.served),
        rejected=world.rejected,
        covering=world.covering,
        silences=tuple(sorted(world.silences.values(), key=lambda one: one.end)),
        changed=changed,
        host=world.host,
    )
