"""Lists as people have them, and a mall that takes them."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

from mppmon.cli.check_config import example
from mppmon.config import load
from mppmon.setup.inventory.cells import Cell
from mppmon.setup.inventory.header import find_header
from mppmon.setup.inventory.known import Known
from mppmon.setup.inventory.mapping import decide
from mppmon.setup.inventory.plan import Plan, make_plan
from mppmon.setup.inventory.sheet import Row, Sheet

TODAY = date(2026, 11, 24)
HEADERS = ("Kode Barang", "NUP", "Nama", "Jenis", "Merek", "Nomor Seri", "Ruang", "Instansi", "Loket", "Peran",
           "Alamat IP", "Terhubung ke", "Catu daya")  # fmt: skip


def english(text: str) -> str:
    """Translate nothing: what a test reads is the source text."""
    return text


@cache
def demo() -> Known:
    """Return what the example mall holds."""
    return Known.of(load(example(), today=TODAY).normalised)


def demo_copy(place: Path) -> Path:
    """Copy the example mall, with its token file."""
    return Path(shutil.copytree(example(), place / "mall"))


def workbook(rows: Sequence[Sequence[object]], title: str = "Daftar") -> bytes:
    """Return an Excel workbook of one sheet."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    """Return the bytes of a workbook."""
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def table(rows: Sequence[Mapping[str, str]]) -> Sheet:
    """Return a table with our template's headers in row 1; each row says what it says by header."""
    head = Row(1, [Cell(header) for header in HEADERS])
    body = [Row(number, [Cell(row.get(header, "")) for header in HEADERS]) for number, row in enumerate(rows, start=2)]
    return Sheet("Daftar", [head, *body])


def plan_of(rows: Sequence[Mapping[str, str]], known: Known | None = None) -> Plan:
    """Return what importing these rows into the example mall (or another) would do."""
    sheet = table(rows)
    header = find_header(sheet)
    assert header is not None
    return make_plan(sheet, header, decide(header, {}, {}, english), known or demo(), _=english)
