"""One reading held against one rule: what the engine does, and `mppmon test-rules` does to try a rule. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from alerts.absence import Absences
from alerts.model import Alert, AlertKey, AlertStatus, Asks, Effect, Reading, Rule
from alerts.rule import holds
from alerts.state import step
from alerts.window import LONG, Window, derive


@dataclass(slots=True)
class Memory:
    """What rules remember of readings; it lives as long as the rules that ask for it. `grown`: long windows with a
    point that is not kept yet, in the order in which they grew.
    """

    windows: dict[AlertKey, Window] = field(default_factory=dict)
    grown: dict[AlertKey, None] = field(default_factory=dict)
    absences: Absences = field(default_factory=Absences)

    def clear(self) -> None:
        """Know nothing any more: the time of what was read is not to be relied on."""
        self.windows.clear()
        self.grown.clear()
        self.absences.clear()


def judge(
    rule: Rule,
    before: Alert | None,
    reading: Reading,
    *,
    key: AlertKey,
    memory: Memory,
    now: datetime,
    new_id: Callable[[], str],
) -> tuple[Alert | None, list[Effect]]:
    """Return the alert after a reading of the rule's metric and labels, and what follows from it. What cannot be known
    yet (a rate of one reading) changes nothing, nor does what is not a number.
    """
    condition = rule.condition
    if condition.asks is not Asks.VALUE:
        window = memory.windows.get(key)
        if window is None:
            window = memory.windows[key] = Window(condition.over)
        value = derive(condition, window, reading)
        if window.grown and condition.over >= LONG:
            memory.grown[key] = None
        if value is None:
            return before, []
        reading = replace(reading, value=value)
    elif reading.value != reading.value:  # true for NaN only
        return before, []
    firing = before is not None and before.status is AlertStatus.FIRING
    held = holds(condition, reading, firing=firing)
    if before is None and not held:
        return None, []
    return step(rule, before, holds=held, reading=reading, now=now, new_id=new_id)


def judge_absence(
    rule: Rule,
    before: Alert | None,
    *,
    key: AlertKey,
    given: bool,
    at: datetime,
    memory: Memory,
    now: datetime,
    new_id: Callable[[], str],
) -> tuple[Alert | None, list[Effect]]:
    """Return the alert after an answer with or without the readings that the rule wants to see."""
    said = memory.absences.answered(rule, key.subject, given=given, at=at)
    if said is None or (before is None and not said[1]):
        return before, []
    reading, held = said
    return step(rule, before, holds=held, reading=reading, now=now, new_id=new_id)
