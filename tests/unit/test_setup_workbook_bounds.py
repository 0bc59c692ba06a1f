"""Excel files that are damaged, cut or merged: refused in words, or read as openpyxl reads them."""

import zipfile
from datetime import date, datetime, time
from io import BytesIO

import pytest
from openpyxl import Workbook, load_workbook

from mppmon.setup.inventory.cells import cell_of
from mppmon.setup.inventory.opening import table_of
from mppmon.setup.inventory.sheet import Unreadable
from tests.unit.setup_kit import english, saved
from tests.unit.setup_packed import merged, packed


@pytest.mark.parametrize(
    "raw",
    [
        packed(f'<row r="{"1" * 2_000_000}"/>'),
        packed("", method=zipfile.ZIP_LZMA),
        packed("").replace(b"xl/workbook.xml", b"xl/workbook.xmm"),
        packed(f"<!-- {'x' * 2_000_000} -->"),
        packed("&x;"),
    ],
)
def test_what_excel_would_not_write_is_refused(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        table_of(raw, "x", None, english)


def test_a_document_type_is_refused_before_its_entities_grow() -> None:
    raw = packed("")
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(raw)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.infolist():
            text = old.read(one)
            new.writestr(one.filename, b'<!DOCTYPE w [<!ENTITY a "b">]>' + text if "sheet1" in one.filename else text)
    with pytest.raises(Unreadable, match="damaged"):
        table_of(out.getvalue(), "x", None, english)


def test_a_table_that_is_cut_says_so() -> None:
    assert table_of(packed("<row><c><v>1</v></c></row>" * 20_001), "x", None, english).cut
    assert not table_of(packed("<row><c><v>1</v></c></row>" * 19_999), "x", None, english).cut


def test_merged_cells_fill_rows_that_have_something_of_their_own() -> None:
    rows = "".join(f'<row r="{n}"><c r="B{n}"><v>{n}</v></c></row>' for n in (3, 4, 9))
    first = '<row r="2"><c r="A2" t="str"><v>Lt. 1</v></c></row>'
    sheet = table_of(packed(first + rows, merged("A2:A8", "A4:A9", "bad", "B3:C9")), "x", None, english)
    assert [(row.number, row.text(0), row.text(1)) for row in sheet.rows] == [
        (1, "Nama", "IP"), (2, "Lt. 1", ""), (3, "Lt. 1", "3"), (4, "Lt. 1", "4"), (9, "", "9"),
    ]  # fmt: skip


def test_every_sort_of_cell_is_read_as_openpyxl_reads_it() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    values: list[object] = ["a", 1, 1.5, 1e20, -0.25, True, False, date(2026, 1, 2), time(8, 30), "00123", "é & <b>"]
    values += [datetime(2026, 11, 24, 8, 15, 30), "#N/A", 10**14, None, "x" * 900]  # noqa: DTZ001  # Excel has no zones
    for value in values:
        sheet.append([value, "end"])
    sheet["A2"].number_format = "00000"
    raw = saved(book)
    oracle = load_workbook(BytesIO(raw)).worksheets[0]
    expected = [
        cell_of(row[0].value, row[0].number_format, error=row[0].data_type == "e") for row in oracle.iter_rows()
    ]
    assert [row.cells[0] for row in table_of(raw, "x", None, english).rows] == expected
