"""What rules that look far back have read is kept with the signs of life, and known again after a start."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice

from alerts.window import Remembered, Window
from mppmon.engine.turn import Turn
from mppmon.engine.watching import SELF
from mppmon.engine.world import World

_MOST = 200
"""Windows written by one transaction: those of a whole mall grow at the same instant, and none is in a hurry."""


def keep(turn: Turn) -> None:
    """Put the windows that have grown into the batch, those that waited longest first."""
    world = turn.world
    for key in list(islice(world.memory.grown, _MOST)):
        del world.memory.grown[key]
        rule, window = world.book.named(key.rule), world.memory.windows.get(key)
        if rule is not None and window is not None:
            turn.batch.windows.append(window.remembered(key, rule.condition))


def outlived(world: World, kept: Remembered, now: datetime) -> bool:
    """Whether nothing will ever ask for a window: rule or device are gone, it asks something else, all of it is old."""
    rule = world.book.named(kept.key.rule)
    if rule is None or (kept.key.subject not in world.reaches and kept.key.subject != SELF):
        return True
    asks = rule.condition
    same = (kept.metric, kept.asks, kept.over) == (asks.metric, asks.asks, asks.over)
    return not same or not kept.times or kept.times[-1] + kept.over.total_seconds() < now.timestamp()


def recall(world: World, kept: Iterable[Remembered], now: datetime) -> None:
    """Let rules remember what they did, as far as this configuration still has rule and device."""
    for one in kept:
        rule = world.book.named(one.key.rule)
        if rule is None or outlived(world, one, now):
            continue
        window = Window.of(one, rule.condition, now=now)
        if window is not None:
            world.memory.windows[one.key] = window
