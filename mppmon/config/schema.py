"""The JSON Schema of every file, for editors."""

from typing import Any

from pydantic.json_schema import models_json_schema

from mppmon.config.settings import FILES


def schema() -> dict[str, Any]:
    """Return one JSON Schema (2020-12) with a property per file name; every file has `version: 1` besides."""
    _, whole = models_json_schema([(model, "validation") for model in FILES.values()], by_alias=True)
    names = {name: model.__name__ for name, model in FILES.items()}
    for name in names.values():
        definition = whole["$defs"][name]
        definition["properties"] = {"version": {"const": 1}, **definition["properties"]}
        definition["required"] = ["version", *definition.get("required", [])]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mppmon configuration directory",
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{model}"} for name, model in names.items()},
        "$defs": whole["$defs"],
    }
