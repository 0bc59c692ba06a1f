"""Who had taken an incident is not with us any more: it is passed on, or it would be nobody's for ever."""

from dataclasses import replace

from alerts import escalation
from alerts.model import IncidentStatus
from alerts.timeline import EventKind
from mppmon.config import Loaded
from mppmon.engine.telling import remember
from mppmon.engine.turn import Turn
from mppmon.mall.principal import SYSTEM


def pass_on(turn: Turn, before: Loaded) -> None:
    """Call the next step for what people have taken who are in `before` and not in the configuration now. Who was
    never in it (an administrator's login) keeps it.
    """
    world = turn.world
    gone = before.people.keys() - world.loaded.people.keys()
    for incident in [one for one in world.open_incidents() if one.acknowledged_by in gone]:
        page = world.pages.get(incident.id)
        if page is not None:
            world.pages[incident.id] = escalation.forward(page, now=turn.now)
            turn.batch.pages.append(world.pages[incident.id])
        turn.event(incident.id, EventKind.PASSED, who=SYSTEM.name)
        remember(turn, replace(incident, status=IncidentStatus.OPEN, acknowledged_by=None, acknowledged_at=None))
