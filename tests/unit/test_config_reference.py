"""The key reference of docs/config.md against the models: every key, what it defaults to, and none that is not."""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from alerts.settings import (
    ConditionSettings,
    EmailSettings,
    PersonSettings,
    PolicySettings,
    RotationSettings,
    RuleSettings,
    StepSettings,
    TelegramSettings,
    WordsSettings,
)
from collectors.settings import AgentSettings, HttpSettings, LivenessSettings, SnmpSettings
from mppmon.config.settings import (
    FILES,
    AgencySettings,
    CounterSettings,
    DefaultSettings,
    DeviceSettings,
    IntervalSettings,
    KindIntervals,
    OfferSettings,
    ServiceSettings,
    SiteSettings,
    UplinkSettings,
)
from mppmon.config.settings_hours import HolidaySettings, HoursSettings, SpecialSettings

PAGE = Path(__file__).resolve().parents[2] / "docs/config.md"
TABLES: dict[str, type[BaseModel]] = {
    **FILES,
    "site": SiteSettings,
    "site.uplink": UplinkSettings,
    "hours": HoursSettings,
    "hours.special": SpecialSettings,
    "holidays": HolidaySettings,
    "agency": AgencySettings,
    "service": ServiceSettings,
    "counter": CounterSettings,
    "counter.services": OfferSettings,
    "device": DeviceSettings,
    "device.snmp": SnmpSettings,
    "device.agent": AgentSettings,
    "device.http": HttpSettings,
    "device.liveness": LivenessSettings,
    "person": PersonSettings,
    "roster": RotationSettings,
    "policy": PolicySettings,
    "policy.steps": StepSettings,
    "channel: email": EmailSettings,
    "channel: telegram": TelegramSettings,
    "rule": RuleSettings,
    "rule.condition": ConditionSettings,
    "rule.summary": WordsSettings,
    "daemon.intervals": IntervalSettings,
    "daemon.intervals.kinds": KindIntervals,
}


def tables() -> dict[str, dict[str, dict[str, str]]]:
    """Return title -> key -> heading of a column -> cell, of everything below the heading `Reference`."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for section in PAGE.read_text("utf-8").partition("\n# Reference\n")[2].split("\n### ")[1:]:
        title, _, body = section.partition("\n")
        head, _, *rows = (_cells(line) for line in body.splitlines() if line.startswith("|"))
        found[title] = {row[0].strip("`"): dict(zip(head, row, strict=True)) for row in rows}
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


REFERENCE = tables()


def _inside(annotation: object) -> Iterator[object]:
    """Yield what an annotation is made of: models, and the words of literals and enumerations. Not keys of maps."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) is Annotated:
        yield from _inside(get_args(annotation)[0])
    elif get_origin(annotation) is dict:
        yield from _inside(get_args(annotation)[1])
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from (word.value for word in annotation)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    else:
        for part in get_args(annotation):
            yield from _inside(part)


def _reachable(models: list[type[BaseModel]]) -> set[type[BaseModel]]:
    found: set[type[BaseModel]] = set()
    while models:
        model = models.pop()
        if model not in found:
            found.add(model)
            for field in model.model_fields.values():
                models.extend(
                    part for part in _inside(field.annotation) if isinstance(part, type) and issubclass(part, BaseModel)
                )
    return found


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _default(field: FieldInfo) -> str:
    """Return what the table says: `required`, nothing, or the default as it would be written."""
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, BaseModel) or (isinstance(value, tuple | dict) and not value):
        return ""
    return f"`{_written(value)}`"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(int(value)) if value == int(value) else str(value)
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Enum):
        return str(value.value)
    return f"[{', '.join(map(_written, value))}]" if isinstance(value, tuple) else str(value)


def test_every_model_has_its_table() -> None:
    assert set(REFERENCE) == set(TABLES)
    assert _reachable(list(FILES.values())) - {DefaultSettings} == set(TABLES.values())


@pytest.mark.parametrize("title", TABLES)
def test_every_key_is_there_with_its_default_and_no_other(title: str) -> None:
    fields = _fields(TABLES[title])
    assert {key: row["default"] for key, row in REFERENCE[title].items()} == {
        key: _default(field) for key, field in fields.items()
    }


@pytest.mark.parametrize("title", TABLES)
def test_every_word_that_is_allowed_is_named(title: str) -> None:
    kinds = "see above"  # the kinds of device have their list under "Devices"
    for key, field in _fields(TABLES[title]).items():
        row = REFERENCE[title][key]
        words = [word for word in _inside(field.annotation) if isinstance(word, str)]
        assert row["type"] == kinds or [word for word in words if f"`{word}`" not in row["type"]] == [], key


def test_the_defaults_of_a_kind_are_marked() -> None:
    marked = {key for key, row in REFERENCE["device"].items() if row["in `defaults`"] == "yes"}
    assert marked == set(DefaultSettings.model_fields)


def test_links_within_the_page_lead_to_a_heading() -> None:
    text = PAGE.read_text("utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
