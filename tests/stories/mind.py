"""The deciding part of the engine alone, without a database: for stories that are told a thousand times."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from alerts.model import Incident, IncidentStatus, Notification
from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.settings import LivenessSettings
from mppmon.config import Loaded
from mppmon.engine.decide import decide
from mppmon.engine.turn import Turn
from mppmon.engine.world import new_world
from mppmon.mall.model import Device, Mall, Transition
from mppmon.store import Batch
from tests.stories.house import MONDAY, small_config

EVERY = 10.0
"""Seconds from one probe of a device to the next."""


def plain(devices: Iterable[Device], mall: Mall | None = None) -> Loaded:
    """Return the small configuration with these devices only; what has an address is asked whether it answers."""
    loaded = small_config()
    every = {one.id: one for one in devices}
    targets = tuple(
        Target(f"{one.id}:{Kind.LIVENESS}", one.id, Kind.LIVENESS, Way.TCP, "127.0.0.1", EVERY, LivenessSettings())
        for one in every.values()
        if one.address
    )
    whole = mall or replace(loaded.mall, site=replace(loaded.mall.site, uplink=None), counters={}, services={})
    return replace(loaded, mall=replace(whole, devices=every), targets=targets)


class Mind:
    """A world, and the turns that changed it. `transitions` and `messages`: all there were, in order."""

    def __init__(self, loaded: Loaded, now: datetime = MONDAY) -> None:
        self.now = now
        self._ids = count(1)
        self.world = new_world(loaded, now)
        self.transitions: list[Transition] = []
        self.messages: list[Notification] = []
        self.incidents: dict[str, Incident] = {}
        self.batches: list[Batch] = []

    def turn(self, *seen: Observation) -> Turn:
        """Decide on these at the present time."""
        turn = Turn(self.world, self.now, lambda: f"{next(self._ids):08}", Batch())
        decide(turn, seen, last_seen_every=timedelta(seconds=10))
        self.transitions += turn.batch.transitions
        self.messages += turn.batch.notifications
        self.incidents |= {one.id: one for one in turn.batch.incidents}
        self.batches.append(turn.batch)
        return turn

    def see(self, device: str, *, answers: bool) -> Observation:
        """Whether it answers, now."""
        return self.seen(device, Outcome.OK if answers else Outcome.TIMEOUT)

    def seen(self, device: str, outcome: Outcome) -> Observation:
        """How asking it ended, now."""
        return Observation(f"{device}:{Kind.LIVENESS}", device, outcome, self.now, 0.0)

    def play(self, probes: Sequence[tuple[float, str, bool]]) -> None:
        """Play probes, `(seconds from now, device, does it answer)`, each in a turn of its own."""
        start = self.now
        for second, device, answers in sorted(probes, key=lambda one: one[0]):
            self.now = max(self.now, start + timedelta(seconds=second))
            self.turn(self.see(device, answers=answers))

    def wait(self, seconds: float, step: float = 1.0) -> None:
        """Let time pass."""
        for _ in range(round(seconds / step)):
            self.now += timedelta(seconds=step)
            self.turn()

    def open_roots(self) -> list[str]:
        """Return the causes of the incidents that are not closed."""
        return sorted(one.root for one in self.incidents.values() if one.status is not IncidentStatus.CLOSED)


def round_of(order: Sequence[str], silent: Iterable[str], *, apart: float) -> list[tuple[float, str, bool]]:
    """Return the probes of devices asked one after the other, `apart` seconds: what is silent is asked again 0.5, 1.5
    and 3 s after its first failure, everything else once.
    """
    gone = set(silent)
    return [
        (place * apart + delay, device, device not in gone)
        for place, device in enumerate(order)
        for delay in ((0.0, 0.5, 1.5, 3.0) if device in gone else (0.0,))
    ]
