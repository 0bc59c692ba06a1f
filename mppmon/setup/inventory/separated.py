"""A table in a text file: CSV as Excel, LibreOffice and others write it. Pure."""

import codecs
import csv
import io
import re
from collections import Counter

from mppmon.setup.inventory.cells import Cell, cleaned
from mppmon.setup.inventory.sheet import MAX_COLUMNS, MAX_ROWS, Row, Sheet

_SEPARATORS = ";,\t|"
_SAMPLE = 50  # lines that vote on the separator
_FIELD = 131_072


def read_separated(raw: bytes, name: str) -> Sheet:
    """Return the table of a CSV in UTF-8, UTF-16 or Windows-1252, separated by whatever separates it best."""
    text = decoded(raw)
    head, _, rest = text.partition("\n")
    said = re.fullmatch(r"\s*sep=(.)\s*", head)  # a first line that Excel understands and does not show
    separator = said[1] if said else separator_of(text)
    rows: list[Row] = []
    cut = False
    limit = csv.field_size_limit(_FIELD)
    try:
        reader = csv.reader(io.StringIO(rest if said else text, newline=""), delimiter=separator)
        for number, record in enumerate(reader, start=2 if said else 1):
            if number > MAX_ROWS:
                cut = True
                break
            cells = [Cell(cleaned(one)) for one in record[:MAX_COLUMNS]]
            if any(cell.text for cell in cells):
                rows.append(Row(number, cells))
    finally:
        csv.field_size_limit(limit)
    return Sheet(name, rows, cut)


def decoded(raw: bytes) -> str:
    """Return the bytes as text: by their mark, else UTF-16 if every other byte is zero, UTF-8, or Windows-1252."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    head = raw[:2000]
    if head[1::2].count(0) > len(head) // 3:
        return raw.decode("utf-16-le", "replace")
    if head[::2].count(0) > len(head) // 3:
        return raw.decode("utf-16-be", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def separator_of(text: str) -> str:
    """Return the separator that gives most lines the same number of columns, and more than one."""
    lines = [line for line in text.splitlines()[:_SAMPLE] if line.strip()]

    def agreement(separator: str) -> tuple[int, int]:
        widths = Counter(len(re.sub(r'"[^"]*"', "", line).split(separator)) for line in lines)
        width, times = max(
            ((w, n) for w, n in widths.items() if w > 1), key=lambda one: (one[1], one[0]), default=(0, 0)
        )
        return times, width

    return max(_SEPARATORS, key=agreement)
