"""A file of any kind -> a table, by what is in it and not by its name."""

import csv
from pathlib import Path

from mppmon.setup.inventory.separated import read_separated
from mppmon.setup.inventory.sheet import Sheet, Unreadable
from mppmon.setup.words import Translate

MAX_BYTES = 20_000_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_BINARY = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


def open_table(path: Path, sheet: str | None, _: Translate) -> Sheet:
    """Return the table in a file. Unreadable says why not, and what to do."""
    try:
        if not path.is_file():
            raise Unreadable(
                _("{file} is not a file.").format(file=path)
                if path.exists()
                else _("There is no file {file}.").format(file=path)
            )
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreadable(
            _("{file} cannot be read: {why}.").format(file=path, why=error.strerror or type(error).__name__)
        ) from error
    if len(raw) > MAX_BYTES:
        raise Unreadable(_("The file is larger than 20 MB. Copy the list alone into a new workbook."))
    return table_of(raw, path.name, sheet, _)


def table_of(raw: bytes, name: str, sheet: str | None, _: Translate) -> Sheet:
    """Return the table in these bytes; `name`: how a table without a name of its own is called. Unreadable."""
    if raw.startswith(_OLE):
        raise Unreadable(
            _("This is an old .xls workbook, or one with a password. Open it in Excel, take the password away, and "
              "Save as, Excel Workbook (.xlsx).")
        )  # fmt: skip
    if raw.startswith(_ZIP):
        from mppmon.setup.inventory.workbook import read_workbook  # noqa: PLC0415  # heavy: only for Excel files

        return read_workbook(raw, sheet, _)
    head = raw[:1000].lstrip().lower()
    if head.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise Unreadable(
            _("This is a web page that looks like an Excel file. Open it and choose Save as, Excel Workbook (.xlsx).")
        )
    if raw.startswith(_BINARY):
        raise Unreadable(_("This is no Excel file. Choose a workbook (.xlsx) or a CSV file."))
    if not raw.strip(b"\x00\xff\xfe \r\n\t\xef\xbb\xbf"):
        raise Unreadable(_("The file is empty."))
    if sheet is not None:
        raise Unreadable(_("A CSV file has no sheets: leave --sheet out."))
    try:
        return read_separated(raw, name)
    except csv.Error as error:  # a cell of 128 kB, most often a quote that is not closed
        raise Unreadable(_("The CSV file is damaged: {why}.").format(why=error)) from error
