"""libyaml's complaints, said in the words of somebody who has to mend the file."""

import yaml

from mppmon.config.problem import Problem, quoted

_SAID = (  # part of libyaml's message, what was found, what was expected
    ("mapping values are not allowed", "a second colon in one line", "quotes around a text that contains ': '"),
    ("could not find expected ':'", "a line without a colon", "`key: value`, with a space after the colon"),
    ("did not find expected key", "a line that does not fit what is above it", "the indentation of its neighbours"),
    ("did not find expected '-'", "a line that does not fit the list above it", "`- ` like its neighbours"),
    ("found unexpected end of stream", "the end of the file inside quotes", "a closing quote"),
    ("did not find expected ',' or", "a bracket that is not closed", "`]` or `}`"),
    ("did not find expected node content", "nothing where a value should be", "a value"),
    ("incompatible YAML document", "a %YAML directive of another version", "no directive"),
)
_OPENED = ("did not find expected ',' or", "found unexpected end of stream")
"""Faults that are where something was opened, not where the reader gave up."""


def explain_syntax(error: yaml.YAMLError, name: str, text: str) -> Problem:
    """Return the Problem of a text that is not YAML."""
    if isinstance(error, yaml.reader.ReaderError):
        return _control(error, name, text)
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(name, 0, 0, "", str(error).splitlines()[0], "YAML")
    said = error.problem or "something that is not YAML"
    mark = error.context_mark if any(part in said for part in _OPENED) and error.context_mark else error.problem_mark
    line, column = mark.line, mark.column
    rows = text.splitlines()
    here = rows[line] if line < len(rows) else ""
    if "\t" in here[: column + 1]:
        at = here.index("\t")
        return Problem(name, line + 1, at + 1, "", "a tab", "spaces: YAML does not allow tabs in the indentation")
    if "cannot start any token" in said and column < len(here):
        return Problem(
            name, line + 1, column + 1, "", quoted(here[column]), "quotes around a text that begins with this sign"
        )
    for part, found, expected in _SAID:
        if part in said:
            return Problem(name, line + 1, column + 1, "", found, expected)
    return Problem(name, line + 1, column + 1, "", said, "YAML")


def _control(error: yaml.reader.ReaderError, name: str, text: str) -> Problem:
    before = text[: error.position]
    line = before.count("\n") + 1
    column = error.position - (before.rfind("\n") + 1) + 1
    return Problem(name, line, column, "", f"control character 0x{int(error.character):02x}", "text without it")
