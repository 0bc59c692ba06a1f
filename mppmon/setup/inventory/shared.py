"""What all sheets of a workbook share: texts, number formats, the day that dates count from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from mppmon.setup.inventory.cells import Cell, cleaned
from mppmon.setup.inventory.package import Budget, Enough, Package

LONGEST = 1000  # characters of a cell that are read
_TEXTS, _LETTERS = 1_000_000, 20_000_000
_STYLES = 200_000
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how Excel writes characters that XML does not take


@dataclass
class Letters:
    """A text that comes in pieces: joined up to LONGEST. `most`: letters of everything; Enough beyond."""

    most: int = _LETTERS
    _parts: list[str] = field(default_factory=list)
    _size: int = 0

    def add(self, piece: str) -> None:
        """Take a piece."""
        self.most -= len(piece)
        if self.most < 0:
            raise Enough
        if self._size < LONGEST:
            self._parts.append(piece[: LONGEST - self._size])
            self._size += len(piece)

    def take(self) -> str:
        """Return the whole, and begin anew."""
        found = "".join(self._parts)
        self._parts, self._size = [], 0
        return found


class Texts:
    """The texts that cells name by number."""

    def __init__(self, package: Package, part: str | None) -> None:
        self._texts: list[str] = []
        self._cells: dict[int, Cell] = {}
        if part is None:
            return
        budget, letters = Budget(_TEXTS * 5), Letters()
        hears = False
        beside = 0  # how deep in a reading aid (`rPh`), which is no part of the text

        def start(tag: str, _has: Mapping[str, str]) -> None:
            nonlocal hears, beside
            budget.take()
            beside += tag == "rPh"
            hears = tag == "t" and not beside

        def end(tag: str) -> None:
            nonlocal hears, beside
            hears = False
            beside -= tag == "rPh"
            if tag == "si":
                if len(self._texts) >= _TEXTS:
                    raise Enough
                self._texts.append(letters.take())

        package.read(part, start, end, lambda words: letters.add(words) if hears else None)

    def cell(self, number: int) -> Cell | None:
        """Return a text as a cell, None when it was not read: one of a million, or the file is damaged."""
        if not 0 <= number < len(self._texts):
            return None
        if number not in self._cells:
            self._cells[number] = Cell(plain(self._texts[number]))
        return self._cells[number]


def plain(text: str) -> str:
    """Return what Excel wrote as people see it, on one line."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
    return cleaned(text)


def formats(package: Package, part: str | None) -> list[str]:
    """Return the number format of each style; `General` beyond the list."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS  # noqa: PLC0415  # heavy: only for Excel files

    codes: dict[str, str] = {str(number): code for number, code in BUILTIN_FORMATS.items()}
    found: list[str] = []
    budget = Budget(_STYLES)
    inside = False

    def start(tag: str, has: Mapping[str, str]) -> None:
        nonlocal inside
        budget.take()
        if tag == "numFmt":
            codes[has.get("numFmtId", "")] = has.get("formatCode", "")[:LONGEST]
        elif tag == "cellXfs":
            inside = True
        elif tag == "xf" and inside:
            found.append(codes.get(has.get("numFmtId", "0"), "General"))

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    if part is not None:
        package.read(part, start, end)
    return found
