"""Rules and how a reading is held against them, in the vocabulary of Prometheus. Pure."""

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType

from alerts.model import Asks, Condition, Labels, Operator, Reading, Rule, Severity, Words
from alerts.settings import ConditionSettings, RuleSettings

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
            if rule.condition.asks is not Asks.ABSENT:
                by_metric.setdefault(rule.condition.metric, []).append(rule)
        self.absent = tuple(rule for rule in self.rules if rule.condition.asks is Asks.ABSENT)
        self._by_metric = {metric: tuple(found) for metric, found in by_metric.items()}

    def of(self, metric: str) -> tuple[Rule, ...]:
        """Return the rules that ask for readings of this metric (not those that ask for there being none)."""
        return self._by_metric.get(metric, ())

    def named(self, name: str) -> Rule | None:
        """Return the rule of this name, None when it is gone (an alert may outlive its rule over a reload)."""
        return self._named.get(name)


def compile_rules(rules: Iterable[Rule]) -> RuleBook:
    """Return the book of these rules. ValueError when two share a name: an alert is known by its rule's name."""
    return RuleBook(rules)


def severity(rule: Rule, *, serving: bool) -> Severity:
    """Return how grave an alert is: a jam at ten stops citizens, at night it waits until morning."""
    return rule.severity if serving or rule.outside_hours is None else rule.outside_hours


def matches(rule: Rule, kind: str, labels: Labels) -> bool:
    """Whether a rule is about subjects of this kind and readings with these labels at all."""
    if rule.condition.asks is Asks.ABSENT:
        return _of_kind(rule, kind) and labels == labels_of(rule)
    return _of_kind(rule, kind) and labels_match(rule.condition, labels)


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
        and labels_match(condition, reading.labels)
    )


def _of_kind(rule: Rule, kind: str) -> bool:
    return not rule.kinds or kind in rule.kinds


def labels_match(condition: Condition, labels: Labels) -> bool:
    """Whether a series with these labels is one that the condition speaks of."""
    if not condition.match:
        return True
    found = dict(labels)
    return all(found.get(label) in accepted for label, accepted in condition.match)


def labels_of(rule: Rule) -> Labels:
    """Return the labels of an alert about readings that are absent: those of which only one value is accepted."""
    return tuple((label, accepted[0]) for label, accepted in rule.condition.match if len(accepted) == 1)


def _condition(settings: ConditionSettings) -> Condition:
    match = tuple(
        (label, (accepted,) if isinstance(accepted, str) else tuple(accepted))
        for label, accepted in sorted(settings.match.items())
    )
    asks, over, ahead = Asks.VALUE, 0.0, 0.0
    if settings.forecast is not None:
        asks, over, ahead = Asks.FORECAST, settings.forecast.over, settings.forecast.ahead
    looks_back = {Asks.RATE: settings.rate, Asks.INCREASE: settings.increase, Asks.ABSENT: settings.absent}
    for kind, seconds in looks_back.items():
        if seconds is not None:
            asks, over = kind, seconds
    return Condition(
        settings.metric,
        settings.operator,
        over if settings.threshold is None else settings.threshold,
        match,
        settings.clear,
        asks,
        timedelta(seconds=over),
        timedelta(seconds=ahead),
    )


def from_settings(settings: RuleSettings) -> Rule:
    """Return the rule that validated settings state."""
    return Rule(
        name=settings.alert,
        condition=_condition(settings.condition),
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
