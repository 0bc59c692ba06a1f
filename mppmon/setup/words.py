"""How the setup speaks, and how it compares what people write."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches

Translate = Callable[[str], str]
"""English source text -> the reader's language. Parameters of this type are called `_`, so that the catalogue sees the
texts."""

_SLUG_LIMIT = 40


def folded(text: str) -> str:
    """Return a text as it is compared: lower case, accents, punctuation and double spaces gone."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def slug(text: str, *, limit: int = _SLUG_LIMIT) -> str:
    """Return an id made of a name: `Loket A1` -> `loket-a1`. Empty when nothing of it can be kept."""
    return folded(text).replace(" ", "-")[:limit].strip("-")


def free(base: str, taken: Iterable[str]) -> str:
    """Return the id, or the first of `id-2`, `id-3`, ... that is not taken."""
    used = set(taken)
    if base and base not in used:
        return base
    number = 2
    while True:
        found = f"{base[: _SLUG_LIMIT - len(str(number)) - 1]}-{number}" if base else str(number)
        if found not in used:
            return found
        number += 1


def closest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """Return the known word that looks most like this one, None when none does. `cutoff`: how alike, 0 to 1."""
    words = {folded(one): one for one in sorted(known) if _same_number(word, one)}
    match = get_close_matches(folded(word), words, n=1, cutoff=cutoff)
    return words[match[0]] if match else None


def _same_number(word: str, known: str) -> bool:
    """Whether a known word may be meant: `Loket 4` is none for `Loket 9`, which is another counter, not a slip."""
    numbers = re.findall(r"\d+", known)
    return not numbers or numbers == re.findall(r"\d+", word)


def few(names: Sequence[str], limit: int = 5) -> str:
    """Return `a, b`, cut after `limit` names: `a, b, c, d, e, ... (12)`."""
    rest = f", ... ({len(names)})" if len(names) > limit else ""
    return ", ".join(names[:limit]) + rest


def shown(text: str, limit: int = 60) -> str:
    """Return a text that somebody else wrote, in quotes, on one printable line."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return f"'{line if len(line) <= limit else line[: limit - 1] + '…'}'"
