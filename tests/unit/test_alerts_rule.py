"""Rules against readings, and the rules that are delivered."""

import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from alerts.model import AlertKey, Condition, Operator, Reading, Rule, Severity, Words
from alerts.rule import compile_rules, from_settings, holds, matches
from alerts.settings import RuleSettings
from alerts.words import CARD_ERRORS, ERRORS, KINDS, RECEIPT_ERRORS, SUPPLIES, fill
from mppmon.mall.model import DeviceKind

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
JAM = Condition("mppmon_printer_error", Operator.EQUAL, 1.0, (("error", ("jammed", "no-paper")),))
MATCHED = {"error": set(ERRORS), "status": {"normal", "low", "depleted", "unknown", "replace"}}
"""What delivered rules pick out by a label; a battery's states are those of docs/metrics.md."""
METRICS = (Path(__file__).resolve().parents[2] / "docs" / "metrics.md").read_text("utf-8")


def reading(value: float, **labels: str) -> Reading:
    return Reading("a3-card", "mppmon_printer_error", tuple(labels.items()), value, AT)


def delivered() -> list[RuleSettings]:
    folder = files("alerts").joinpath("rules")
    found = [
        yaml.load(one.read_text("utf-8"), Loader=yaml.CSafeLoader)
        for one in folder.iterdir()
        if one.name.endswith(".yaml")
    ]
    assert all(one["version"] == 1 for one in found)
    return [RuleSettings.model_validate(rule) for one in found for rule in one["rules"]]


RULES = [from_settings(one) for one in delivered()]


@pytest.mark.parametrize(
    ("operator", "below", "same", "above"),
    [
        (Operator.EQUAL, False, True, False),
        (Operator.NOT_EQUAL, True, False, True),
        (Operator.ABOVE, False, False, True),
        (Operator.AT_LEAST, False, True, True),
        (Operator.BELOW, True, False, False),
        (Operator.AT_MOST, True, True, False),
    ],
)
def test_every_operator_compares_with_the_threshold(
    operator: Operator, *, below: bool, same: bool, above: bool
) -> None:
    condition = Condition("mppmon_printer_error", operator, 0.5)
    assert [holds(condition, reading(value)) for value in (0.4, 0.5, 0.6)] == [below, same, above]
    assert not holds(condition, reading(float("nan")))


def test_a_condition_holds_only_for_its_metric_and_its_labels() -> None:
    assert holds(JAM, reading(1, error="jammed"))
    assert not holds(JAM, reading(0, error="jammed"))
    assert not holds(JAM, reading(1, error="low-paper"))
    assert not holds(JAM, reading(1))
    assert not holds(Condition("mppmon_printer_jobs", Operator.EQUAL, 1.0), reading(1))


@pytest.mark.parametrize(
    ("operator", "clear", "held"),
    [
        (Operator.BELOW, 0.7, {0.4: True, 0.6: True, 0.7: False, 0.8: False}),
        (Operator.AT_MOST, 0.7, {0.4: True, 0.6: True, 0.7: True, 0.8: False}),
        (Operator.ABOVE, 0.3, {0.8: True, 0.4: True, 0.3: False, 0.2: False}),
        (Operator.AT_LEAST, 0.3, {0.8: True, 0.4: True, 0.3: True, 0.2: False}),
        (Operator.BELOW, None, {0.4: True, 0.5: False}),
    ],
)
def test_a_firing_alert_holds_until_the_value_is_past_clear(
    operator: Operator, clear: float | None, held: dict[float, bool]
) -> None:
    condition = Condition("mppmon_printer_error", operator, 0.5, clear=clear)
    assert {value: holds(condition, reading(value), firing=True) for value in held} == held
    between = 0.4 if operator in {Operator.ABOVE, Operator.AT_LEAST} else 0.6
    assert not holds(condition, reading(between))  # not firing yet: the threshold
    assert not holds(condition, reading(float("nan")), firing=True)


def test_a_rule_is_about_its_kinds_and_labels() -> None:
    rule = Rule("Jam", JAM, kinds=frozenset({"card-printer"}))
    assert matches(rule, "card-printer", (("error", "jammed"),))
    assert not matches(rule, "printer", (("error", "jammed"),))
    assert not matches(rule, "card-printer", (("error", "offline"),))


def test_the_book_finds_rules_by_metric_and_by_name() -> None:
    book = compile_rules(RULES)
    assert {rule.name for rule in book.of("mppmon_device_down")} == {
        "DeviceDown",
        "SuspectedDown",
        "PeripheralMissing",
        "SystemDown",
    }
    assert book.of("mppmon_pc_cpu_ratio") == ()
    assert book.named("DeviceDown") in book.rules
    assert book.named("Gone") is None


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="rule Jam: stated twice"):
        compile_rules([Rule("Jam", JAM), Rule("Jam", JAM)])


