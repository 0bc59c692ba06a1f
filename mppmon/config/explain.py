"""pydantic's errors, said as found and expected, with the nearest known name, in none of pydantic's words."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from mppmon.config import guess
from mppmon.config.explain_profile import PROFILE_PATTERNS
from mppmon.config.models import bounds_at, fields_at
from mppmon.config.problem import MAX_SHOWN, listed, nearest, quoted
from mppmon.config.reference import is_seconds, meaning
from mppmon.config.syntax import glued
from mppmon.config.tree import Path, Row, Table, Value

Detail = Mapping[str, Any]
"""One entry of `ValidationError.errors()`."""

KEY = "[key]"
"""What pydantic appends to the location of an error about a key itself."""

SLUG = r"^[a-z0-9-]{1,40}$"
LINES = "lines `key: value` below it, each with two more spaces before it"
_LIST = "a list: lines that begin with `- `"
PATTERNS = {  # a pattern of a model -> what it asks for
    SLUG: "an id: at most 40 lower-case letters, digits and hyphens, such as a3-pc",
    r"^[A-Za-z][A-Za-z0-9]{0,62}$": "a name of letters and digits, such as PrinterJammed",
    r"^[A-Z]{2}$": "a country code of two capitals, such as ID",
    r"^[a-zA-Z_:][a-zA-Z0-9_:]{0,99}$": "a name of letters, digits and underscores",
    r"^[^\s:]{1,64}$": "a Linux user name without spaces, such as budi",
    r"^[A-Za-z0-9._-]{1,64}$": "a name of at most 64 letters, digits, dots, hyphens and underscores, such as ups1",
    r"^[0-9A-Fa-f.:]{2,45}(/[0-9]{1,3})?$": "an IP address or a network such as 203.0.113.0/24",
    r"^[!-~]{1,64}$": "a name without spaces, at most 64 characters, such as monitor",
    r"^[0-9a-f]{64}$": "64 digits of 0 to 9 and a to f, a SHA-256, as `mppmon agent enroll` prints it",
    r"^[^\x00-\x1f\x7f]{1,100}$": "a text on one line, at most 100 characters",
    r"^[^\x00-\x1f\x7f]{1,32}$": "a text on one line, at most 32 characters",
    r"^/[^\s\x00-\x1f\x7f]{0,499}$": "a path that begins with /, such as /metrics",
    **PROFILE_PATTERNS,
}
_DATE = "a date: year-month-day, such as 2026-11-24"
_EXPECTED = {
    "path_type": "the name of a file",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "yes or no",
    "bool_parsing": "yes or no",
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "tuple_type": _LIST,
    "dict_type": LINES,
    "model_type": LINES,
    "model_attributes_type": LINES,
}
_RANGE = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal"})
_NUMBERS = _RANGE | {kind for kind, text in _EXPECTED.items() if text.endswith("number")}
_LIMITS = {
    "too_short": "at least {min_length} entry",
    "too_long": "at most {max_length} entries",
    "string_too_short": "a text that is not empty",
    "string_too_long": "at most {max_length} characters: it has to fit on a phone or a page",
}
_GONE = {
    "state": "no such line: `mppmon run --state DIR` says where the daemon keeps its data",
    "database": "no such line: the database is a file in the state directory, see `mppmon run --state`",
    "prometheus_url": "no such line: Prometheus asks mppmon, mppmon does not ask Prometheus",
    "language": "no such line: every person in people.yaml has a `language` of their own",
}


def tree_path(table: Table, error: Detail) -> Path:
    """Return the location of an error without what is not in the file: names of union members, the index of a lone
    text. A missing key is its last step.
    """
    loc: tuple[str | int, ...] = error["loc"]
    if error["type"] in {"union_tag_not_found", "union_tag_invalid"}:
        loc = (*loc, _discriminator(error))
    missing = is_missing(error)
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


def is_missing(error: Detail) -> bool:
    """Whether this error is about a key that is not there."""
    return error["type"] in {"missing", "union_tag_not_found"}


def described(value: Value) -> str:
    """Return what was found, as an error says it."""
    if value is None:
        return "nothing"
    if isinstance(value, Table):
        return "`key: value` lines"
    if isinstance(value, str):
        return quoted(value)
    words = [one for one in value if isinstance(one, str)]
    short = words and len(words) == len(value) and len(", ".join(words)) < MAX_SHOWN
    return f"the list {quoted(', '.join(words))}" if short else "a list" if value else "an empty list"


def expectation(model: type[BaseModel], error: Detail, value: Value) -> tuple[str, str]:
    """Return what was expected, and a hint (perhaps empty)."""
    kind = str(error["type"])
    if kind == "extra_forbidden":
        return _unknown(model, error)
    if is_missing(error):
        return _missing(model, error)
    if kind in _NUMBERS:
        what = _EXPECTED.get(kind, "a number") + (" of seconds" if is_seconds(model, error["loc"]) else "")
        return f"{what}{bounds_at(model, error['loc'])}", guess.number(value) if isinstance(value, str) else ""
    if kind == "string_type":
        hint = "without [ ] around it and without `- ` before it" if isinstance(value, Row) else ""
        return "a text here" if value is None else "a text", hint
    if kind in {"model_type", "model_attributes_type", "dict_type", "tuple_type"}:
        return _EXPECTED[kind], _shape(model, error, value)
    return _text(kind, error.get("ctx") or {}, value if isinstance(value, str) else "", str(error["msg"]))


def _text(kind: str, context: Mapping[str, Any], text: str, said: str) -> tuple[str, str]:
    """Return what was expected instead of a text, and a hint."""
    if kind in {"literal_error", "enum", "union_tag_invalid"}:
        said = str(context.get("expected") or context.get("expected_tags"))
        words = re.findall(r"'([^']*)'", said) or [said]
        return listed(words), nearest(text, words)
    if kind == "string_pattern_mismatch":
        pattern = str(context["pattern"])
        return PATTERNS[pattern], guess.slug(text) if pattern == SLUG else ""
    if kind == "value_error":
        return str(context["error"]), guess.text(str(context["error"]), text)
    if kind in _LIMITS:
        return _LIMITS[kind].format(**context), ""
    if kind.startswith("bool"):
        return _EXPECTED[kind], guess.yes_or_no(text)
    return _EXPECTED.get(kind, said), guess.day(text) if kind.startswith("date") else ""


def _unknown(model: type[BaseModel], error: Detail) -> tuple[str, str]:
    word, inside = str(error["loc"][-1]), error["loc"][:-1]
    if model.__name__ == "DaemonFile" and not inside and word in _GONE:
        return _GONE[word], ""
    known = fields_at(model, inside)
    return listed(known), glued(word) or nearest(word, known)


def _missing(model: type[BaseModel], error: Detail) -> tuple[str, str]:
    loc = error["loc"]
    key, inside = (str(loc[-1]), loc[:-1]) if error["type"] == "missing" else (_discriminator(error), loc)
    return f"a line `{key}: ...`", meaning(model, inside, key)


def _shape(model: type[BaseModel], error: Detail, value: Value) -> str:
    """Return the likely cause where something of another shape stands: a missing space, hyphen or indentation."""
    if error["type"] == "tuple_type":
        first = next(iter(value), "") if isinstance(value, Table) else ""
        return glued(first) or ("put `- ` before the first line of each entry" if first else "")
    if isinstance(value, Row):
        return "without `- `: each entry begins with its id and a colon, such as `a3-pc:`"
    key = str(error["loc"][-1]) if error["loc"] else ""
    if isinstance(value, str) and not glued(value) and key in fields_at(model, error["loc"]):
        return f"if `{key}` belongs to the entry above it, put two more spaces before it"
    keys = fields_at(model, error["loc"])
    return (glued(value) if isinstance(value, str) else "") or (f"possible keys: {', '.join(keys)}" if keys else "")


def _discriminator(error: Detail) -> str:
    names: list[str] = re.findall(r"'([^']*)'", str(error["ctx"]["discriminator"]))
    return names[-1]  # the last of its names is as it is written
