"""Excel files that claim to be enormous: read within bounds of memory and time, and as openpyxl reads them."""

import resource
import subprocess
import sys
import zipfile
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from mppmon.setup.inventory.cells import cell_of
from mppmon.setup.inventory.opening import table_of
from mppmon.setup.inventory.sheet import Unreadable
from tests.unit.setup_kit import english, saved

_MEMORY = 300_000_000
_CHILD = (
    "import sys; from pathlib import Path; from mppmon.setup.inventory.opening import open_table\n"
    "sheet = open_table(Path(sys.argv[1]), None, str); print(len(sheet.rows), sheet.rows[0].text(0))"
)
_HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Nama</t></is></c><c r="B1" t="inlineStr"><is><t>IP</t></is></c></row>'
)
_CELL = "<c><v>1</v></c>"


def packed(
    body: str, after: str = "", *, sheets: int = 1, strings: str = "", method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Return a workbook whose sheets all have this XML; padding keeps it from looking like a bomb by its size alone."""
    out = BytesIO()
    ids = range(sheets)
    rel = '<Relationship Id="{id}" Type="http://x/{sort}" Target="{to}"/>'
    with zipfile.ZipFile(out, "w", method, compresslevel=1) as file:
        file.writestr("padding", bytes(600_000), compress_type=zipfile.ZIP_STORED)
        file.writestr("[Content_Types].xml", "<Types/>")
        root = rel.format(id="r", sort="officeDocument", to="xl/workbook.xml")
        file.writestr("_rels/.rels", f"<Relationships>{root}</Relationships>")
        names = "".join(f'<sheet name="s{one}" r:id="r{one}"/>' for one in ids)
        file.writestr("xl/workbook.xml", f'<workbook xmlns:r="r"><sheets>{names}</sheets></workbook>')
        links = "".join(rel.format(id=f"r{one}", sort="worksheet", to="worksheets/sheet1.xml") for one in ids)
        links += rel.format(id="s", sort="sharedStrings", to="sharedStrings.xml")
        file.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{links}</Relationships>")
        file.writestr("xl/sharedStrings.xml", f"<sst>{strings}</sst>")
        file.writestr("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{_HEAD}{body}</sheetData>{after}</worksheet>")
    return out.getvalue()


def merged(*ranges: str) -> str:
    return f"<mergeCells>{''.join(f'<mergeCell ref={chr(34)}{one}{chr(34)}/>' for one in ranges)}</mergeCells>"


HUGE = {
    "one merged range": lambda: packed("", merged("A3:XFD1048576")),
    "many merged ranges": lambda: packed(_CELL, merged(*(f"A1:A{1_048_576 - n}" for n in range(500_000)))),
    "far cells in many sheets": lambda: packed('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', sheets=190),
    "a row of millions of cells": lambda: packed(f"<row>{'<c/>' * 8_000_000}</row>"),
    "millions of rows of one number": lambda: packed('<row r="2"/>' * 4_000_000),
    "full cells everywhere": lambda: packed(f"<row>{_CELL * 100}</row>" * 30_000, sheets=190),
    "millions of shared texts": lambda: packed("", strings="<si><t>a</t></si>" * 3_000_000),
    "one text": lambda: packed(f'<row><c t="inlineStr"><is><t>{"a" * 60_000_000}</t></is></c></row>'),
}


def limited() -> None:
    """Bound the memory (bytes) and the time (seconds) of the child."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))


@pytest.mark.parametrize("name", HUGE)
def test_no_workbook_fills_the_memory_or_takes_long(name: str, tmp_path: Path) -> None:
    file = tmp_path / "x.xlsx"
    file.write_bytes(HUGE[name]())
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, str(file)], capture_output=True, text=True, check=False, timeout=60,
        preexec_fn=limited,
    )  # fmt: skip
    assert (done.returncode, done.stderr[-300:]) == (0, "")
    count, first = done.stdout.split()
    assert first == "Nama"
    assert int(count) <= 20_000


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
