"""The JSON Schema (2020-12) of every file, for editors that read YAML: completion, the meaning of a key, faults while
typing.

An editor types scalars as YAML 1.2 does: `08.00` is a number to it, `yes` a text. Our reader takes them as they are
meant, so the schemas must too: they refuse nothing that `mppmon check-config` takes.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from mppmon.config.explain import PATTERNS
from mppmon.config.reference import described
from mppmon.config.settings import FILES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*$"
_INTEGER = r"^\s*[+-]?[0-9]+(\.0*)?\s*$"
_BOOLEAN = r"^([Yy]([Ee][Ss])?|[Nn][Oo]?|[Oo]([Nn]|[Ff][Ff])|[Tt]([Rr][Uu][Ee])?|[Ff]([Aa][Ll][Ss][Ee])?|0|1)$"
_SAID = "patternErrorMessage"  # no keyword of JSON Schema: editors show it instead of the pattern
_SCALARS = ("string", "number", "boolean")
_BOUNDS = {"minLength": "minItems", "maxLength": "maxItems"}
_NOISE = frozenset({"title", "discriminator", "format", "writeOnly"})
"""Keywords that only pydantic or OpenAPI know, or that would be shown in place of a meaning."""


def schemas() -> dict[str, dict[str, Any]]:
    """Return file name -> JSON Schema."""
    return {name: _schema(name, model) for name, model in FILES.items()}


def _schema(name: str, model: type[BaseModel]) -> dict[str, Any]:
    whole = model.model_json_schema(by_alias=True)
    names: dict[str, dict[str, Any]] = whole.pop("$defs", {})
    scalar = {f"#/$defs/{key}" for key, one in names.items() if "properties" not in one}
    root = _place(whole, scalar)
    root["properties"] = {"version": {"enum": [1, "1"], "description": "of the format"}, **root["properties"]}
    root["required"] = ["version", *root.get("required", [])]
    return {
        "$schema": DIALECT,
        "title": f"mppmon: {name}",
        **root,
        "$defs": {key: _place(one, scalar) for key, one in names.items()},
    }


def _place(place: Mapping[str, Any], scalar: set[str]) -> dict[str, Any]:
    """Return a schema within a schema as editors need it. `scalar`: references that lead to no map."""
    found = {key: value for key, value in place.items() if key not in _NOISE}
    if "properties" in found:
        said = described().get(str(place.get("title")), {})
        found["properties"] = {
            key: {**_place(one, scalar), **({"description": said[key]} if said.get(key) else {})}
            for key, one in found["properties"].items()
        }
    for key in ("patternProperties", "$defs"):
        if key in found:
            found[key] = {name: _place(one, scalar) for name, one in found[key].items()}
    for key in ("anyOf", "oneOf", "allOf"):
        if key in found:
            found[key] = [_place(one, scalar) for one in found[key]]
    if isinstance(found.get("additionalProperties"), dict):
        found["additionalProperties"] = _place(found["additionalProperties"], scalar)
    elif "patternProperties" in found:
        found["additionalProperties"] = False
    return _value(found, scalar)


def _value(found: dict[str, Any], scalar: set[str]) -> dict[str, Any]:
    """Return the schema of a value that a text may stand for."""
    kind = found.get("type")
    if kind == "array" and isinstance(found.get("items"), dict):
        return _array(found, scalar)
    if "enum" in found:
        digits = [int(word) for word in found["enum"] if isinstance(word, str) and word.isdecimal()]
        return {**{key: value for key, value in found.items() if key != "type"}, "enum": [*found["enum"], *digits]}
    if kind == "string" and "const" not in found:
        said = {_SAID: PATTERNS[found["pattern"]]} if "pattern" in found else {}
        return {**found, **said, "type": list(_SCALARS)}
    if kind in {"number", "integer"}:
        pattern = _INTEGER if kind == "integer" else _NUMBER
        return {**found, "type": [kind, "string"], "pattern": pattern, _SAID: "a number"}
    if kind == "boolean":
        rest = {key: value for key, value in found.items() if key != "type"}
        words = [
            {"type": "boolean"},
            {"enum": ["yes", "no"]},
            {"type": "string", "pattern": _BOOLEAN},
            {"enum": [0, 1]},
        ]
        return {**rest, "anyOf": words}
    return found


def _array(found: dict[str, Any], scalar: set[str]) -> dict[str, Any]:
    """Return a list; where its items are no maps, one alone may stand for it.

    Behind a validator that runs before it, pydantic calls the bounds of a list those of a text.
    """
    found = {_BOUNDS.get(key, key): value for key, value in found.items()}
    items = _place(found["items"], scalar)
    is_map = "properties" in items or ("$ref" in items and items["$ref"] not in scalar)
    if is_map:
        return {**found, "items": items}
    many = {key: value for key, value in {**found, "items": items}.items() if key not in {"default", "description"}}
    rest = {key: value for key, value in found.items() if key in {"default", "description"}}
    return {**rest, "anyOf": [many, items]}
