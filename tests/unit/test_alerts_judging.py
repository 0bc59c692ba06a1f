"""Hysteresis, absence, and that nothing but a reading that says so ever ends an alert."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.judging import Memory, judge, judge_absence
from alerts.model import Alert, AlertKey, AlertStatus, Asks, Condition, Operator, Reading, Rule
from alerts.rule import from_settings
from alerts.settings import RuleSettings
from alerts.state import due, next_due

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
KEY = AlertKey("Low", "a3")
NAN = float("nan")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def low(wait: float = 0, keep: float = 0, clear: float | None = 0.15) -> Rule:
    condition = Condition("m", Operator.BELOW, 0.1, clear=clear)
    return Rule("Low", condition, timedelta(seconds=wait), timedelta(seconds=keep))


class Play:
    """Readings of one series against one rule; `firing[s]`: whether it fires after second `s`."""

    def __init__(self, rule: Rule, values: dict[int, float], until: int) -> None:
        self.firing: list[bool] = []
        self.resolved: list[int] = []
        memory, ids = Memory(), count()
        alert: Alert | None = None
        for second in range(until + 1):
            if second in values:
                reading = Reading("a3", "m", (), values[second], at(second))
                alert, _ = judge(
                    rule, alert, reading, key=KEY, memory=memory, now=at(second), new_id=lambda: str(next(ids))
                )
            if alert is not None and next_due(rule, alert) is not None:
                alert, _ = due(rule, alert, now=at(second))
            if alert is not None and alert.status is AlertStatus.RESOLVED:
                alert = None
                self.resolved.append(second)
            self.firing.append(alert is not None and alert.status is AlertStatus.FIRING)


def test_an_alert_goes_on_until_the_value_is_past_clear() -> None:
    assert Play(low(), {0: 0.09, 1: 0.12, 2: 0.149, 3: 0.15}, 4).firing == [True, True, True, False, False]


def test_what_is_pending_is_not_held_by_clear() -> None:
    assert not any(Play(low(wait=2), {0: 0.09, 1: 0.12, 2: 0.12, 3: 0.12}, 6).firing)


def test_without_clear_the_threshold_ends_it() -> None:
    assert Play(low(clear=None), {0: 0.09, 1: 0.12}, 1).firing == [True, False]


def test_what_is_no_number_neither_begins_nor_ends_an_alert() -> None:
    assert Play(low(), {0: NAN, 1: 0.09, 2: NAN}, 3).firing == [False, True, True, True]
    different = Rule("Low", Condition("m", Operator.NOT_EQUAL, 1))
    assert Play(different, {0: 0.0, 1: NAN}, 2).firing == [True, True, True]


SERIES = st.dictionaries(st.integers(0, 60), st.sampled_from([0.05, 0.12, 0.5, NAN]), max_size=30)
WAITS = st.integers(0, 12)


@given(SERIES, WAITS, WAITS, st.sampled_from([None, 0.15]), st.data())
def test_taking_well_readings_away_never_ends_an_alert_earlier(
    values: dict[int, float], wait: int, keep: int, clear: float | None, data: st.DataObject
) -> None:
    """Of a sequence from which readings that are well (or no numbers) were lost, the alert fires whenever it would have
    fired with them: a missing sample never resolves.
    """
    rule = low(wait, keep, clear)
    well = sorted(second for second, value in values.items() if not value < 0.1)
    lost = data.draw(st.sets(st.sampled_from(well)) if well else st.just(set[int]()))
    full, thinned = Play(rule, values, 80), Play(rule, {s: v for s, v in values.items() if s not in lost}, 80)
    assert all(after or not before for before, after in zip(full.firing, thinned.firing, strict=True))


@given(SERIES, WAITS, WAITS, st.data())
def test_no_alert_ends_without_a_reading_that_is_well(
    values: dict[int, float], wait: int, keep: int, data: st.DataObject
) -> None:
    """Whatever is lost: between the newest reading that is bad and the end lies one that is past `clear`."""
    kept = data.draw(st.sets(st.sampled_from(sorted(values))) if values else st.just(set[int]()))
    seen = {second: values[second] for second in kept}
    for end in Play(low(wait, keep), seen, 80).resolved:
        bad = max(second for second, value in seen.items() if second <= end and value < 0.15)
        assert any(bad < second <= end - keep and value >= 0.15 for second, value in seen.items())


def absent_story(*answers: tuple[int, bool | None]) -> list[bool]:
    """Play answers at second -> with the reading, without, or none at all (None: it did not answer)."""
    rule = Rule("Gone", Condition("m", Operator.EQUAL, 0, asks=Asks.ABSENT, over=timedelta(seconds=600)))
    memory, alert, firing = Memory(), None, []
    key = AlertKey("Gone", "a3")
    for second, given_ in answers:
        if given_ is None:
            memory.absences.forget("a3")
        else:
            alert, _ = judge_absence(
                rule, alert, key=key, given=given_, at=at(second), memory=memory, now=at(second), new_id=lambda: "1"
            )
        firing.append(alert is not None and alert.status is AlertStatus.FIRING)
    return firing


def test_readings_are_absent_after_so_long_a_time_of_answers() -> None:
    assert absent_story((0, True), (60, False), (600, False), (660, False), (720, True)) == [
        False, False, False, True, False,
    ]  # fmt: skip


def test_absence_counts_from_the_first_answer_and_not_over_a_silence() -> None:
    assert absent_story((0, False), (599, False), (600, False)) == [False, False, True]
    assert absent_story((0, False), (540, False), (550, None), (1200, False), (1799, False), (1800, False)) == [
        False, False, False, False, False, True,
    ]  # fmt: skip


def test_a_silence_does_not_end_the_alert_about_absence() -> None:
    assert absent_story((0, False), (600, False), (610, None), (1200, False), (1201, True)) == [
        False, True, True, True, False,
    ]  # fmt: skip


def settings(**condition: object) -> RuleSettings:
    words = {"id": "x", "en": "x"}
    return RuleSettings.model_validate(
        {"alert": "Low", "condition": {"metric": "m", **condition}, "summary": words, "first_step": words}
    )


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ({}, "a line `threshold"),
        ({"threshold": 1, "rate": 300, "increase": 300}, "only one of `rate`, `increase`"),
        ({"absent": 600, "threshold": 1}, "`absent` alone"),
        ({"absent": 600, "operator": "<"}, "`absent` alone"),
    ],
)
def test_what_makes_no_sense_is_refused(condition: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        settings(**condition)


def test_settings_become_conditions_and_survive_being_stored() -> None:
    stated = settings(operator="<=", threshold=0, forecast={"over": 86400, "ahead": 259200}, clear=0.05)
    again = RuleSettings.model_validate(stated.model_dump(mode="json", by_alias=True))
    assert from_settings(again).condition == Condition(
        "m", Operator.AT_MOST, 0, (), 0.05, Asks.FORECAST, timedelta(days=1), timedelta(days=3)
    )
    absent = from_settings(RuleSettings.model_validate(settings(absent=600).model_dump(mode="json", by_alias=True)))
    assert absent.condition == Condition("m", Operator.EQUAL, 600, asks=Asks.ABSENT, over=timedelta(seconds=600))
    assert from_settings(settings(rate=300, threshold=1)).condition.asks is Asks.RATE
    assert from_settings(settings(increase=300, threshold=1)).condition.asks is Asks.INCREASE
