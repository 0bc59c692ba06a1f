"""libyaml's complaints, said in the words of somebody who has to mend the file and need not know YAML."""

import re
import unicodedata

import yaml

from mppmon.config.problem import Problem, quoted

_QUOTES = "quotes around a text that begins with this sign"
_SAID = (  # part of libyaml's message, what was found, what was expected
    ("block sequence entries are not", "`- ` on the line of its key", "`- ` on a line of its own below, or [a, b]"),
    ("found unexpected end of stream", "a quote that is not closed", "the same quote at the end of the text"),
    ("found unexpected document indicator", "a quote that is not closed", "the same quote at the end of the text"),
    ("did not find expected ',' or", "a bracket that is not closed", "`]` or `}`, and a comma between entries"),
    ("did not find expected node content", "nothing where a value should be", "a value"),
    ("did not find expected '-'", "a line without `- ` in a list", "`- `, as the lines above have it"),
    ("expected <document start>", "a line further left than the first line", "the first line at the left edge too"),
    ("unknown escape character", 'a backslash within "..."', "'...' around a text with backslashes"),
    ("escape code", 'a backslash within "..."', "'...' around a text with backslashes"),
    ("hexdecimal number", 'a backslash within "..."', "'...' around a text with backslashes"),
    ("mapping keys are not allowed", "a question mark before a text", "quotes around the text"),
    ("found unexpected ':'", "a colon in a text within brackets", "quotes around the text, or a space after the colon"),
    ("YAML document", "a line that begins with %YAML", "a file without such a line"),
    ("directive", "a line that begins with %", "a file without such a line"),
)  # fmt: skip
_OPENED = ("did not find expected ',' or", "found unexpected end of stream", "found unexpected document indicator")
"""Faults that are where something was opened, not where the reader gave up."""
_UNQUOTED = ("scanning an alias", "scanning an anchor", "scanning a tag", "parsing a tag", "scanning a block scalar")
"""Faults of a text that begins with `*`, `&`, `!`, `|` or `>` and should be in quotes."""
_GLUED = re.compile(r"(\s*(?:- +)?)([A-Za-z_][A-Za-z0-9_-]*):([^\s/:].*)")
_HYPHEN = re.compile(r"(\s*)-([A-Za-z{\[\"'].*)")
_TARGETS = frozenset({"roster", "person"})
_LONGEST = 40  # characters of a line that an error repeats


def explain_syntax(error: yaml.YAMLError, name: str, text: str, last: yaml.ScalarEvent | None = None) -> Problem:
    """Return the Problem of a text that is not YAML. `last`: the value read before it."""
    if isinstance(error, yaml.reader.ReaderError):
        return _control(error, name, text)
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return Problem(name, 0, 0, "", quoted(str(error).splitlines()[0]), "text in the form `key: value`")
    said = error.problem or ""
    start = "could not find expected ':'" in said or any(part in said for part in _OPENED)
    mark = error.context_mark if start and error.context_mark else error.problem_mark
    rows = text.splitlines() or [""]
    row = min(mark.line, len(rows) - 1)
    column = mark.column if row == mark.line else len(rows[row])
    found = (
        _invisible_near(rows, row)
        or _quote(said, last, row, column)
        or _begins(error, rows)
        or _glued_near(rows, row)
        or _colon(said, rows, row, column)
        or _key(said, rows, row, column)
    )
    if found is not None:
        at, begin, what, expected = found
        return Problem(name, at + 1, begin + 1, "", what, expected)
    for part, what, expected in _SAID:
        if part in said:
            return Problem(name, row + 1, column + 1, "", what, expected)
    plain = re.sub(r"^(found|did not find|could not find) ", "", said)
    return Problem(name, row + 1, column + 1, "", f"what cannot be read ({plain})", "text in the form `key: value`")


_Found = tuple[int, int, str, str]
"""Line and column from 0, what was found, what was expected."""


def _near(rows: list[str], row: int) -> list[int]:
    """Return the faulty line and the nearest one above it that says something: the cause is in one of them."""
    above = next((one for one in range(row - 1, -1, -1) if rows[one].strip() and rows[one].strip()[0] != "#"), None)
    return [row] if above is None else [above, row]


def _invisible_near(rows: list[str], row: int) -> _Found | None:
    here = rows[row]
    if "\t" in here[: len(here) - len(here.lstrip()) + 1]:
        return row, here.index("\t"), "a tab", "spaces: tabs are not allowed in the indentation"
    for one in _near(rows, row):
        hidden = invisible(rows[one])
        if hidden is not None:
            return one, hidden[0], hidden[1], "an ordinary space, or nothing"
    return None


