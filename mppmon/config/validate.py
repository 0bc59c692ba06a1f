"""Table -> pydantic model. What is good is kept although something beside it is bad: one run finds all faults."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mppmon.config.explain import KEY, described, expectation, tree_path
from mppmon.config.problem import Problem, is_secret, nearest, quoted
from mppmon.config.tree import Path, Row, Table, find, locate, without

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
    for detail in details:
        if _follows(detail, details):
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


def _follows(detail: ErrorDetails, details: list[ErrorDetails]) -> bool:
    """Whether this error only follows from another: a list is too short because its items are faulty, a key is missing
    because it is misspelt.
    """
    loc = detail["loc"]
    if detail["type"] == "missing":
        beside = (other["loc"] for other in details if other["type"] == "extra_forbidden")
        return any(one[:-1] == loc[:-1] and _meant(str(one[-1]), str(loc[-1])) for one in beside)
    return detail["type"] == "too_short" and any(
        len(other["loc"]) > len(loc) and other["loc"][: len(loc)] == loc for other in details
    )


def _meant(word: str, key: str) -> bool:
    return bool(nearest(word.partition(":")[0].lstrip("-"), [key]))


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
