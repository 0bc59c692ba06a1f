"""The report as lines of text, for a terminal of eighty columns."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mppmon.doctor.examine import Group
from mppmon.doctor.finding import Finding, State

WIDTH = 80
_NAMES = 24
_INDENT = 4


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands before a line of each state, and before a cure; one character each."""

    ok: str = "✓"
    warn: str = "!"
    bad: str = "✗"
    skipped: str = "-"
    cure: str = "→"

    def of(self, state: State) -> str:
        """Return the mark of a state."""
        return {State.OK: self.ok, State.WARN: self.warn, State.BAD: self.bad, State.SKIPPED: self.skipped}[state]


PLAIN = Marks(ok="+", bad="X", cure=">")
"""For a terminal that has no other characters."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line to print. `state` None: a heading, or empty; `first`: it begins with the mark of its finding."""

    text: str
    state: State | None = None
    first: bool = False


def lines(groups: Sequence[Group], marks: Marks) -> Iterator[Line]:
    """Yield the report, aligned: what was found in one column, and below it the cure, in one piece where it fits."""
    names = [finding.name for group in groups for finding in group.findings]
    width = min(_NAMES, max((len(name) for name in names), default=0))
    for group in groups:
        if not group.findings:
            continue
        yield Line(group.name)
        for finding in group.findings:
            yield from _finding(finding, width, marks)
        yield Line("")
    yield Line(summary(finding for group in groups for finding in group.findings))


def _finding(finding: Finding, width: int, marks: Marks) -> Iterator[Line]:
    said = _wrapped(finding.said, WIDTH - _INDENT - width - 2)
    name = finding.name.ljust(width)
    yield Line(f"  {marks.of(finding.state)} {name}  {said[0]}", finding.state, first=True)
    for rest in said[1:]:
        yield Line(" " * (_INDENT + width + 2) + rest, finding.state)
    for number, part in enumerate(_wrapped(finding.cure, WIDTH - _INDENT - 2) if finding.cure else ()):
        yield Line(" " * _INDENT + (f"{marks.cure} " if number == 0 else "  ") + part, finding.state)


def _wrapped(text: str, width: int) -> list[str]:
    """Return the text in lines. A path or an address is never broken: it is there to be copied."""
    clean = "".join(char if char.isprintable() else " " for char in text)
    return textwrap.wrap(clean, width, break_long_words=False, break_on_hyphens=False) or [""]


def summary(findings: Iterable[Finding]) -> str:
    """Return `21 in order, 2 to look after, 1 broken, 3 not asked`."""
    states = [finding.state for finding in findings]
    words = {State.OK: "in order", State.WARN: "to look after", State.BAD: "broken", State.SKIPPED: "not asked"}
    return ", ".join(f"{states.count(state)} {word}" for state, word in words.items() if states.count(state))
