"""Workbooks that no Excel would write."""

import zipfile
from io import BytesIO

_HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Nama</t></is></c><c r="B1" t="inlineStr"><is><t>IP</t></is></c></row>'
)


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
