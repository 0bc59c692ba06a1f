"""Tests of rules as people write them, close to promtool's: series, and what fires when."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from alerts.model import Severity
from alerts.series import series, values
from alerts.settings import Label, Word
from alerts.span import span
from mppmon.config.settings_hours import Strict


def _series(text: str) -> str:
    series(text)
    return text


def _values(text: str) -> str:
    values(text)
    return text


def _span(text: str) -> str:
    span(text)
    return text


def _interval(text: str) -> str:
    if not span(text):
        raise ValueError("a length of a second or more, such as 1m")
    return text


Span = Annotated[str, AfterValidator(_span)]


class SeriesSettings(Strict):
    """`series: metric{label="v"}` and its `values`, one per interval."""

    series: Annotated[str, AfterValidator(_series)]
    values: Annotated[str, AfterValidator(_values)]


class ExpectedSettings(Strict):
    """One alert that fires. What is left out is not compared."""

    labels: dict[Word, str] = {}  # noqa: RUF012  # pydantic copies defaults
    value: float | None = None
    severity: Severity | None = None


class RuleTestSettings(Strict):
    """At `eval_time` after the beginning, exactly these alerts of this rule fire; none when left out."""

    eval_time: Span
    alertname: Label
    exp_alerts: Annotated[tuple[ExpectedSettings, ...], Field(max_length=100)] = ()


class CaseSettings(Strict):
    """One test: a device of this kind gives these series."""

    name: Label
    interval: Annotated[str, AfterValidator(_interval)] = "1m"
    kind: Label
    during: Literal["service-hours", "closed"] = "service-hours"
    input_series: Annotated[tuple[SeriesSettings, ...], Field(min_length=1, max_length=100)]
    rule_tests: Annotated[tuple[RuleTestSettings, ...], Field(min_length=1, max_length=1000)]


class CasesFile(Strict):
    """`rules-tests.yaml`, or a file of `alerts/rules/cases/`."""

    tests: tuple[CaseSettings, ...]
