"""A table in an Excel workbook (.xlsx, .xlsm)."""

from collections.abc import Mapping
from dataclasses import dataclass

from mppmon.setup.inventory.grid import Grid, Shared
from mppmon.setup.inventory.header import find_header
from mppmon.setup.inventory.package import Budget, Package
from mppmon.setup.inventory.shared import Texts, formats
from mppmon.setup.inventory.sheet import Sheet, Unreadable
from mppmon.setup.words import Translate, closest, shown

_ELEMENTS = 3_000_000  # of the sheet that is taken: some three seconds
_GLANCE = 500_000  # of all sheets together, while one is chosen
_GLANCED = 1000  # rows of each
_SHEETS = 200
_OUTLINE = 20_000  # elements that say which sheets there are


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    part: str
    visible: bool


def read_workbook(raw: bytes, wanted: str | None, _: Translate) -> Sheet:
    """Return the sheet that is wanted; without a wish the visible one with the most data below a header. Unreadable.

    Memory and time are bounded whatever is in the file: beyond a limit the table is cut.
    """
    package = Package(raw, _)
    named, shared = _outline(package, _)
    one = _wanted(named, wanted, _) if wanted is not None else _best(package, named, shared, _)
    return Grid(shared, Budget(_ELEMENTS)).read(package, one.part, one.name)


def _outline(package: Package, _: Translate) -> tuple[list[_Named], Shared]:
    book = next((path for sort, path in package.related("").values() if sort == "officeDocument"), "xl/workbook.xml")
    related = package.related(book)
    named: list[_Named] = []
    budget = Budget(_OUTLINE)
    mac = False

    def start(tag: str, has: Mapping[str, str]) -> None:
        nonlocal mac
        budget.take()
        if tag == "workbookPr":
            mac = has.get("date1904", "0") in {"1", "true"}
        elif tag == "sheet" and len(named) < _SHEETS:
            link = next((value for key, value in has.items() if key.endswith(":id")), "")
            sort, part = related.get(link, ("", ""))
            if sort == "worksheet":  # a chart has a sheet of its own
                named.append(_Named(has.get("name", ""), part, has.get("state", "visible") == "visible"))

    package.read(book, start)
    first = dict(reversed(related.values()))
    shared = Shared(Texts(package, first.get("sharedStrings")), formats(package, first.get("styles")), mac)
    return named, shared


def _wanted(named: list[_Named], wanted: str, _: Translate) -> _Named:
    for sheet in named:
        if sheet.name.casefold() == wanted.casefold():
            return sheet
    near = closest(wanted, [sheet.name for sheet in named])
    names = ", ".join(shown(sheet.name) for sheet in named)
    hint = _(" Did you mean {name}?").format(name=shown(near)) if near else ""
    raise Unreadable(_("There is no sheet {name}. Sheets: {names}.").format(name=shown(wanted), names=names) + hint)


def _best(package: Package, named: list[_Named], shared: Shared, _: Translate) -> _Named:
    visible = [sheet for sheet in named if sheet.visible]
    if not visible:
        raise Unreadable(_("The workbook has no visible sheet. Name one with --sheet."))
    if len(visible) == 1:
        return visible[0]
    budget = Budget(_GLANCE)

    def promise(one: _Named) -> tuple[int, int]:
        """Return how much a sheet looks like a list: columns known in its header, and rows of its beginning."""
        sheet = Grid(shared, budget, rows=_GLANCED).read(package, one.part, one.name)
        header = find_header(sheet)
        return (0, 0) if header is None else (len(header.known), len(sheet.rows))

    return max(visible, key=promise)
