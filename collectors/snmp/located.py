"""YAML that remembers its lines, so that a bad profile is named by file, line and key. Pure but for its input text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic_core import ErrorDetails


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a profile; `line` counts from 1, 0: the file as a whole.

    For who says it in words of their own: `detail`, what the validator said; or `path`, where a `word` stands that is
    none of the `known`.
    """

    file: str
    line: int
    key: str
    found: str
    expected: str
    detail: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    path: tuple[str | int, ...] = field(default=(), compare=False, repr=False)
    word: str = field(default="", compare=False, repr=False)
    known: tuple[str, ...] = field(default=(), compare=False, repr=False)

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


MAX_DEPTH = 32  # levels of indentation and brackets
MAX_VALUES = 100_000  # of one file, with what aliases repeat


def parse(text: str, file: str) -> tuple[dict[str, Any], yaml.Node]:
    """Return the map of a YAML text and its node tree.

    ProfileError when it is no YAML, or no map; when a key is there twice, or aliases make it grow without bounds.
    """
    try:
        loader = yaml.CSafeLoader(text)
        node = loader.get_single_node()
        if node is not None:
            _check(node, file)
        raw = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        why = str(getattr(error, "problem", None) or type(error).__name__)
        raise ProfileError(Fault(file, mark.line + 1 if mark is not None else 0, "", why, "YAML")) from None
    if not isinstance(raw, dict) or node is None:
        raise ProfileError(Fault(file, 1, "", type(raw).__name__, "a map of a profile's keys"))
    return raw, node


def too_deep(text: str, file: str) -> Fault | None:
    """Return what is wrong with a text that nests so deep that composing it, recursive in C, would end the process."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                line = event.start_mark.line + 1 if event.start_mark else 0
                return Fault(file, line, "", f"more than {MAX_DEPTH} levels", "less indentation, fewer brackets")
    except yaml.YAMLError:
        return None  # `parse` says it
    return None


def _check(root: yaml.Node, file: str) -> None:
    """Refuse keys that are there twice, of which YAML would drop one, and aliases that repeat each other."""
    seen: set[int] = set()
    left, values = [root], 0
    while left:
        node = left.pop()
        values += 1
        if values > MAX_VALUES:
            raise ProfileError(Fault(file, 0, "", "aliases that repeat each other", f"at most {MAX_VALUES:,} values"))
        if isinstance(node, yaml.MappingNode):
            if id(node) not in seen:
                _check_keys(node, file)
            left += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            left += node.value
        seen.add(id(node))


def _check_keys(node: yaml.MappingNode, file: str) -> None:
    first: dict[str, int] = {}
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        line = key.start_mark.line + 1
        if key.value in first:
            found = f"a second {key.value[:40]!r}"
            raise ProfileError(Fault(file, line, "", found, f"each key once (the first is in line {first[key.value]})"))
        first[key.value] = line


def locate(problem: ErrorDetails, file: str, node: yaml.Node) -> Fault:
    """Return where one validation problem is, what was found there and what was expected."""
    if problem["type"] == UNKNOWN:
        said = problem.get("ctx", {})
        return unknown(file, node, path=said["path"], word=said["word"], known=said["known"], what=said["what"])
    here = node
    for step in problem["loc"]:
        inner = _child(here, str(step))
        if inner is not None:  # steps that pydantic adds (a union's tag, "[key]") are in no file
            here = inner
    path = ".".join(str(step) for step in problem["loc"] if step != "[key]") or "profile"
    found = repr(problem["input"])
    found = found if len(found) <= 80 else f"{found[:77]}..."  # noqa: PLR2004  # one line of a terminal
    return Fault(file, here.start_mark.line + 1, path, found, problem["msg"], detail=problem)


UNKNOWN = "unknown_name"
"""The type of the validator's error about a name that the profile does not define; its context: see `unknown`."""


def unknown(
    file: str, node: yaml.Node, *, path: tuple[str | int, ...], word: str, known: tuple[str, ...], what: str
) -> Fault:
    """Return the fault of a `word` somewhere below `path` that is the name of no `what`."""
    here = node
    for step in path:
        here = _child(here, str(step)) or here
    key = ".".join(str(step) for step in path)
    expected = f"the name of {what}: {', '.join(known) or 'there is none'}"
    line = here.start_mark.line + 1
    return Fault(file, line, key, repr(word), expected, path=path, word=word, known=known)


def _child(node: yaml.Node, step: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and step.isdecimal() and int(step) < len(node.value):
        item = node.value[int(step)]
        return item if isinstance(item, yaml.Node) else None
    return None
