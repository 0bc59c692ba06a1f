"""A table as it was opened: rows of cells with the numbers that Excel shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from mppmon.setup.inventory.cells import Cell

MAX_ROWS = 20_000
MAX_COLUMNS = 100


class Unreadable(ValueError):
    """The file cannot be used as a list; the text says why and what to do, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `number` counts from 1, as Excel shows it."""

    number: int
    cells: Sequence[Cell]

    def text(self, column: int) -> str:
        """Return the text in a column (from 0), nothing beyond the row's end."""
        return self.cells[column].text if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table without its empty rows. `cut`: it had more rows than we read."""

    name: str
    rows: Sequence[Row]
    cut: bool = False


def letter(column: int) -> str:
    """Return how Excel calls a column (from 0): A, B, ..., Z, AA."""
    found = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
