"""pydantic's errors, said as found and expected, with the nearest known name."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

from mppmon.config.problem import listed, nearest, quoted
from mppmon.config.tree import Path, Row, Table, Value

Detail = Mapping[str, Any]
"""One entry of `ValidationError.errors()`."""

KEY = "[key]"
"""What pydantic appends to the location of an error about a key itself."""

_PATTERNS = {
    r"^[a-z0-9-]{1,40}$": "lower-case letters, digits and hyphens, at most 40",
    r"^([01]\d|2[0-3])[.:][0-5]\d$": "a time such as 08:00",
    r"^[A-Za-z][A-Za-z0-9]{0,62}$": "a name of letters and digits, such as PrinterJammed",
    r"^[A-Z]{2}$": "a country code such as ID",
}
_EXPECTED = {
    "string_type": "a text",
    "path_type": "the path of a file",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number such as 2.5",
    "finite_number": "a number",
    "bool_type": "yes or no",
    "bool_parsing": "yes or no",
    "date_type": "a date such as 2026-11-24",
    "date_parsing": "a date such as 2026-11-24",
    "date_from_datetime_parsing": "a date such as 2026-11-24",
    "date_from_datetime_inexact": "a date such as 2026-11-24",
    "tuple_type": "a list",
    "dict_type": "a map (`key: value` lines, indented)",
    "model_type": "a map (`key: value` lines, indented)",
    "model_attributes_type": "a map (`key: value` lines, indented)",
}
_LIMITS = {
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number of at most {le}",
    "too_short": "at least {min_length} of them",
    "string_too_short": "a text that is not empty",
    "string_too_long": "at most {max_length} characters",
}


def tree_path(table: Table, error: Detail) -> Path:
    """Return the location of an error without what is not in the file: names of union members, the index of a lone
    text. A missing key is its last step.
    """
    loc: tuple[str | int, ...] = error["loc"]
    if error["type"] == "union_tag_not_found":
        loc = (*loc, _discriminator(error))
    missing = error["type"] in {"missing", "union_tag_not_found"}
    path: list[str | int] = []
    value: Value = table
    for index, step in enumerate(loc):
        if isinstance(value, Table) and step in value:
            value = value[str(step)]
        elif isinstance(value, Row) and isinstance(step, int) and step < len(value):
            value = value[step]
        elif not (missing and index == len(loc) - 1):
            continue
        path.append(step)
    return tuple(path)


def described(value: Value) -> str:
    """Return what was found, as an error says it."""
    if value is None:
        return "nothing"
    if isinstance(value, Table):
        return "a map"
    return "a list" if isinstance(value, Row) else quoted(value)


def expectation(model: type[BaseModel], error: Detail, value: Value) -> tuple[str, str]:
    """Return what was expected, and a hint (perhaps empty)."""
    kind, context = str(error["type"]), error.get("ctx") or {}
    if kind == "extra_forbidden":
        known = fields_at(model, error["loc"][:-1])
        return listed(known), nearest(str(error["loc"][-1]), known)
    if kind in {"literal_error", "enum", "union_tag_invalid"}:
        words = re.findall(r"'([^']*)'", str(context.get("expected") or context.get("expected_tags")))
        return listed(words), nearest(value, words) if isinstance(value, str) else ""
    return _said(kind, error, context), _duration(kind, value)


def _said(kind: str, error: Detail, context: Mapping[str, Any]) -> str:
    if kind == "missing":
        return f"the key {error['loc'][-1]}"
    if kind == "union_tag_not_found":
        return f"the key {_discriminator(error)}"
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(str(context["pattern"]), f"text of the form {context['pattern']}")
    if kind == "value_error":
        return str(context["error"])
    return _LIMITS[kind].format(**context) if kind in _LIMITS else _EXPECTED.get(kind, str(error["msg"]))


def _discriminator(error: Detail) -> str:
    return str(error["ctx"]["discriminator"]).strip("'")


def _duration(kind: str, value: Value) -> str:
    """Prometheus writes `5m`; durations here are seconds."""
    match = re.fullmatch(r"(\d+)(s|m|h|d)", value) if isinstance(value, str) and kind == "float_parsing" else None
    if match is None:
        return ""
    return f"in seconds: {int(match[1]) * {'s': 1, 'm': 60, 'h': 3600, 'd': 86_400}[match[2]]}"


@cache
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(by_alias=True)


def fields_at(model: type[BaseModel], loc: Sequence[str | int]) -> tuple[str, ...]:
    """Return the keys that the map at this location of the model may have."""
    whole = _schema(model)
    places = _options(whole, [whole])
    for step in loc:
        narrowed = [
            one["discriminator"]["mapping"][step]
            for one in places
            if step in one.get("discriminator", {}).get("mapping", {})
        ]
        below = [{"$ref": ref} for ref in narrowed]
        for one in places:
            if step in one.get("properties", {}):
                below.append(one["properties"][step])
            elif isinstance(step, str):
                below.extend(_open_ended(one))
            elif isinstance(one.get("items"), dict):
                below.append(one["items"])
        if below:
            places = _options(whole, below)
    return tuple(sorted({key for one in places for key in one.get("properties", {})}))


def _open_ended(place: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a map with free keys (device ids, channel ids) holds."""
    found = list(place.get("patternProperties", {}).values())
    more = place.get("additionalProperties")
    return [*found, more] if isinstance(more, dict) else found


def _options(whole: dict[str, Any], places: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Follow references and unfold unions."""
    found: list[dict[str, Any]] = []
    for place in places:
        one = place
        if "$ref" in one:
            one = whole["$defs"][one["$ref"].rpartition("/")[2]]
        found.append(one)
        found.extend(_options(whole, [*one.get("anyOf", []), *one.get("oneOf", []), *one.get("allOf", [])]))
    return found
