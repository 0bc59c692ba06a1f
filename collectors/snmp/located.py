"""YAML that remembers its lines, so that a bad profile is named by file, line and key. Pure but for its input text."""

from typing import Any

import yaml
from pydantic_core import ErrorDetails


class ProfileError(Exception):
    """A profile that cannot be used; the text names file, line, key, what was found and what was expected."""


def parse(text: str, file: str) -> tuple[dict[str, Any], yaml.Node]:
    """Return the map of a YAML text and its node tree. ProfileError when it is no YAML, or no map."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        raw = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark is not None else ""
        raise ProfileError(f"{file}{line}: not YAML: {getattr(error, 'problem', None) or error}") from None
    if not isinstance(raw, dict) or node is None:
        raise ProfileError(f"{file}:1: found {type(raw).__name__}, expected a map of a profile's keys")
    return raw, node


def locate(problem: ErrorDetails, file: str, node: yaml.Node) -> str:
    """Return one validation problem as `file:line: key: found ..., expected ...`."""
    here = node
    for step in problem["loc"]:
        inner = _child(here, str(step))
        if inner is not None:  # steps that pydantic adds (a union's tag, "[key]") are in no file
            here = inner
    path = ".".join(str(step) for step in problem["loc"] if step != "[key]") or "profile"
    found = repr(problem["input"])
    found = found if len(found) <= 80 else f"{found[:77]}..."  # noqa: PLR2004  # one line of a terminal
    return f"{file}:{here.start_mark.line + 1}: {path}: found {found}, expected: {problem['msg']}"


def _child(node: yaml.Node, step: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        item = node.value[int(step)]
        return item if isinstance(item, yaml.Node) else None
    return None
