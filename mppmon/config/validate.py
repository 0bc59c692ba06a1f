"""Table -> pydantic model. What is good is kept although something beside it is bad: one run finds all faults."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mppmon.config.explain import KEY, described, expectation, tree_path
from mppmon.config.problem import Problem, is_secret, nearest, quoted
from mppmon.config.tree import Path, Row, Table, find, locate, without

Loc = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)

_ENTRY = 2  # levels of a path that name one entry: `devices.a3-pc`


def validate(model: type[Model], table: Table, name: str) -> tuple[Model | None, Table, list[Problem]]:
    """Return the model of the good part, the table of that part, and all problems.

    The good part lacks the entries (second level: one device, one person) that have a problem; None when what is left
    is no model either.
    """
    try:
        return model.model_validate(table), table, []
    except ValidationError as error:
        details = error.errors(include_url=False)
    problems: dict[tuple[Path, str], Problem] = {}
    bad: set[Path] = set()
    faults = _Faults.of(details)
    for detail in details:
        if faults.explain(detail):
            continue
        path = tree_path(table, detail)
        bad.add(path[:_ENTRY])
        problem = _problem(model, detail, path, table, name)
        before = problems.get((path, problem.found))
        if before is not None and before.expected != problem.expected:  # members of one union
            problem = Problem(
                *_at(table, path, name),
                before.key,
                before.found,
                f"{before.expected} or {problem.expected}",
                before.hint,
            )
        problems[path, problem.found] = problem
    good = without(table, bad)
    try:
        return model.model_validate(good), good, list(problems.values())
    except ValidationError:
        return None, good, list(problems.values())


@dataclass(frozen=True, slots=True)
class _Faults:
    """All errors of a file by place: ten thousand lines may have one each. `unknown`: place -> keys that nobody knows
    there; `within`: places that hold a fault.
    """

    unknown: Mapping[Loc, list[str]]
    within: frozenset[Loc]

    @classmethod
    def of(cls, details: list[ErrorDetails]) -> "_Faults":
        unknown: defaultdict[Loc, list[str]] = defaultdict(list)
        for one in details:
            if one["type"] == "extra_forbidden":
                unknown[one["loc"][:-1]].append(str(one["loc"][-1]))
        within = (one["loc"][:depth] for one in details for depth in range(len(one["loc"])))
        return cls(unknown, frozenset(within))

    def explain(self, detail: ErrorDetails) -> bool:
        """Whether this error only follows from another: a list is too short because its items are faulty, a key is
        missing because it is misspelt.
        """
        loc = detail["loc"]
        if detail["type"] == "missing":
            return any(_meant(one, str(loc[-1])) for one in self.unknown.get(loc[:-1], ()))
        return detail["type"] == "too_short" and loc in self.within


def _meant(word: str, key: str) -> bool:
    return bool(nearest(word.partition(":")[0].lstrip("-"), [key]))


def explained(model: type[BaseModel], details: list[ErrorDetails], table: Table, name: str) -> list[Problem]:
    """Return what pydantic found wrong in a file as problems, without those that only follow from another."""
    faults = _Faults.of(details)
    found = {}
    for one in details:
        if not faults.explain(one):
            path = tree_path(table, one)
            found[path, one["type"]] = _problem(model, one, path, table, name)
    return list(found.values())


def _problem(model: type[BaseModel], detail: ErrorDetails, path: Path, table: Table, name: str) -> Problem:
    value = find(table, path)
    key = ".".join(str(step) for step in path)
    of_key = detail["loc"][-1:] == (KEY,)
    expected, hint = expectation(model, detail, str(path[-1]) if of_key else value)
    if of_key or detail["type"] == "extra_forbidden":
        word = quoted(str(path[-1]))
        said = (
            word
            if of_key
            else f"{word}, which is not used any more"
            if expected.startswith("no ")
            else f"the unknown key {word}"
        )
        return Problem(*_at(table, path, name, key=True), key, said, expected, hint)
    found = described(value)
    if is_secret(key) and isinstance(value, str | Row):
        found = "a value (not shown: it may be secret)"
    return Problem(*_at(table, path, name), key, found, expected, hint)


def _at(table: Table, path: Path, name: str, *, key: bool = False) -> tuple[str, int, int]:
    return locate(table, path, key=key) or (name, 1, 1)
