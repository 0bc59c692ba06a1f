"""A table in an Excel workbook (.xlsx, .xlsm)."""

import warnings
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

from mppmon.setup.inventory.cells import EMPTY, Cell, Trouble, cell_of
from mppmon.setup.inventory.header import find_header
from mppmon.setup.inventory.sheet import MAX_COLUMNS, MAX_ROWS, Row, Sheet, Unreadable
from mppmon.setup.words import Translate, closest, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell as PlainCell
    from openpyxl.cell.cell import MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

    AnyCell = PlainCell | MergedCell

_UNPACKED = 100_000_000  # bytes of everything in the file
_SHARE = 200  # how many times smaller than its content a sane file is at most


def read_workbook(raw: bytes, wanted: str | None, _: Translate) -> Sheet:
    """Return the sheet that is wanted; without a wish the visible one with the most data below a header. Unreadable."""
    _defuse(raw, _)
    book = _opened(raw, _, values=False)
    sheet = _choose(book, wanted, _)
    if any(cell.data_type == "f" for row in _cells(sheet) for cell in row):
        stored = _opened(raw, _, values=True)[sheet.title]
        return _table(sheet, stored)
    return _table(sheet, sheet)


def _defuse(raw: bytes, _: Translate) -> None:
    """Refuse what would fill the memory: the sizes that a zip names are what is read at most."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            whole = sum(one.file_size for one in packed.infolist())
            names = set(packed.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise Unreadable(_("The file is damaged. Open it in Excel and save it anew.")) from error
    if whole > _UNPACKED or whole > max(1, len(raw)) * _SHARE + 5_000_000:
        raise Unreadable(
            _("The file unpacks to far more than a list of devices needs. Copy the list into a new workbook.")
        )
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise Unreadable(_("This is not an .xlsx file. Open it and choose Save as, Excel Workbook (.xlsx)."))
    if "[Content_Types].xml" not in names:
        raise Unreadable(_("This is no Excel file. Choose a workbook (.xlsx) or a CSV file."))


def _opened(raw: bytes, _: Translate, *, values: bool) -> "Workbook":
    from openpyxl import load_workbook  # noqa: PLC0415  # heavy: only for Excel files

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that we do not use: drop-down lists, styles
            return load_workbook(BytesIO(raw), data_only=values)
    except MemoryError:
        raise
    except Exception as error:  # a damaged file can raise nearly anything in openpyxl
        raise Unreadable(_("The file is damaged. Open it in Excel and save it anew.")) from error


def _choose(book: "Workbook", wanted: str | None, _: Translate) -> "Worksheet":
    if wanted is not None:
        for sheet in book.worksheets:
            if sheet.title.casefold() == wanted.casefold():
                return sheet
        near = closest(wanted, [sheet.title for sheet in book.worksheets])
        names = ", ".join(shown(sheet.title) for sheet in book.worksheets)
        hint = _(" Did you mean {name}?").format(name=shown(near)) if near else ""
        raise Unreadable(_("There is no sheet {name}. Sheets: {names}.").format(name=shown(wanted), names=names) + hint)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not visible:
        raise Unreadable(_("The workbook has no visible sheet. Name one with --sheet."))
    return max(visible, key=lambda sheet: _promise(_table(sheet, sheet)))


def _promise(sheet: Sheet) -> tuple[int, int]:
    """Return how much a sheet looks like a list: columns known in its header, and rows below."""
    header = find_header(sheet)
    return (0, 0) if header is None else (len(header.known), len(sheet.rows))


def _cells(sheet: "Worksheet") -> "Iterator[tuple[AnyCell, ...]]":
    return sheet.iter_rows(max_row=min(sheet.max_row, MAX_ROWS), max_col=min(sheet.max_column, MAX_COLUMNS))


def _table(sheet: "Worksheet", stored: "Worksheet") -> Sheet:
    """Return the texts of a sheet; `stored`: the same with the values of its formulas."""
    down = {
        (row, column): (part.min_row, column)
        for part in sheet.merged_cells.ranges
        if part.min_col == part.max_col and part.max_row <= MAX_ROWS
        for column in (part.min_col,)
        for row in range(part.min_row + 1, part.max_row + 1)
    }
    found: dict[tuple[int, int], Cell] = {}
    rows: list[Row] = []
    for number, row in enumerate(_cells(sheet), start=1):
        cells: list[Cell] = []
        for index, one in enumerate(row, start=1):
            origin = down.get((number, index))
            cell = found.get(origin, EMPTY) if origin else _cell(one, stored)
            if origin is None and cell is not EMPTY:
                found[number, index] = cell
            cells.append(cell)
        if any(cell.text or cell.trouble for cell in cells):
            rows.append(Row(number, cells))
    return Sheet(sheet.title, rows, sheet.max_row > MAX_ROWS)


def _cell(one: "AnyCell", stored: "Worksheet") -> Cell:
    if one.value is None:
        return EMPTY
    if one.data_type == "f":
        value = stored.cell(one.row, one.column)
        if value.value is None:
            return Cell("", Trouble.NO_VALUE)
        return cell_of(value.value, one.number_format, error=value.data_type == "e")
    return cell_of(one.value, one.number_format, error=one.data_type == "e")
