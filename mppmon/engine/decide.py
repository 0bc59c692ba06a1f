"""One pass from observations to notifications. Pure over the world it is given: no I/O, no clock."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from collectors.observation import Observation
from mppmon.engine import (
    alerting,
    booting,
    delivery,
    folding,
    hours,
    incidents,
    itself,
    pacing,
    quiet,
    reach,
    reasons,
    remembering,
    restarts,
    silent,
    stale,
    suspecting,
    telling,
    viewing,
)
from mppmon.engine.pulse import TOLERANCE
from mppmon.engine.turn import Turn
from mppmon.engine.unwatched import follow_clock

_log = logging.getLogger(__name__)


def _take(turn: Turn, observation: Observation) -> None:
    for one in (observation, *observation.parts):
        reasons.note(turn.world, one)
        reach.observed(turn, one)
        alerting.readings(turn, one)
        restarts.read(turn, one)
        viewing.look(turn, one)


def decide(turn: Turn, observations: Sequence[Observation], *, last_seen_every: timedelta) -> None:
    """Let these observations, and the time that passed, change the world; the turn's batch is what must be kept of
    it.
    """
    follow_clock(turn)
    for observation in observations:
        if not turn.world.watched_from <= observation.evidence_at <= turn.now + TOLERANCE:
            continue  # of the time nobody watched, or of a clock that has been set back meanwhile
        try:
            _take(turn, observation)
        except Exception:  # noqa: BLE001  # one device's answer may not end the watch over all the others
            _log.exception("check %s: its observation could not be judged and was left out", observation.check)
    reach.follow_uplink(turn)
    silent.follow(turn)
    suspecting.follow(turn)
    booting.follow(turn)
    reach.judge(turn)
    stale.follow(turn)
    suspecting.follow(turn)
    alerting.states(turn)
    alerting.time_passed(turn)
    alerting.functions(turn)
    delivery.services(turn)
    hours.follow(turn)
    quiet.follow(turn)
    incidents.open_for(turn)
    viewing.reconsider(turn)
    quiet.tell_covered(turn)
    folding.fold(turn)
    itself.open_for(turn)
    incidents.close_mended(turn)
    incidents.refresh(turn)
    telling.escalations(turn)
    telling.notifications(turn)
    pacing.pace(turn)
    world = turn.world
    behind = (
        world.behind is not None
    )  # a sign of life at a time that has been would hide from the next start that it was
    if world.last_seen is None or (not behind and turn.now - world.last_seen >= last_seen_every):
        world.last_seen = turn.batch.last_seen = turn.now
        remembering.keep(turn)
    turn.rest()
