"""Debian's order of versions (deb-version(7)), which also suits 1.10 after 1.9."""

import re

_PARTS = re.compile(r"([^0-9]*)([0-9]*)")
_END = 0  # of a text; `~` sorts before it, letters after it, everything else after letters


def older(one: str, than: str) -> bool:
    """Return whether a version comes before another."""
    return _key(one) < _key(than)


def _key(version: str) -> tuple[int, list[tuple[list[int], int]], list[tuple[list[int], int]]]:
    epoch, colon, rest = version.strip().partition(":")
    if not (colon and epoch.isdecimal()):
        epoch, rest = "0", version.strip()
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "0")
    return int(epoch), _split(upstream), _split(revision or "0")


def _split(text: str) -> list[tuple[list[int], int]]:
    """Return pairs of what is no number, as weights that end with the text's end, and the number after it."""
    pairs = [(letters, digits) for letters, digits in _PARTS.findall(text) if letters or digits]
    return [([*map(_weight, letters), _END], int(digits or 0)) for letters, digits in [*pairs, ("", "0")]]


def _weight(char: str) -> int:
    if char == "~":
        return -1
    return ord(char) if char.isalpha() else ord(char) + 0x110000  # after every letter there is
