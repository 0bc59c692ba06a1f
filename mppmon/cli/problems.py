"""Problems of a configuration as people and editors see them: one line each, and the line of the file with a caret."""

import os
import re
import shutil
from dataclasses import asdict
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import click
from rich.cells import cell_len

from mppmon.config.problem import Problem, is_secret

_NARROW, _MARGIN = 40, 8  # columns: the least that is worth cutting to, and those before the text
_SECRETS = ("password", "community", "token", "secret")
_SIGNED_IN = re.compile(r"://[^/\s]*@|password=", re.IGNORECASE)
_KEY = re.compile(r"(?<![\w-])([\w-]{1,80})[\"']?\s*:")
"""A key, begun where a word begins: sought anew from each letter of a long word, a line of 60 KB took three minutes."""


def show(place: Path, problem: Problem, word: str, colour: str) -> None:
    """Print a problem of the configuration in the directory `place`, in colour where it is wanted."""
    click.echo(f"{click.style(word, fg=colour, bold=True)}: {_sentence(problem)}")
    line = source_line(place, problem)
    if line is None:
        return
    text, column = _window(line, problem.column - 1, shutil.get_terminal_size().columns - _MARGIN)
    number = f"{problem.line:>5} | "
    click.echo(click.style(number, dim=True) + text)
    click.echo(" " * (len(number) + cell_len(text[:column])) + click.style("^", fg=colour, bold=True))


def _sentence(problem: Problem) -> str:
    """Return the problem with what was probably meant before the list of all that is allowed, which may be long."""
    if problem.nearest is None:
        return str(problem)
    meant = f" ({problem.hint})"
    return str(problem).removesuffix(meant).replace(f"found {problem.found},", f"found {problem.found}{meant},", 1)


def as_json(place: Path, problem: Problem) -> dict[str, object]:
    """Return a problem for editors: its parts, the whole sentence, the nearest known name, and the line of the file."""
    return {
        **asdict(problem),
        "nearest": problem.nearest,
        "message": _sentence(problem),
        "source": source_line(place, problem),
    }


def no_colour() -> bool:
    """Whether the reader has asked for no colour (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def source_line(place: Path, problem: Problem) -> str | None:
    """Return the line of a problem, None where there is none to show. Secrets and control characters are left out."""
    if not problem.line or "not shown" in problem.found:
        return None
    path = place / problem.file
    try:
        lines = _lines(path, path.stat().st_mtime_ns)
    except OSError:
        return None
    if problem.line > len(lines):
        return None
    line = "".join(char if char.isprintable() else " " for char in lines[problem.line - 1])
    if is_secret(problem.key) or _holds_secret(line):
        return None
    return line if problem.column <= len(line) + 1 else None


@lru_cache(maxsize=1)  # problems come sorted by file: one of ten thousand lines may have one in each
def _lines(path: Path, _changed: int) -> list[str]:
    return path.read_text("utf-8-sig", "replace").splitlines()


def _holds_secret(line: str) -> bool:
    """Whether a line may say a secret: by a key that is called like one, also misspelt, or in a URL."""
    if _SIGNED_IN.search(line):
        return True
    keys = _KEY.findall(line.lower())
    return any(is_secret(key) or get_close_matches(key, _SECRETS, n=1, cutoff=0.75) for key in keys)


def _window(line: str, column: int, room: int) -> tuple[str, int]:
    """Return the part of a long line around a column that fits into `room` characters, and the column in it."""
    room = max(room, _NARROW)
    if cell_len(line) <= room:
        return line, column
    begin = max(0, min(column - room // 2, len(line) - room + 1))
    part = line[begin : begin + room - 2]
    if begin:
        part = f"…{part[1:]}"
    return (f"{part}…" if begin + room - 2 < len(line) else part), column - begin
