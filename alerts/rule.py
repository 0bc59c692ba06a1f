"""Rules and how a reading is held against them, in the vocabulary of Prometheus. Pure."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from alerts.model import Condition, Labels, Operator, Reading, Rule, Words
from alerts.settings import RuleSettings

_COMPARE: Mapping[Operator, Callable[[float, float], bool]] = MappingProxyType(
    {
        Operator.EQUAL: operator.eq,
        Operator.NOT_EQUAL: operator.ne,
        Operator.ABOVE: operator.gt,
        Operator.AT_LEAST: operator.ge,
        Operator.BELOW: operator.lt,
        Operator.AT_MOST: operator.le,
    }
)


class RuleBook:
    """All rules, found by the metric they ask for or by their name."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self._named: dict[str, Rule] = {}
        by_metric: dict[str, list[Rule]] = {}
        for rule in self.rules:
            if rule.name in self._named:
                raise ValueError(f"rule {rule.name}: stated twice, expected one rule per name")
            self._named[rule.name] = rule
            by_metric.setdefault(rule.condition.metric, []).append(rule)
        self._by_metric = {metric: tuple(found) for metric, found in by_metric.items()}

    def of(self, metric: str) -> tuple[Rule, ...]:
        """Return the rules that ask for this metric."""
        return self._by_metric.get(metric, ())

    def named(self, name: str) -> Rule | None:
        """Return the rule of this name, None when it is gone (an alert may outlive its rule over a reload)."""
        return self._named.get(name)


def compile_rules(rules: Iterable[Rule]) -> RuleBook:
    """Return the book of these rules. ValueError when two share a name: an alert is known by its rule's name."""
    return RuleBook(rules)


def matches(rule: Rule, kind: str, labels: Labels) -> bool:
    """Whether a rule is about subjects of this kind and readings with these labels at all."""
    return (not rule.kinds or kind in rule.kinds) and _labels_match(rule.condition, labels)


def holds(condition: Condition, reading: Reading, *, firing: bool = False) -> bool:
    """Whether a reading fulfils `metric{match} operator threshold`, or while `firing` has not passed `clear`. Not a
    number fulfils nothing, not even `!=`.
    """
    value = reading.value
    threshold = condition.clear if firing and condition.clear is not None else condition.threshold
    return (
        reading.metric == condition.metric
        and value == value  # noqa: PLR0124  # false for NaN only
        and _COMPARE[condition.operator](value, threshold)
        and _labels_match(condition, reading.labels)
    )


def _labels_match(condition: Condition, labels: Labels) -> bool:
    if not condition.match:
        return True
    found = dict(labels)
    return all(found.get(label) in accepted for label, accepted in condition.match)


def from_settings(settings: RuleSettings) -> Rule:
    """Return the rule that validated settings state."""
    condition = settings.condition
    match = tuple(
        (label, (accepted,) if isinstance(accepted, str) else tuple(accepted))
        for label, accepted in sorted(condition.match.items())
    )
    return Rule(
        name=settings.alert,
        condition=Condition(condition.metric, condition.operator, condition.threshold, match, condition.clear),
        wait=timedelta(seconds=settings.wait),
        keep_firing_for=timedelta(seconds=settings.keep_firing_for),
        blocks=settings.blocks,
        severity=settings.severity,
        outside_hours=settings.outside_hours,
        kinds=frozenset(settings.kinds),
        labels=tuple(sorted(settings.labels.items())),
        summary=Words(settings.summary.id, settings.summary.en),
        first_step=Words(settings.first_step.id, settings.first_step.en),
    )
