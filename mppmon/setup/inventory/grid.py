"""One sheet of an Excel workbook -> a table: the first rows and columns, whatever the file claims to have."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mppmon.setup.inventory.cells import EMPTY, Cell, Trouble, cell_of
from mppmon.setup.inventory.package import Budget, Enough, Package
from mppmon.setup.inventory.shared import Letters, Texts, plain
from mppmon.setup.inventory.sheet import MAX_COLUMNS, MAX_ROWS, Row, Sheet

MAX_CELLS = 400_000  # with something in them: 20,000 rows of 20
_MERGED = 20_000
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})")
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Shared:
    """What the cells of a workbook refer to. `epoch_1904`: dates count from 1904."""

    texts: Texts
    formats: Sequence[str]
    epoch_1904: bool


class Grid:
    """Reads one part; `rows`: as many at most."""

    def __init__(self, shared: Shared, budget: Budget, *, rows: int = MAX_ROWS) -> None:
        self._shared, self._budget, self._most = shared, budget, rows
        self._rows: dict[int, dict[int, Cell]] = {}
        self._count = 0
        self._cut = False
        self._merged: list[tuple[int, int, int]] = []  # column, first row, last row
        self._row = self._column = 0
        self._kind, self._style, self._formula = "n", 0, False
        self._letters = Letters()
        self._hears = False

    def read(self, package: Package, part: str, name: str) -> Sheet:
        """Return the table. Unreadable."""
        if not package.read(part, self._start, self._end, self._text):
            self._cut = True
        self._merge()
        width = {number: max(cells) for number, cells in self._rows.items()}
        rows = [
            Row(number, [cells.get(column, EMPTY) for column in range(1, width[number] + 1)])
            for number, cells in sorted(self._rows.items())
        ]
        return Sheet(name, rows, self._cut)

    def _start(self, tag: str, has: Mapping[str, str]) -> None:
        self._budget.take()
        if tag == "row":
            said = has.get("r", "")
            self._row = int(said) if said.isdecimal() and len(said) <= 7 else self._row + 1  # noqa: PLR2004  # 1048576
            self._column = 0
            if self._row > self._most:
                self._cut = True
                if self._most < MAX_ROWS:  # a look at its beginning
                    raise Enough
        elif tag == "c":
            letters = has.get("r", "").rstrip(_DIGITS)
            self._column = column_of(letters) if letters else self._column + 1
            style = has.get("s", "")
            self._kind, self._formula = has.get("t", "n"), False
            self._style = int(style) if style.isdecimal() and len(style) <= 7 else 0  # noqa: PLR2004  # as above
        elif tag in {"v", "t"}:
            self._hears = self._row <= self._most and self._column <= MAX_COLUMNS
        elif tag == "f":
            self._formula = True
        elif tag == "rPh":
            self._letters.take()
        elif tag == "mergeCell" and len(self._merged) < _MERGED:
            self._note(has.get("ref", ""))

    def _text(self, words: str) -> None:
        if self._hears:
            self._letters.add(words)

    def _end(self, tag: str) -> None:
        self._hears = False
        if tag != "c":
            return
        text = self._letters.take()
        if self._row > self._most or self._column > MAX_COLUMNS:
            return
        cell = Cell("", Trouble.NO_VALUE) if self._formula and not text else self._cell(text)
        if cell.text or cell.trouble:
            self._count += 1
            if self._count > MAX_CELLS:
                raise Enough
            self._rows.setdefault(self._row, {})[self._column] = cell

    def _cell(self, text: str) -> Cell:
        match self._kind:
            case _ if not text:
                return EMPTY
            case "s":
                found = self._shared.texts.cell(int(text)) if text.isdecimal() and len(text) <= 7 else None  # noqa: PLR2004  # a million
                return Cell("", Trouble.NO_VALUE) if found is None else found
            case "b":
                return cell_of(text != "0")
            case "n":
                return self._number(text)
            case other:
                return Cell(plain(text), {"e": Trouble.ERROR, "d": Trouble.DATE}.get(other))

    def _number(self, text: str) -> Cell:
        formats = self._shared.formats
        code = formats[self._style] if self._style < len(formats) else "General"
        try:
            value = float(text) if set(text) & set(".eE") else int(text)
            how = _dated(code)
            if how is None:
                return cell_of(value, code)
            return Cell(_date(value, how, epoch_1904=self._shared.epoch_1904), Trouble.DATE)
        except (ValueError, OverflowError):  # a number that is none, or a date beyond the calendar
            return Cell(plain(text), Trouble.ERROR)

    def _note(self, ref: str) -> None:
        """Note merged cells in one column: what stands in the first is said of all. Across, it is a title."""
        found = _RANGE.fullmatch(ref)
        if found is not None and found[1] == found[3] and (column := column_of(found[1])) <= MAX_COLUMNS:
            self._merged.append((column, int(found[2]), int(found[4])))

    def _merge(self) -> None:
        """Say again in rows that have something of their own what stands above in merged cells."""
        numbers = sorted(self._rows)
        done = (0, 0)
        at = 0
        for column, first, last in sorted(self._merged):
            if column != done[0]:
                at = 0
            elif first <= done[1]:
                continue  # they overlap: Excel does not write that
            done = column, last
            while at < len(numbers) and numbers[at] <= first:
                at += 1
            cell = self._rows.get(first, {}).get(column)
            while at < len(numbers) and numbers[at] <= last:
                if cell is not None and self._count < MAX_CELLS:
                    self._count += 1
                    self._rows[numbers[at]][column] = cell
                at += 1


@lru_cache(maxsize=1000)
def column_of(letters: str) -> int:
    """Return the number of a column from 1 (`A`, ..., `AA`); beyond all that we read for what is none."""
    if len(letters) > 3 or not (letters.isascii() and letters.isalpha()):  # noqa: PLR2004  # XFD is the last
        return MAX_COLUMNS + 1
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


@lru_cache(maxsize=1000)
def _dated(code: str) -> str | None:
    """Return whether a format shows a date (`date`) or a length of time (`span`); None for a number."""
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format  # noqa: PLC0415  # only for Excel files

    if not is_date_format(code):
        return None
    return "span" if is_timedelta_format(code) else "date"


def _date(value: float, how: str, *, epoch_1904: bool) -> str:
    from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel  # noqa: PLC0415  # as above

    found = from_excel(value, MAC_EPOCH if epoch_1904 else WINDOWS_EPOCH, timedelta=how == "span")
    return str(found) if how == "span" else found.isoformat()
