"""Where a table's header is, under the titles that people write above it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from mppmon.setup.inventory.fields import Field, guess
from mppmon.setup.inventory.sheet import Row, Sheet

_SEARCHED = 40  # rows from the top
_ENOUGH = 2  # known columns that make a row a header
_NUMBERED = 3  # columns counted 1, 2, 3 below a header, as forms of the government have it


@dataclass(frozen=True, slots=True)
class Header:
    """The row of the header: column (from 0) -> its text, and what is surely known of it."""

    row: int
    texts: dict[int, str]
    known: dict[int, Field]


def find_header(sheet: Sheet) -> Header | None:
    """Return the row that names most columns in words we know, None when no row names two."""
    best: Header | None = None
    for row in sheet.rows[:_SEARCHED]:
        header = _read(row)
        if len(set(header.known.values())) >= _ENOUGH and (best is None or len(header.known) > len(best.known)):
            best = header
    return best


def header_at(sheet: Sheet, number: int) -> Header | None:
    """Return the header in the row of this number, None when the row is empty."""
    return next((_read(row) for row in sheet.rows if row.number == number), None)


def _read(row: Row) -> Header:
    texts = {index: cell.text for index, cell in enumerate(row.cells) if cell.text}
    known: dict[int, Field] = {}
    for index, text in texts.items():
        field, sure = guess(text)
        if field is not None and sure:
            known[index] = field
    return Header(row.number, texts, known)


def below(sheet: Sheet, header: Header) -> Iterator[Row]:
    """Yield the rows of the list itself: not the header again (one per printed page), nor the numbers of columns."""
    for row in sheet.rows:
        if row.number <= header.row or _again(row, header) or _counted(row):
            continue
        yield row


def _again(row: Row, header: Header) -> bool:
    return all(row.text(column) == text for column, text in header.texts.items())


def _counted(row: Row) -> bool:
    """Whether a row says 1, 2, 3, ... from its first cell to its last."""
    texts = [cell.text.strip("()") for cell in row.cells if cell.text]
    return len(texts) >= _NUMBERED and texts == [str(number + 1) for number in range(len(texts))]