def test_every_kind_of_device_has_exactly_one_rule_about_its_reach() -> None:
    about = [rule for rule in RULES if rule.condition.metric == "mppmon_device_down"]
    assert {kind: sum(matches(rule, kind, ()) for rule in about) for kind in DeviceKind} == dict.fromkeys(DeviceKind, 1)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_delivered_rule_asks_for_a_known_metric_kind_and_error(rule: Rule) -> None:
    assert f"`{rule.condition.metric}`" in METRICS
    assert rule.kinds <= {*DeviceKind, "daemon"}
    assert rule.condition.threshold == rule.condition.threshold
    for label, accepted in rule.condition.match:
        assert set(accepted) <= MATCHED[label]
    assert rule.severity is Severity.URGENT or not rule.blocks  # what stops a service pages


def test_what_stops_a_printer_pages_and_a_nearly_empty_tray_does_not() -> None:
    book = compile_rules(RULES)

    def blocked_by(error: str) -> bool:
        return any(
            rule.blocks and matches(rule, "printer", (("error", error),)) for rule in book.of("mppmon_printer_error")
        )

    blocking = {error for error in ERRORS if blocked_by(error)}
    assert blocking == {
        "jammed", "no-paper", "no-toner", "marker-supply-missing", "door-open", "offline", "output-full",
    }  # fmt: skip


def test_the_enumeration_of_errors_is_the_one_of_the_metrics() -> None:
    row = next(line for line in METRICS.splitlines() if line.startswith("| `mppmon_printer_error`"))
    named = row.split("`error` = ")[1].split(" (RFC")[0].split(", ")
    assert set(named) == set(ERRORS)
    assert set(CARD_ERRORS) | set(RECEIPT_ERRORS) <= set(ERRORS)


@pytest.mark.parametrize("kind", list(DeviceKind))
@pytest.mark.parametrize("error", sorted(ERRORS))
def test_every_error_of_every_kind_has_words_and_a_first_step_in_both_languages(kind: str, error: str) -> None:
    summary = fill(Words("{error}", "{error}"), (("error", error),), 1.0, kind=kind)
    step = fill(Words("{error:step}", "{error:step}"), (("error", error),), 1.0, kind=kind)
    for text in (summary.id, summary.en, step.id, step.en):
        assert text
        assert text not in ERRORS
        assert not re.search(r"[{}?]", text)
    assert len(f"Langkah awal: {step.id}") <= 90  # two lines of a phone


@pytest.mark.parametrize(
    ("seconds", "said", "in_english"),
    [
        (1_209_599, "13 hari", "13 days"),
        (86_400, "1 hari", "1 day"),
        (86_399, "kurang dari 1 hari", "less than a day"),
        (-5, "kurang dari 1 hari", "less than a day"),
    ],
)
def test_what_ends_soon_names_the_days_that_are_left(seconds: float, said: str, in_english: str) -> None:
    text = fill(Words("habis dalam {value:days}", "ends in {value:days}"), (), seconds)
    assert text == Words(f"habis dalam {said}", f"ends in {in_english}")


def test_a_card_printer_jams_on_cards_and_a_laser_printer_on_paper() -> None:
    jam = (("error", "jammed"),)
    assert fill(Words("{error}", "{error}"), jam, 1, kind="card-printer") == Words("kartu macet", "card jammed")
    assert fill(Words("{error}", "{error}"), jam, 1, kind="printer") == Words("kertas macet", "paper jam")
    assert fill(Words("{error:step}", ""), jam, 1, kind="card-printer").id == (
        "buka penutup, keluarkan kartu, tutup kembali"
    )


def test_values_and_labels_are_put_in_their_place() -> None:
    template = Words("{type} tinggal {value:percent}, {value} dari {disk}", "{value:percent} of {type}, {value}")
    filled = fill(template, (("type", "ink-ribbon"), ("disk", "2")), 0.085, kind="printer")
    assert filled == Words("pita tinggal 8%, 0,085 dari 2", "8% of ribbon, 0.085")
    assert fill(Words("{gone}", "{gone:step}"), (), 1) == Words("?", "?")
    assert fill(Words("{kind:step}", ""), (), 1, kind="pc").id == KINDS["pc"].step.id
    assert fill(Words("{kind:step}", ""), (), 1, kind="camera").id.startswith("pastikan perangkat menyala")
    assert set(SUPPLIES) >= {"toner", "ink", "ribbon", "drum", "waste-toner", "other"}


def test_a_value_that_looks_like_a_template_stays_as_it_is() -> None:
    assert fill(Words("aplikasi {process}", ""), (("process", "{value}{error:step}"),), 1).id == (
        "aplikasi {value}{error:step}"
    )


def test_settings_become_a_rule() -> None:
    raw = {
        "alert": "Jam",
        "condition": {"metric": "m", "match": {"b": "2", "a": ["1", "3"]}, "threshold": 1},
        "for": 30,
        "keep_firing_for": 60,
        "labels": {"z": "1", "a": "2"},
        "summary": {"id": "macet", "en": "jam"},
        "first_step": {"id": "tarik", "en": "pull"},
    }
    rule = from_settings(RuleSettings.model_validate(raw))
    assert rule.condition.match == (("a", ("1", "3")), ("b", ("2",)))
    assert (rule.wait.total_seconds(), rule.keep_firing_for.total_seconds()) == (30, 60)
    assert rule.labels == (("a", "2"), ("z", "1"))
    assert AlertKey(rule.name, "x").labels == ()
