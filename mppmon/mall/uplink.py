"""The mall's own line: judged by the anchors beyond it, since a line cannot be asked itself."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from mppmon.mall.health import Reach
from mppmon.mall.model import State


def line(anchors: Sequence[Reach], before: Reach, *, witnesses: Callable[[datetime], Iterable[Reach]]) -> Reach:
    """Return the line's reach from its anchors' newest probes: it answers while one of them does.

    While all fail, it has failed as often as the anchor that failed least, from the first failure of any, unless
    something else outside answered since (`witnesses` of an instant): then the fault is the anchors'.
    """
    answers = [
        reach.last_answered_at for reach in anchors if reach.failures == 0 and reach.last_answered_at is not None
    ]
    began = [reach.first_failed_at for reach in anchors if reach.first_failed_at is not None]
    if not answers and began:
        answers = [one.last_answered_at for one in witnesses(min(began)) if one.last_answered_at is not None]
    if answers:
        newest = max(answers)
        if before.state is State.UP:
            return replace(before, failures=0, first_failed_at=None, last_answered_at=newest, last_seen_at=newest)
        return Reach(State.UP, min(answers), last_answered_at=newest, last_seen_at=newest)
    if len(began) < len(anchors) or not began:
        return before  # an anchor was not asked yet
    return replace(before, failures=min(reach.failures for reach in anchors), first_failed_at=min(began))
