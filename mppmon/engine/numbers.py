"""Which incident people mean by a number: since the message was written, it may have gone on in another one."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.model import Incident
from mppmon.engine.commands import Answer
from mppmon.engine.turn import Turn
from mppmon.engine.world import World
from mppmon.mall.principal import Principal
from mppmon.store.scope import incident_for


@dataclass(frozen=True, slots=True)
class Meant:
    """What a number stands for now. `number`: of the incident in which it goes on, or its own."""

    asked: int
    number: int

    @property
    def said(self) -> str:
        """Name it in an answer."""
        return f"#{self.asked} goes on in #{self.number}" if self.moved else f"#{self.number}"

    @property
    def moved(self) -> bool:
        """Whether it goes on in another one."""
        return self.number != self.asked

    def gone(self, turn: Turn, who: Principal) -> Answer:
        """Answer that nothing of this number is open, and since when, where this reader may know. StoreError when the
        database cannot say.
        """
        world = turn.world
        lately = (one for one in (*world.closed.values(), *turn.batch.incidents) if one.number == self.number)
        found = next(lately, None) or turn.recall(self.number)
        last = incident_for(found, who, world.loaded.mall) if found is not None else None
        since = ""
        if last is not None and last.closed_at is not None:
            since = last.closed_at.isoformat()
            at = last.closed_at.astimezone(ZoneInfo(world.loaded.mall.site.timezone))
            text = f"{self.said}{', which' if self.moved else ''} was closed on {at:%d %B at %H.%M %Z}; nothing changed"
        elif self.moved:
            text = f"{self.said}, which is not open any more; nothing changed"
        else:
            text = f"#{self.asked}: no open incident of this number"
        return Answer(ok=False, code="unknown-incident", text=text, incident=self.number, since=since)


def followed(merges: Mapping[int, int], number: int) -> int:
    """Follow a number to where its incident goes on, over any number of merges."""
    passed = {number}
    while (into := merges.get(number)) is not None and into not in passed:
        passed.add(into)
        number = into
    return number


def meant(world: World, number: int) -> Meant:
    """Return what a number stands for now."""
    return Meant(number, followed(world.merges, number))


def unclosed(world: World, number: int) -> Incident | None:
    """Return the incident of a number, or the one in which it goes on, unless it is closed."""
    wanted = meant(world, number).number
    return next((one for one in world.incidents.values() if one.number == wanted), None)
