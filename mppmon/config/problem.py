"""What is wrong in the configuration, said so that the person who wrote it can mend it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

_MEANT = re.compile(r"did you mean '(.*)'\?")
MAX_SHOWN = 60  # characters of a found value that an error repeats


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault: where (`line` and `column` count from 1; 0: the file as a whole), the key path, what was found and
    expected.

    Values of secret keys are never in `found`.
    """

    file: str
    line: int
    column: int
    key: str
    found: str
    expected: str
    hint: str = ""

    @property
    def nearest(self) -> str | None:
        """Return the known name that was probably meant, None when none looks like it."""
        match = _MEANT.fullmatch(self.hint)
        return match[1] if match else None

    def __str__(self) -> str:
        """Return `devices.yaml:12:5 devices.a3.kind: found 'pcc', expected one of pc, printer (did you mean 'pc'?)`."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        key = f" {self.key}" if self.key else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{key}: found {self.found}, expected {self.expected}{hint}"


class ConfigErrors(ValueError):
    """The configuration cannot be used; `problems` names all faults of one run, sorted by file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(one) for one in self.problems))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `did you mean 'x'?` with the known word that looks most like this one (whatever its case), or nothing."""
    return _nearest(word, frozenset(known))


def nearest_word(word: str, known: Iterable[str]) -> str:
    """Return the known word that looks most like this one (whatever its case), or nothing."""
    match = _MEANT.fullmatch(nearest(word, known))
    return match[1] if match else ""


@lru_cache(maxsize=256)  # one name that was changed is often the fault of a thousand lines
def _nearest(word: str, known: frozenset[str]) -> str:
    words = {one.lower(): one for one in sorted(known)}
    match = get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    return f"did you mean '{words[match[0]]}'?" if match else ""


def listed(words: Iterable[str], limit: int = 20) -> str:
    """Return `one of a, b, c`, cut after `limit` words; `nothing` when there are none."""
    every = sorted(words)
    if not every:
        return "none, because none is defined"
    rest = f" and {len(every) - limit} more" if len(every) > limit else ""
    return f"one of {', '.join(every[:limit])}{rest}" if len(every) > 1 else every[0]


def quoted(text: str) -> str:
    """Return the text in quotes, on one line, printable and at most MAX_SHOWN characters long."""
    short = text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
    return f"'{short}'" if short.isprintable() else ascii(short)


_SECRET_WORDS = ("password", "community", "token", "secret")


def is_secret(key: str) -> bool:
    """Whether a key (or key path) holds a secret itself, not the name of a file with it."""
    last = key.rpartition(".")[2].lower()
    return any(word in last for word in _SECRET_WORDS) and not last.endswith("_file")
