"""Opening lists: Excel and CSV as people really have them."""

import zipfile
from datetime import date
from io import BytesIO

import pytest
from openpyxl import Workbook

from mppmon.setup.inventory.cells import Trouble, cell_of
from mppmon.setup.inventory.fields import Field, guess
from mppmon.setup.inventory.header import below, find_header, header_at
from mppmon.setup.inventory.mapping import BadMapping, chosen, decide, known_field, parse_said
from mppmon.setup.inventory.opening import table_of
from mppmon.setup.inventory.separated import separator_of
from mppmon.setup.inventory.sheet import Sheet, Unreadable, letter
from mppmon.setup.inventory.template import template
from tests.unit.setup_kit import english, saved, workbook

HEAD: list[object] = ["No", "Nama Barang", "Merk/Type", "No. Seri", "Ruang", "Alamat IP"]
MESSY: list[list[object]] = [
    ["DAFTAR INVENTARIS RUANGAN"],
    ["Mal Pelayanan Publik", None, None, "2026"],
    [],
    HEAD,
    [1, 2, 3, 4, 5, 6],
    [1, "P.C Unit", "Lenovo", "00123", "Lt. 1", "10.0.0.1"],
    [],
    HEAD,
    [2, "Printer", "HP", 123, "Lt. 1", "10.0.0.2"],
]


def texts(sheet: Sheet) -> list[list[str]]:
    header = find_header(sheet)
    assert header is not None
    return [[row.text(column) for column in range(len(HEAD))] for row in below(sheet, header)]


def test_titles_empty_rows_numbered_columns_and_a_header_on_every_page() -> None:
    sheet = table_of(workbook(MESSY), "x.xlsx", None, english)
    header = find_header(sheet)
    assert header is not None
    assert header.row == 4
    assert texts(sheet) == [
        ["1", "P.C Unit", "Lenovo", "00123", "Lt. 1", "10.0.0.1"],
        ["2", "Printer", "HP", "123", "Lt. 1", "10.0.0.2"],
    ]
    assert [row.number for row in below(sheet, header)] == [6, 9]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_csv_of_every_make(separator: str, code: str) -> None:
    lines = [
        separator.join(map(str, HEAD)),
        separator.join(["1", '"Café, ""A""; b"', "HP", "0012", "Lt. 1", "10.0.0.1"]),
    ]
    sheet = table_of("\r\n".join(lines).encode(code), "x.csv", None, english)
    assert texts(sheet) == [["1", 'Café, "A"; b', "HP", "0012", "Lt. 1", "10.0.0.1"]]
    assert sheet.rows[1].number == 2


def test_excels_own_first_line_names_the_separator() -> None:
    sheet = table_of(b"sep=;\nNama;IP\nPC,1;10.0.0.1\n", "x.csv", None, english)
    assert [row.number for row in sheet.rows] == [2, 3]
    assert sheet.rows[1].text(0) == "PC,1"
    assert separator_of("a,b;c,d\ne,f;g,h\n") == ","


def test_merged_cells_go_down_but_not_across() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ["Nama", "Ruang", "IP"],
        ["PC", "Lt. 1", "10.0.0.1"],
        ["PC", None, "10.0.0.2"],
        ["PC", None, "10.0.0.3"],
    ):
        sheet.append(row)
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("A4:B4")
    rows = table_of(saved(book), "x.xlsx", None, english).rows
    assert [row.text(1) for row in rows] == ["Ruang", "Lt. 1", "Lt. 1", ""]


def test_the_sheet_that_looks_like_a_list_is_taken_unless_it_is_hidden_or_another_is_named() -> None:
    book = Workbook()
    book.worksheets[0].title = "Sampul"
    for title, hidden in (("Aset", False), ("Lama", True)):
        sheet = book.create_sheet(title)
        for row in (
            ["Nama Barang", "Alamat IP", "No. Seri", *(["Merk"] if hidden else [])],
            ["PC", "10.0.0.1", "1", title],
        ):
            sheet.append(row)
        sheet.sheet_state = "hidden" if hidden else "visible"
    raw = saved(book)
    assert table_of(raw, "x", None, english).name == "Aset"
    assert table_of(raw, "x", "lama", english).name == "Lama"
    with pytest.raises(
        Unreadable, match=r"There is no sheet 'Asett'. Sheets: 'Sampul', 'Aset', 'Lama'. Did you mean 'Aset'"
    ):
        table_of(raw, "x", "Asett", english)


def test_a_formula_without_a_stored_value_is_no_empty_cell() -> None:
    raw = workbook([["Nama", "No. Seri"], ["PC", "=A1&1"]])
    assert table_of(raw, "x", None, english).rows[1].cells[1].trouble is Trouble.NO_VALUE


