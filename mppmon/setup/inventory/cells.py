"""One cell of a list as text, and what Excel may have done to it. Pure."""

import re
from datetime import date, datetime, time
from enum import StrEnum
from typing import NamedTuple

_EXACT = 10**15  # Excel keeps 15 digits of a number
_ZEROS = re.compile(r"0{2,30}")


class Trouble(StrEnum):
    """Why a cell may not say what its author meant."""

    NUMBER = "number"  # a number: leading zeros are gone
    DATE = "date"  # turned into a date
    ERROR = "error"  # #N/A and its like
    NO_VALUE = "no-value"  # a formula whose value was never stored
    DIGITS = "digits"  # a number of more digits than Excel keeps


class Cell(NamedTuple):
    """The text of a cell (spaces cleaned), and its trouble if it has one."""

    text: str
    trouble: Trouble | None = None


EMPTY = Cell("")


def cell_of(value: object, number_format: str = "General", *, error: bool = False) -> Cell:
    """Return a value as openpyxl gives it, as text. A number that is shown with leading zeros keeps them."""
    if value is None:
        return EMPTY
    if error:
        return Cell(cleaned(str(value)), Trouble.ERROR)
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime | date | time):
        return Cell(value.isoformat(), Trouble.DATE)
    return Cell(cleaned(str(value)))


def _number(value: float, number_format: str) -> Cell:
    if abs(value) >= _EXACT:
        return Cell(f"{value:.0f}", Trouble.DIGITS)
    if value != int(value):
        return Cell(repr(value), Trouble.NUMBER)
    text = str(int(value))
    if _ZEROS.fullmatch(number_format):
        return Cell(text.zfill(len(number_format)))
    return Cell(text, Trouble.NUMBER)


def cleaned(text: str) -> str:
    """Return a text on one line: every blank is one space, control and invisible characters are gone."""
    spaced = "".join(
        char if char.isprintable() else " " if char.isspace() else "" for char in text.replace("\xa0", " ")
    )
    return " ".join(spaced.split())
