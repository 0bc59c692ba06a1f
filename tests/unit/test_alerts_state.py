"""The life of an alert, as stories of readings and time, and against an oracle that looks at the whole story."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.model import Alert, AlertStatus, Condition, Effect, Fired, Operator, Reading, Resolved, Rule
from alerts.state import LOOKBACK, due, next_due, step

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def rule_of(wait: float = 0, keep: float = 0) -> Rule:
    return Rule("Jam", Condition("m", Operator.EQUAL, 1), timedelta(seconds=wait), timedelta(seconds=keep))


class Story:
    """Plays readings (`h`: holds, `c`: clear) and time (`.`) at given seconds, and keeps what happened."""

    def __init__(self, wait: float = 0, keep: float = 0) -> None:
        self.rule = rule_of(wait, keep)
        self.alert: Alert | None = None
        self.happened: list[str] = []
        self._ids = count(1)

    def play(self, *events: tuple[float, str]) -> "Story":
        for seconds, what in events:
            if what == ".":
                self._pass(seconds)
            else:
                self._read(seconds, seconds, holds=what == "h")
        return self

    def late(self, *, read_at: float, now: float, holds: bool) -> "Story":
        self._read(read_at, now, holds=holds)
        return self

    def _read(self, read_at: float, now: float, *, holds: bool) -> None:
        reading = Reading("a3", "m", (), float(holds), at(read_at))
        self.alert, effects = step(
            self.rule, self.alert, holds=holds, reading=reading, now=at(now), new_id=lambda: str(next(self._ids))
        )
        self._note(now, effects)

    def _pass(self, now: float) -> None:
        if self.alert is not None:
            self.alert, effects = due(self.rule, self.alert, now=at(now))
            self._note(now, effects)

    def _note(self, now: float, effects: list[Effect]) -> None:
        for effect in effects:
            assert isinstance(effect, Fired | Resolved)
            assert effect.alert is self.alert
            self.happened.append(f"{type(effect).__name__}@{now:g}")


@pytest.mark.parametrize(
    ("wait", "keep", "events", "happened"),
    [
        (0, 0, [(0, "c"), (60, "h"), (120, "h"), (180, "c")], ["Fired@60", "Resolved@180"]),
        (0, 0, [(0, "h"), (9999, ".")], ["Fired@0"]),  # a reading that does not come never resolves
        (90, 0, [(0, "h"), (60, "h"), (120, "h")], ["Fired@120"]),
        (90, 0, [(0, "h"), (60, "h"), (89, "."), (90, ".")], ["Fired@90"]),  # time alone is enough
        (90, 0, [(0, "h"), (60, "c"), (90, "."), (120, "h"), (180, "h")], []),  # it began again
        (600, 0, [(0, "h"), (60, "h"), (600, ".")], []),  # silence since 60: no evidence for `for`
        (600, 0, [(0, "h"), (60, "h"), (601, "h")], ["Fired@601"]),
        (0, 300, [(0, "h"), (60, "c"), (120, "c"), (360, "c")], ["Fired@0", "Resolved@360"]),
        (0, 300, [(0, "h"), (60, "c"), (360, ".")], ["Fired@0", "Resolved@360"]),
        (0, 300, [(0, "h"), (60, "c"), (120, "h"), (400, "."), (420, "c"), (719, "."), (720, ".")],
         ["Fired@0", "Resolved@720"]),
        (0, 0, [(0, "h"), (60, "c"), (120, "h")], ["Fired@0", "Resolved@60", "Fired@120"]),
    ],
)  # fmt: skip
def test_stories(wait: float, keep: float, events: list[tuple[float, str]], happened: list[str]) -> None:
    assert Story(wait, keep).play(*events).happened == happened


def test_an_alert_remembers_when_it_began_was_last_seen_and_ended() -> None:
    story = Story(keep=60).play((0, "h"), (10, "h"), (20, "c"), (30, "c"))
    assert story.alert is not None
    assert (story.alert.since, story.alert.last_held, story.alert.cleared_at) == (at(0), at(10), at(20))
    assert story.alert.status is AlertStatus.FIRING
    ended = story.play((80, ".")).alert
    assert ended is not None
    assert (ended.status, ended.resolved_at, ended.cleared_at, ended.id) == (AlertStatus.RESOLVED, at(80), at(20), "1")


def test_a_new_fault_after_a_resolved_one_is_a_new_alert() -> None:
    story = Story().play((0, "h"), (10, "c"), (20, "h"))
    assert story.alert is not None
    assert (story.alert.id, story.alert.since) == ("2", at(20))


def test_a_late_reading_changes_nothing() -> None:
    firing = Story().play((60, "h"))
    assert firing.late(read_at=30, now=70, holds=False).happened == ["Fired@60"]
    clearing = Story(keep=300).play((0, "h"), (60, "c"))
    before = clearing.alert
    assert clearing.late(read_at=30, now=70, holds=True).alert is before


def test_when_time_alone_will_change_it_is_said() -> None:
    pending = Story(wait=90).play((0, "h")).alert
    assert pending is not None
    assert next_due(rule_of(wait=90), pending) == at(90)
    assert next_due(rule_of(wait=LOOKBACK.total_seconds() + 1), pending) is None
    firing = Story().play((0, "h")).alert
    assert firing is not None
    assert next_due(rule_of(), firing) is None
    clearing = Story(keep=60).play((0, "h"), (10, "c")).alert
    assert clearing is not None
    assert next_due(rule_of(keep=60), clearing) == at(70)


@given(
    readings=st.lists(st.booleans(), min_size=1, max_size=40),
    wait=st.integers(0, 5).map(lambda n: n * 10.0),
    keep=st.integers(0, 5).map(lambda n: n * 10.0),
)
def test_against_an_oracle_that_sees_the_whole_story(readings: list[bool], wait: float, keep: float) -> None:
    story = Story(wait, keep).play(*((place * 10.0, "h" if holds else "c") for place, holds in enumerate(readings)))
    assert story.happened == oracle(readings, wait, keep)


def oracle(readings: list[bool], wait: float, keep: float) -> list[str]:
    """Look back over runs of equal readings: a long enough bad one fires, a long enough good one resolves."""
    happened, firing = [], False
    for place, holds in enumerate(readings):
        begin = place
        while begin and readings[begin - 1] == holds:
            begin -= 1
        lasted = (place - begin) * 10.0
        if holds and not firing and lasted >= wait:
            firing = True
            happened.append(f"Fired@{place * 10:g}")
        elif not holds and firing and lasted >= keep:
            firing = False
            happened.append(f"Resolved@{place * 10:g}")
    return happened