def test_what_excel_does_to_values() -> None:
    assert cell_of(123.0) == ("123", Trouble.NUMBER)
    assert cell_of(123, "00000") == ("00123", None)
    assert cell_of(10.5) == ("10.5", Trouble.NUMBER)
    assert cell_of(1234567890123456) == ("1234567890123456", Trouble.DIGITS)
    assert cell_of(date(2026, 1, 2)) == ("2026-01-02", Trouble.DATE)
    assert cell_of("#N/A", error=True) == ("#N/A", Trouble.ERROR)
    assert cell_of(" a\n\tb\xa0c\x00\u200b ") == ("a b c", None)
    assert cell_of(None) == ("", None)


def bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", b"")
        packed.writestr("xl/worksheets/sheet1.xml", b"\0" * 60_000_000)
    return out.getvalue()


def zipped(name: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(name, b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old .xls"),
        (b"<html><table><tr><td>Nama</td></tr></table>", "web page"),
        (b"%PDF-1.7", "no Excel file"),
        (b"", "empty"),
        (b"\xff\xfe", "empty"),
        (b"PK\x03\x04 and nothing", "damaged"),
        (zipped("content.xml"), "not an .xlsx"),
        (zipped("word/document.xml"), "no Excel file"),
        (zipped("[Content_Types].xml"), "damaged"),
        (bomb(), "unpacks to far more"),
        (b'Nama;IP\nPC;"' + b"x" * 200_000, "CSV file is damaged"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(raw: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        table_of(raw, "x.xlsx", None, english)


@pytest.mark.parametrize(
    ("header", "field", "sure"),
    [
        ("No. Seri", Field.SERIAL, True),
        ("MERK / TYPE", Field.BRAND, True),
        ("Alamat IP", Field.ADDRESS, True),
        ("Kode Barang", Field.ASSET, True),
        ("Jenis", Field.KIND, True),
        ("Serial Numbr", Field.SERIAL, False),
        ("Alamat", Field.ADDRESS, False),
        ("No", None, True),
        ("Keterangan", None, True),
        ("Harga", None, True),
    ],
)
def test_headers_are_guessed(header: str, field: Field | None, sure: bool) -> None:  # noqa: FBT001  # a table's column
    assert guess(header) == (field, sure)


def test_what_is_said_beats_what_is_remembered_and_that_what_is_guessed() -> None:
    sheet = table_of(workbook([["Nama", "IP", "Kolom X", "Serial Numbr"], ["PC", "1", "2", "3"]]), "x", None, english)
    header = find_header(sheet)
    assert header is not None
    guessed = decide(header, {}, {}, english)
    assert dict(guessed.of) == {Field.NAME: 0, Field.ADDRESS: 1}
    assert [(one.header, one.field) for one in guessed.unsure] == [("Serial Numbr", Field.SERIAL)]
    assert guessed.ignored == ("Kolom X",)
    remembered = {"kolom x": "room", "serial numbr": "serial", "ip": "-"}
    second = decide(header, parse_said(["IP=address"], english), remembered, english)
    assert dict(second.of) == {Field.NAME: 0, Field.ADDRESS: 1, Field.ROOM: 2, Field.SERIAL: 3}
    assert chosen(second) == {"nama": "name", "ip": "address", "kolom x": "room", "serial numbr": "serial"}
    assert chosen(guessed) == {"nama": "name", "ip": "address", "kolom x": "-"}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("serial", "expected HEADER=FIELD"),
        ("IP=serail", "'serail' is no field.*Did you mean serial"),
        ("Nope=serial", "no column 'nope'"),
        ("IP=name", None),
    ],
)
def test_a_wrong_mapping_says_why(said: str, why: str | None) -> None:
    sheet = table_of(b"Nama;IP;Nama Perangkat\nPC;1;2\n", "x", None, english)
    header = find_header(sheet)
    assert header is not None
    options = [said, "Nama Perangkat=name"]
    with pytest.raises(BadMapping, match=why or "Two columns for name: 'IP' and 'Nama Perangkat'"):
        decide(
            header,
            {word: known_field(field, english) for word, field in parse_said(options, english).items()},
            {},
            english,
        )


def test_the_template_is_understood_without_a_question() -> None:
    sheet = table_of(template(english), "x.xlsx", None, english)
    header = find_header(sheet)
    assert header is not None
    columns = decide(header, {}, {}, english)
    assert set(columns.of) == set(Field) - {Field.MODEL}
    assert (columns.unsure, columns.ignored) == ((), ())


def test_columns_have_excels_letters() -> None:
    assert [letter(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_header_that_nobody_knows_can_be_named_by_its_row() -> None:
    sheet = table_of(b"Daftar\nA1;A2\nPC;10.0.0.1\nA1;A2\nUPS;10.0.0.2\n", "x", None, english)
    assert find_header(sheet) is None
    header = header_at(sheet, 2)
    assert header is not None
    assert [row.number for row in below(sheet, header)] == [3, 5]
    assert header_at(sheet, 99) is None