def invisible(text: str) -> tuple[int, str] | None:
    """Return where a text has a character that looks like a space or like nothing, and what it is."""
    for index, char in enumerate(text):
        if char not in " \t" and unicodedata.category(char) in {"Zs", "Cf"}:
            return index, f"an invisible character ({unicodedata.name(char, hex(ord(char))).lower()})"
    return None


def _quote(said: str, last: yaml.ScalarEvent | None, row: int, column: int) -> _Found | None:
    """Find a quoted text that ends too early: it has a quote in it, or the quote before it was never closed."""
    if last is None or last.style not in {"'", '"'} or "did not find expected" not in said:
        return None
    begin, end = last.start_mark, last.end_mark
    if begin is None or end is None or end.line != row or end.column > column:
        return None
    if begin.line != end.line:
        return begin.line, begin.column, "a quote that is not closed", "the same quote at the end of the text"
    again = '"..." around a text with \' in it' if last.style == "'" else "'...' around a text with \" in it"
    return row, end.column, "text after the closing quote", f"nothing after it, or {again}"


def _begins(error: yaml.MarkedYAMLError, rows: list[str]) -> _Found | None:
    """Find a text that begins with a sign that means something to YAML."""
    said, mark = error.problem or "", error.problem_mark
    if any(part in (error.context or "") for part in _UNQUOTED):
        mark = error.context_mark or mark
    elif "cannot start any token" not in said and "undefined tag handle" not in said:
        return None
    if mark is None or mark.line >= len(rows) or mark.column >= len(rows[mark.line]):
        return None
    return mark.line, mark.column, quoted(rows[mark.line][mark.column]), _QUOTES


def _glued_near(rows: list[str], row: int) -> _Found | None:
    for one in _near(rows, row):
        match = _GLUED.fullmatch(rows[one])
        if match and match[2] not in _TARGETS and ": " not in rows[one]:
            at = match.end(2)
            return one, at, "a colon without a space after it", f"`{match[2]}: {match[3][:_LONGEST]}`"
        match = _HYPHEN.fullmatch(rows[one])
        if match:
            return one, match.end(1), "`-` without a space after it", f"`- {match[2][:_LONGEST]}`"
    return None


def glued(text: str) -> str:
    """Return `a space after the colon: ...` when a text looks like `key:value`, or a hyphen's, or nothing."""
    match = _GLUED.match(text.split(" ", 1)[0])
    if match and match[2] not in _TARGETS:
        return f"write a space after the colon: `{match[2]}: {match[3][:_LONGEST]}`"
    match = _HYPHEN.match(text)
    return f"write a space after the hyphen: `- {match[2].split(' ')[0][:_LONGEST]}`" if match else ""


def _colon(said: str, rows: list[str], row: int, column: int) -> _Found | None:
    if "could not find expected ':'" in said:
        begin = _indent(rows[row])
        if rows[_near(rows, row)[0]].startswith(f"{' ' * begin}- "):
            return row, begin, "a line without `- ` in a list", f"`- {rows[row].strip()[:_LONGEST]}`"
        return row, column, "a line without a colon", "`key: value`, with a space after the colon"
    if "mapping values are not allowed" not in said:
        return None
    if ": " in rows[row][:column]:
        return row, column, "a second colon in one line", "quotes around a text that contains ': '"
    above = _near(rows, row)[0]
    if above == row:
        return row, column, "a colon that does not belong here", "quotes around a text that contains ': '"
    expected = f"{_indent(rows[above])}, as line {above + 1} has: that line has its value already"
    return row, _indent(rows[row]), f"{_indent(rows[row])} spaces before this line", expected


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _key(said: str, rows: list[str], row: int, column: int) -> _Found | None:
    if "did not find expected key" not in said:
        return None
    before = rows[row][:column].rstrip()
    if before and before[-1] in "]}":
        return row, column, "text after the closing bracket", "nothing after it, or quotes around the whole text"
    if before:
        return row, column, "text that does not fit here", "quotes around the whole text"
    above = _near(rows, row)[0]
    expected = f"{_indent(rows[above])}, as line {above + 1} has, or as few as an earlier line has"
    return row, column, f"{column} space{'' if column == 1 else 's'} before this line", expected


def _control(error: yaml.reader.ReaderError, name: str, text: str) -> Problem:
    before = text[: error.position]
    line = before.count("\n") + 1
    column = error.position - (before.rfind("\n") + 1) + 1
    code = int(error.character)
    hint = "the file looks like UTF-16, in Notepad: Save as, Encoding UTF-8; or it is no text file" if code == 0 else ""
    return Problem(name, line, column, "", f"the invisible control character 0x{code:02x}", "text without it", hint)
