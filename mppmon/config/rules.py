"""Alerting rules: those delivered with `alerts`, and what the mall's own `rules.yaml` makes of them."""

from functools import cache
from importlib.resources import files

from alerts.model import Operator
from alerts.settings import RuleSettings
from mppmon.config.draft import Draft
from mppmon.config.metrics import known
from mppmon.config.problem import ConfigErrors, listed, nearest, quoted
from mppmon.config.reading import read_bytes
from mppmon.config.rule_words import check_words
from mppmon.config.settings import RulesFile
from mppmon.config.validate import validate
from mppmon.mall.model import DeviceKind

FILE = "rules.yaml"
DAEMON = "daemon"
KINDS = frozenset({*(kind.value for kind in DeviceKind), "site", "service", DAEMON})
"""What a rule may speak of: devices by kind, the mall itself, a service at a counter, the daemon itself."""


@cache
def delivered() -> dict[str, RuleSettings]:
    """Return the rules of `alerts/rules/*.yaml` by name. ConfigErrors if one of them is broken (a fault of ours)."""
    found: dict[str, RuleSettings] = {}
    folder = files("alerts").joinpath("rules")
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        if not path.name.endswith(".yaml"):
            continue
        name = f"alerts/rules/{path.name}"
        table, problems = read_bytes(path.read_bytes(), name)
        if table is not None:
            table.pop("version", None)
            file, _, more = validate(RulesFile, table, name)
            problems.extend(more)
            found.update({rule.alert: rule for rule in (file.rules if file else ())})
        if problems:
            raise ConfigErrors(problems)
    return found


def check_rules(draft: Draft) -> None:
    """Judge the mall's own rules."""
    if draft.rules is None:
        return
    names: set[str] = set()
    for index, rule in enumerate(draft.rules.rules):
        if rule.alert in names:
            draft.error(FILE, ("rules", index, "alert"), f"{quoted(rule.alert)} again", "each alert once")
        names.add(rule.alert)
        metric = rule.condition.metric
        if metric not in known():  # a profile of one's own gives these families, or is refused
            draft.error(
                FILE,
                ("rules", index, "condition", "metric"),
                f"{quoted(metric)}, which nothing gives: the rule would never fire",
                "a metric of docs/metrics.md",
                nearest(metric, known()),
            )
        _check_clear(draft, index, rule)
        check_words(draft, index, rule)
        for number, kind in enumerate(rule.kinds):
            if kind not in KINDS:
                draft.error(FILE, ("rules", index, "kinds", number), quoted(kind), listed(KINDS), nearest(kind, KINDS))
    for index, name in enumerate(draft.rules.disable):
        if name not in delivered():
            draft.error(FILE, ("disable", index), quoted(name), listed(delivered()), nearest(name, delivered()))


_GROWS = frozenset({Operator.BELOW, Operator.AT_MOST})
"""Operators for which a value grows when it gets better."""
_SINKS = frozenset({Operator.ABOVE, Operator.AT_LEAST})


def _check_clear(draft: Draft, index: int, rule: RuleSettings) -> None:
    condition, at = rule.condition, ("rules", index, "condition", "clear")
    if condition.clear is None or condition.threshold is None:
        return
    threshold, found = f"the threshold {condition.threshold:g}", f"{condition.clear:g}"
    if condition.operator not in _GROWS | _SINKS:
        draft.error(FILE, at, f"it beside the operator {condition.operator}", "it beside <, <=, > or >= only")
    elif condition.operator in _GROWS and condition.clear <= condition.threshold:
        draft.error(FILE, at, found, f"more than {threshold}: the value grows when it gets better")
    elif condition.operator in _SINKS and condition.clear >= condition.threshold:
        draft.error(FILE, at, found, f"less than {threshold}: the value sinks when it gets better")


def merged(file: RulesFile) -> dict[str, RuleSettings]:
    """Return the rules that hold in this mall, by name."""
    rules = {name: rule for name, rule in delivered().items() if name not in file.disable}
    return rules | {rule.alert: rule for rule in file.rules}
