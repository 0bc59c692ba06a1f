"""Files with tests of rules: read, judged and run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from alerts.model import Alert, Labels, Rule
from alerts.rehearsal import Played, Rehearsal
from alerts.rule import compile_rules, severity
from alerts.series import series, values
from alerts.span import span
from mppmon.config.directory import CASES, CASES_BESIDE, take_version
from mppmon.config.metrics import known
from mppmon.config.problem import ConfigErrors, Problem, listed, nearest, quoted
from mppmon.config.reading import read_bytes, unreadable
from mppmon.config.rules import KINDS
from mppmon.config.settings_cases import CaseSettings, CasesFile, ExpectedSettings
from mppmon.config.tree import Path as KeyPath
from mppmon.config.tree import Table, locate
from mppmon.config.validate import validate


@dataclass(frozen=True, slots=True)
class Case:
    """A test and where it is written. `lines`: the line of each of its expectations."""

    file: str
    settings: CaseSettings
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Failure:
    """An expectation that was not met, as text."""

    file: str
    line: int
    test: str
    eval_time: str
    alertname: str
    expected: str
    got: str

    def __str__(self) -> str:
        """Return one line for people."""
        return (
            f"{self.file}:{self.line} {self.test}, at {self.eval_time}, {self.alertname}: "
            f"expected {self.expected}, got {self.got}"
        )


def delivered_cases() -> dict[str, bytes]:
    """Return the files of tests that are delivered beside the rules, by name."""
    folder = files("alerts").joinpath("rules", "cases")
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    return {f"alerts/rules/cases/{one.name}": one.read_bytes() for one in found}


def cases_of(directory: Path) -> tuple[Path, ...]:
    """Return the mall's own files of tests: `rules-tests.yaml` and those in `rules-tests.d`."""
    beside = sorted((directory / CASES_BESIDE).glob("*.yaml"))
    alone = directory / CASES
    return (*((alone,) if alone.exists() else ()), *beside)


def read(paths: Iterable[Path]) -> dict[str, bytes]:
    """Return the bytes of these files by name. ConfigErrors names those that cannot be read."""
    found, problems = {}, []
    for path in paths:
        try:
            found[str(path)] = path.read_bytes()
        except OSError as error:
            problems.append(unreadable(path, str(path), error))
    if problems:
        raise ConfigErrors(problems)
    return found


def parse(sources: Mapping[str, bytes], rules: Iterable[Rule]) -> tuple[Case, ...]:
    """Return the tests in these files, by name. ConfigErrors names every fault: also a rule, metric or kind that does
    not exist, for such a test would prove nothing.
    """
    names = {rule.name for rule in rules}
    cases: list[Case] = []
    problems: list[Problem] = []
    for name, raw in sources.items():
        table, more = read_bytes(raw, name)
        problems.extend(more)
        if table is None:
            continue
        version = take_version(table, name)
        problems.extend([version] if version else [])
        file, good, more = validate(CasesFile, table, name)
        problems.extend(more)
        for index, one in enumerate(file.tests if file else ()):
            problems.extend(_unknown(good, name, index, one, names))
            at = [("tests", index, "rule_tests", place) for place in range(len(one.rule_tests))]
            cases.append(Case(name, one, tuple((locate(good, path) or (name, 1, 1))[1] for path in at)))
    if problems:
        raise ConfigErrors(problems)
    return tuple(cases)


def _unknown(table: Table, name: str, index: int, case: CaseSettings, rules: set[str]) -> Iterable[Problem]:
    def problem(path: KeyPath, word: str, words: Iterable[str], expected: str) -> Problem:
        at, every = ("tests", index, *path), frozenset(words)
        key = ".".join(str(step) for step in at)
        return Problem(*(locate(table, at) or (name, 1, 1)), key, quoted(word), expected, nearest(word, every))

    if case.kind not in KINDS:
        yield problem(("kind",), case.kind, KINDS, listed(KINDS))
    for place, one in enumerate(case.input_series):
        metric, _ = series(one.series)
        if metric not in known():
            yield problem(("input_series", place, "series"), metric, known(), "a metric of docs/metrics.md")
    for place, test in enumerate(case.rule_tests):
        if test.alertname not in rules:
            yield problem(("rule_tests", place, "alertname"), test.alertname, rules, "the name of a rule")


def run(cases: Iterable[Case], rules: Iterable[Rule]) -> tuple[Failure, ...]:
    """Return what is not as expected, in the order of files and lines."""
    book = compile_rules(rules)
    failures = []
    for case in cases:
        settings = case.settings
        played = [Played(*series(one.series), values(one.values)) for one in settings.input_series]
        times = [span(test.eval_time) for test in settings.rule_tests]
        said = Rehearsal(book, settings.kind).play(played, span(settings.interval), times)
        for test, time, line in zip(settings.rule_tests, times, case.lines, strict=True):
            rule = book.named(test.alertname)
            if rule is None:
                raise ValueError(f"{test.alertname}: no such rule")
            firing = [one for one in said[time] if one.key.rule == rule.name]
            serving = settings.during == "service-hours"
            if not _met(test.exp_alerts, firing, rule, serving=serving):
                got = ", ".join(_got(one, rule, serving=serving) for one in firing) or "none"
                expected = ", ".join(map(_expected, test.exp_alerts)) or "none"
                failures.append(Failure(case.file, line, settings.name, test.eval_time, rule.name, expected, got))
    return tuple(sorted(failures))


def _met(expected: Iterable[ExpectedSettings], firing: list[Alert], rule: Rule, *, serving: bool) -> bool:
    left = {_labels(rule, one): one for one in firing}
    for one in expected:
        found = left.pop(tuple(sorted(one.labels.items())), None)
        if found is None or one.severity not in {None, severity(rule, serving=serving)}:
            return False
        if one.value is not None and abs(one.value - found.value) > 1e-9 * max(1.0, abs(one.value)):
            return False
    return not left


def _labels(rule: Rule, alert: Alert) -> Labels:
    return tuple(sorted({**dict(rule.labels), **dict(alert.key.labels)}.items()))


def _words(labels: Labels) -> str:
    return "{" + ", ".join(f'{label}="{value}"' for label, value in labels) + "}"


def _got(alert: Alert, rule: Rule, *, serving: bool) -> str:
    return f"{_words(_labels(rule, alert))} {alert.value:g} {severity(rule, serving=serving)}"


def _expected(one: ExpectedSettings) -> str:
    more = [f"{one.value:g}"] if one.value is not None else []
    more += [str(one.severity)] if one.severity is not None else []
    return " ".join([_words(tuple(sorted(one.labels.items()))), *more])
