"""YAML that remembers its lines, so that a bad profile is named by file, line and key. Pure but for its input text."""

from dataclasses import dataclass
from typing import Any

import yaml
from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a profile; `line` counts from 1, 0: the file as a whole."""

    file: str
    line: int
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f"{self.key}: " if self.key else ""
        return f"{place}: {key}found {self.found}, expected {self.expected}"


class ProfileError(Exception):
    """A profile that cannot be used; the text names file, line, key, what was found and what was expected.

    `faults` are the same, each by itself; none where a name is asked for that no profile has.
    """

    def __init__(self, *faults: Fault, text: str = "") -> None:
        self.faults = faults
        super().__init__(text or "\n".join(map(str, faults)))


def parse(text: str, file: str) -> tuple[dict[str, Any], yaml.Node]:
    """Return the map of a YAML text and its node tree. ProfileError when it is no YAML, or no map."""
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        raw = yaml.load(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        why = str(getattr(error, "problem", None) or type(error).__name__)
        raise ProfileError(Fault(file, mark.line + 1 if mark is not None else 0, "", why, "YAML")) from None
    if not isinstance(raw, dict) or node is None:
        raise ProfileError(Fault(file, 1, "", type(raw).__name__, "a map of a profile's keys"))
    return raw, node


def locate(problem: ErrorDetails, file: str, node: yaml.Node) -> Fault:
    """Return where one validation problem is, what was found there and what was expected."""
    here = node
    for step in problem["loc"]:
        inner = _child(here, str(step))
        if inner is not None:  # steps that pydantic adds (a union's tag, "[key]") are in no file
            here = inner
    path = ".".join(str(step) for step in problem["loc"] if step != "[key]") or "profile"
    found = repr(problem["input"])
    found = found if len(found) <= 80 else f"{found[:77]}..."  # noqa: PLR2004  # one line of a terminal
    return Fault(file, here.start_mark.line + 1, path, found, problem["msg"])


def _child(node: yaml.Node, step: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        item = node.value[int(step)]
        return item if isinstance(item, yaml.Node) else None
    return None
