"""One line of the doctor's report."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_FEW = 3  # names that a line lists


class State(StrEnum):
    """How it stands. SKIPPED: it was not asked, or cannot be told here."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """`said`: what was found, free of secrets. `cure`: one command or sentence; empty only where all is well."""

    name: str
    state: State
    said: str
    cure: str = ""


def fine(name: str, said: str) -> Finding:
    """Return a green line."""
    return Finding(name, State.OK, said)


def warn(name: str, said: str, cure: str) -> Finding:
    """Return a yellow line: it works, and will not for ever, or not for everybody."""
    return Finding(name, State.WARN, said, cure)


def bad(name: str, said: str, cure: str) -> Finding:
    """Return a red line: something of what mppmon promises does not work now."""
    return Finding(name, State.BAD, said, cure)


def skipped(name: str, why: str) -> Finding:
    """Return a line for what was not asked."""
    return Finding(name, State.SKIPPED, why)


def few(words: Iterable[str]) -> str:
    """Return `a, b, c and 9 more`."""
    every = list(words)
    rest = f" and {len(every) - _FEW} more" if len(every) > _FEW else ""
    return ", ".join(every[:_FEW]) + rest
