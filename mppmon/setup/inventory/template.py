"""The empty list that we offer: an Excel workbook with our headers, an example, and the words that are understood."""

from io import BytesIO

from mppmon.mall.model import DeviceKind
from mppmon.setup.inventory.kinds import kind_word
from mppmon.setup.words import Translate

EXAMPLE = ("contoh:", "example:")
"""What the name of our example begins with (in lower case): an import passes such a row by."""

ROWS = 1000  # below the header, formatted as text: Excel then keeps zeros and addresses as they are typed


def template(_: Translate) -> bytes:
    """Return the workbook: one sheet to fill in, one with explanations."""
    from openpyxl import Workbook  # noqa: PLC0415  # heavy: only when it is written
    from openpyxl.comments import Comment  # noqa: PLC0415  # likewise
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415  # likewise
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415  # likewise

    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = _("Inventory")
    columns = _columns(_)
    for number, (header, example, meaning) in enumerate(columns, start=1):
        head = sheet.cell(1, number, header)
        head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="DDEBF7")
        head.comment = Comment(meaning, "mppmon")
        sheet.column_dimensions[head.column_letter].width = max(14, len(header) + 4, len(example) + 2)
        for row in range(2, ROWS + 2):
            sheet.cell(row, number).number_format = "@"
        cell = sheet.cell(2, number, example)
        cell.font = Font(italic=True, color="808080")
    sheet.freeze_panes = "A2"
    words = book.create_sheet(_("Words"))
    for header, _example, meaning in columns:
        words.append([header, meaning])
    words.append([])
    kinds = [kind_word(kind, _) for kind in DeviceKind]
    first = words.max_row + 2
    words.append(
        [
            _("Kinds that are understood"),
            _("(and their everyday names: computer, laptop, CCTV, fingerprint reader, ...)"),
        ]
    )
    for word in kinds:
        words.append([word])
    words.column_dimensions["A"].width, words.column_dimensions["B"].width = 28, 110
    choice = DataValidation(
        type="list", formula1=f"='{words.title}'!$A${first}:$A${first + len(kinds) - 1}", allow_blank=True
    )
    choice.showErrorMessage = False  # a hint: other words are understood too
    sheet.add_data_validation(choice)
    choice.add(f"D2:D{ROWS + 1}")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _columns(_: Translate) -> list[tuple[str, str, str]]:
    """Return header, example and meaning of every column."""
    return [
        (_("Asset code"), "3.10.01.02.001", _("As in the register of state or regional property.")),
        (_("NUP"), "1", _("Serial entry number: needed when several things have the same asset code.")),
        (_("Name"), _("Example: Counter A1 PC"), _("As technicians call it. Empty: made of kind and counter.")),
        (_("Kind"), kind_word(DeviceKind.PC, _), _("What it is. The second sheet has the words.")),
        (_("Brand"), "Lenovo ThinkCentre", _("Brand, and model if you like.")),
        (_("Serial number"), "PF0A1B2C", _("The maker's number.")),
        (_("Room"), _("Floor 1"), _("Where it stands. Empty: where its counter is.")),
        (_("Agency"), "", _("Code or name of the agency. Empty: its counter's, else the mall's own.")),
        (_("Counter"), "A1", _("Code or name of the counter. Several with a comma between them: A1, A5.")),
        (_("Role"), "", _("What it does at the counter. Empty: what its kind says.")),
        (_("IP address"), "192.168.1.11", _("Empty for what hangs on a PC by USB, and for a simple switch.")),
        (_("Connected to"), "", _("Asset code, name or address of what it hangs on: its switch, or its PC.")),
        (_("Power from"), "", _("Asset code, name or address of what feeds it: its UPS, or its breaker.")),
    ]  # fmt: skip
