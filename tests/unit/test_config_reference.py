"""The key reference against the models: every key, what it defaults to, what it means, and none that is not."""

import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from mppmon.config.models import bounds_at
from mppmon.config.reference import TABLES, described, meaning, tables
from mppmon.config.settings import FILES, DefaultSettings, DevicesFile

REPO = Path(__file__).resolve().parents[2]
PAGES = (REPO / "docs/config.md", REPO / "mppmon/config/reference.md")
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
    kinds = "kind"  # the kinds of device have their list under "Devices"
    for key, field in _fields(TABLES[title]).items():
        row = REFERENCE[title][key]
        words = [word for word in _inside(field.annotation) if isinstance(word, str)]
        assert row["type"] == kinds or [word for word in words if f"`{word}`" not in row["type"]] == [], key


def test_the_defaults_of_a_kind_are_marked() -> None:
    marked = {key for key, row in REFERENCE["device"].items() if row["in `defaults`"] == "yes"}
    assert marked == set(DefaultSettings.model_fields)


@pytest.mark.parametrize("title", TABLES)
def test_every_key_has_a_meaning_without_marks(title: str) -> None:
    said = described()[TABLES[title].__name__]
    assert [key for key, text in said.items() if not text] == []
    assert [text for text in said.values() if "](" in text or "*" in text] == []


@pytest.mark.parametrize("title", TABLES)
def test_every_range_is_in_its_table(title: str) -> None:
    words = {" from 1 to 65535": "port"}
    for key, row in REFERENCE[title].items():
        bounds = bounds_at(TABLES[title], (key,))
        if bounds and not row["default"].startswith("["):
            assert words.get(bounds, bounds.removeprefix(" from ")) in row["type"].replace(",", ""), key


def test_an_error_can_say_what_a_missing_key_means() -> None:
    assert meaning(DevicesFile, ("devices", "a3-pc"), "name") == "as technicians call it"
    assert (
        meaning(FILES["channels.yaml"], ("channels", "x", "telegram"), "token_file") == "the file with the bot's token"
    )
    assert meaning(FILES["people.yaml"], ("people",), "nothing") == ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_a_heading(page: Path) -> None:
    text = page.read_text("utf-8")
    for path, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", text):
        headings = re.findall(r"^#+ (.+)$", (page.parent / path).read_text("utf-8") if path else text, re.MULTILINE)
        anchors = {re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert anchor in anchors, f"{path}#{anchor}"
