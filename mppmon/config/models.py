"""What the models of the files allow at a place: keys and ranges, out of their JSON Schema."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel

Place = dict[str, Any]
"""One schema within a schema."""


@cache
def _schema(model: type[BaseModel]) -> Place:
    return model.model_json_schema(by_alias=True)


def fields_at(model: type[BaseModel], loc: Sequence[str | int]) -> tuple[str, ...]:
    """Return the keys that the map at this location of the model may have."""
    return tuple(sorted({key for one in places_at(model, loc) for key in one.get("properties", {})}))


def model_at(model: type[BaseModel], loc: Sequence[str | int]) -> tuple[str, ...]:
    """Return the names of the models that may stand at this location."""
    return tuple(one["title"] for one in places_at(model, loc) if "properties" in one)


def bounds_at(model: type[BaseModel], loc: Sequence[str | int]) -> str:
    """Return ` from 1 to 65535`: the numbers allowed at this location; nothing where all are."""
    for one in places_at(model, loc):
        low, high = one.get("minimum"), one.get("maximum")
        if low is not None and high is not None:
            return f" from {low:.15g} to {high:.15g}"
    return ""


def places_at(model: type[BaseModel], loc: Sequence[str | int]) -> list[Place]:
    """Return the schemas that may hold at this location of the model."""
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
    return places


def _open_ended(place: Place) -> list[Place]:
    """Return what a map with free keys (device ids, channel ids) holds."""
    found = list(place.get("patternProperties", {}).values())
    more = place.get("additionalProperties")
    return [*found, more] if isinstance(more, dict) else found


def _options(whole: Place, places: list[Place]) -> list[Place]:
    """Follow references and unfold unions."""
    found: list[Place] = []
    for place in places:
        one = place
        if "$ref" in one:
            one = whole["$defs"][one["$ref"].rpartition("/")[2]]
        found.append(one)
        found.extend(_options(whole, [*one.get("anyOf", []), *one.get("oneOf", []), *one.get("allOf", [])]))
    return found
