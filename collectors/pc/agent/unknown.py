"""What is said of a key that is not known."""

from collections.abc import Iterable
from difflib import get_close_matches


def unknown(key: str, known: Iterable[str]) -> str:
    """Return `push.tokn: unknown key, expected one of ... (did you mean 'token'?)`. `key`: with the tables it is in."""
    names = sorted(known)
    near = get_close_matches(key.rpartition(".")[2].lower(), names, n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    return f"{key}: unknown key, expected one of {', '.join(names)}{hint}"
