"""One row of a list as a thing, or what is wrong with the row. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from mppmon.config.settings import Host
from mppmon.mall.model import DeviceKind
from mppmon.setup.inventory.cells import EMPTY, Cell, Trouble
from mppmon.setup.inventory.fields import Field
from mppmon.setup.inventory.kinds import Sort, is_sort, nearest_kind, role_of, sort_of
from mppmon.setup.inventory.known import Known
from mppmon.setup.inventory.mapping import Columns
from mppmon.setup.inventory.sheet import Row
from mppmon.setup.words import Translate, shown

_HOST = TypeAdapter(Host)
_LONGEST = 80  # characters of a name that messages carry
_BLANKS = frozenset({"-", "--", "n/a", "na", "tidak ada", "none", "nihil", "kosong", "."})
_TEXTS = (Field.NAME, Field.ASSET, Field.NUP, Field.BRAND, Field.MODEL, Field.SERIAL, Field.ROOM)
_DIGITS = (Field.ASSET, Field.NUP, Field.SERIAL)  # where a zero at the front counts

_TELLING = frozenset({DeviceKind.PERIPHERAL, DeviceKind.PASSIVE})  # kinds whose word says less than the list's

SILENT = frozenset(
    {
        DeviceKind.SWITCH,
        DeviceKind.ROUTER,
        DeviceKind.UPS,
        DeviceKind.ACCESS_POINT,
        DeviceKind.CAMERA,
        DeviceKind.DISPLAY,
    }
)
"""Kinds that exist without an address: such a thing is passive, it cannot be asked."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell: `where` is the column as a person finds it (empty: the row as a whole)."""

    row: int
    where: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the list. What the list does not say is None or empty. `parents`, `power`: as the list names
    them.
    """

    row: int
    kind: DeviceKind
    role: str
    name: str | None = None
    asset: str | None = None
    brand: str | None = None
    model: str | None = None
    serial: str | None = None
    place: str | None = None
    agency: str | None = None
    counters: tuple[str, ...] = ()
    address: str | None = None
    url: str | None = None
    parents: tuple[str, ...] = ()
    power: tuple[str, ...] = ()
    role_said: bool = False


class Reader:
    """Reads the rows of one list. `faults` and `notes` (of rows that are used all the same) grow with every row."""

    def __init__(self, columns: Columns, known: Known, _: Translate) -> None:
        self._columns, self._known, self._say = columns, known, _
        self.faults: list[Fault] = []
        self.notes: list[Fault] = []

    def read(self, row: Row) -> Item | None:
        """Return the thing of a row; None when it is faulty, or says nothing about a thing."""
        before = len(self.faults)
        texts = {field: self._text(row, field) for field in _TEXTS}
        sort = self._sort(row, texts[Field.NAME])
        agency = self._agency(row)
        counters = tuple(self._counters(row))
        address, url = self._address(row, sort)
        if len(self.faults) > before or sort is None:
            return None
        self._agree(row, agency, counters)
        if len(self.faults) > before:
            return None
        said = self._get(row, Field.ROLE).text
        asset = (
            "-".join(text for text in (texts[Field.ASSET], texts[Field.NUP]) if text) if texts[Field.ASSET] else None
        )
        return Item(
            row=row.number,
            kind=sort.kind,
            role=role_of(said) or sort.role,
            name=self._called(row, sort, texts[Field.NAME]),
            asset=asset,
            brand=texts[Field.BRAND],
            model=texts[Field.MODEL],
            serial=texts[Field.SERIAL],
            place=texts[Field.ROOM],
            agency=agency if not counters else None,
            counters=counters,
            address=address,
            url=url,
            parents=tuple(_parts(self._get(row, Field.PARENT).text)),
            power=tuple(_parts(self._get(row, Field.POWER).text)),
            role_said=bool(said),
        )

    def _get(self, row: Row, field: Field) -> Cell:
        column = self._columns.of.get(field)
        if column is None or column >= len(row.cells):
            return EMPTY
        cell = row.cells[column]
        return EMPTY if cell.text.casefold() in _BLANKS and cell.trouble is None else cell

    def _fault(self, row: Row, field: Field, found: str, expected: str) -> None:
        where = self._columns.where(field) if field in self._columns.of else ""
        self.faults.append(Fault(row.number, where, found, expected))

    def _text(self, row: Row, field: Field) -> str | None:
        _ = self._say
        cell = self._get(row, field)
        if cell.trouble is Trouble.ERROR:
            self._fault(row, field, shown(cell.text), _("a value: the formula in this cell has an error"))
        elif cell.trouble is Trouble.NO_VALUE:
            self._fault(
                row, field, _("a formula without a value"), _("a value: open the file in Excel and save it once")
            )
        elif cell.trouble is Trouble.DATE and field in _DIGITS:
            self._fault(row, field, _("a date"), _("text: format the column as Text and type it again"))
        elif cell.trouble is Trouble.DIGITS and field in _DIGITS:
            self._fault(
                row,
                field,
                _("the number {number}").format(number=cell.text),
                _("text: Excel keeps only 15 digits of a number; format the column as Text and type it again"),
            )
        elif len(cell.text) > _LONGEST:
            self._fault(row, field, _("{count} characters").format(count=len(cell.text)), _("at most 80 characters"))
        elif cell.trouble is Trouble.NUMBER and field in {Field.ASSET, Field.SERIAL}:
            self.notes.append(
                Fault(
                    row.number,
                    self._columns.where(field),
                    _("the number {number}").format(number=cell.text),
                    _("text, if it begins with a zero: Excel drops it"),
                )
            )
        return cell.text or None

    def _sort(self, row: Row, name: str | None) -> Sort | None:
        _ = self._say
        said = self._get(row, Field.KIND).text
        text = said or name or ""
        sort = sort_of(text) or (sort_of(name) if name and not said else None)
        if sort is not None:
            return sort
        field = Field.KIND if said or Field.KIND in self._columns.of else Field.NAME
        near = nearest_kind(text) if text else None
        expected = _("a kind of device, such as PC, printer, switch, router, UPS, fingerprint reader")
        if near:
            expected += _(" (did you mean {name}?)").format(name=near)
        self._fault(row, field, shown(text) if text else _("nothing"), expected)
        return None

    def _called(self, row: Row, sort: Sort, name: str | None) -> str | None:
        """Return the name of a thing; None where it is better made of kind and place."""
        if sort.kind in _TELLING:
            return name or self._get(row, Field.KIND).text or None
        return None if is_sort(name or "") else name

    def _agency(self, row: Row) -> str | None:
        _ = self._say
        text = self._get(row, Field.AGENCY).text
        if not text:
            return None
        found = self._known.agency(text)
        if found is None:
            near = self._known.near_agency(text)
            hint = _(" (did you mean {name}?)").format(name=near) if near else ""
            self._fault(row, Field.AGENCY, shown(text), _("an agency of agencies.yaml, by code or name") + hint)
        return found

    def _counters(self, row: Row) -> Iterator[str]:
        _ = self._say
        cell = self._get(row, Field.COUNTER)
        whole = self._known.counter(cell.text) if cell.text else None
        for text in (cell.text,) if whole else _parts(cell.text):
            found = self._known.counter(text)
            if found is not None:
                yield found
                continue
            near = self._known.near_counter(text)
            hint = _(" (did you mean {name}?)").format(name=near) if near else ""
            self._fault(row, Field.COUNTER, shown(text), _("a counter of counters.yaml, by code or name") + hint)

    def _agree(self, row: Row, agency: str | None, counters: tuple[str, ...]) -> None:
        _ = self._say
        owners = {self._known.counters[one]["agency"] for one in counters}
        if agency is not None and owners and agency not in owners:
            owner = self._known.agencies[next(iter(sorted(owners)))]["short"]
            self._fault(
                row,
                Field.AGENCY,
                shown(self._get(row, Field.AGENCY).text),
                _("{agency}, whose counter this is, or no agency").format(agency=owner),
            )

    def _address(self, row: Row, sort: Sort | None) -> tuple[str | None, str | None]:
        """Return address and URL, one of which an asked device has."""
        _ = self._say
        cell = self._get(row, Field.ADDRESS)
        expected = _("an IP address such as 192.168.1.10")
        if cell.trouble is not None:
            found = (
                _("a date")
                if cell.trouble is Trouble.DATE
                else _("the number {number}").format(number=cell.text)
                if cell.trouble in {Trouble.NUMBER, Trouble.DIGITS}
                else shown(cell.text)
            )
            self._fault(
                row, Field.ADDRESS, found, _("{what}, as text: format the column as Text").format(what=expected)
            )
            return None, None
        text = cell.text
        if not text:
            self._unaddressed(row, sort, expected)
            return None, None
        if text.lower().startswith(("http://", "https://")):
            return self._url(row, text, sort)
        try:
            return _HOST.validate_python(re.sub(r"/\d{1,2}$", "", text)), None
        except ValidationError:
            self._fault(row, Field.ADDRESS, shown(text), expected)
            return None, None

    def _unaddressed(self, row: Row, sort: Sort | None, expected: str) -> None:
        if sort is None or sort.kind not in {
            DeviceKind.PC,
            DeviceKind.KIOSK,
            DeviceKind.SERVER,
            DeviceKind.ONLINE_SYSTEM,
        }:
            return  # passive, or seen through a PC: judged when all rows are known
        _ = self._say
        if not self._identified(row):
            self._fault(row, Field.ADDRESS, _("nothing"), expected)

    def _identified(self, row: Row) -> bool:
        """Whether a row without an address may speak of a device that we know with its address."""
        serial, asset = self._get(row, Field.SERIAL).text, self._get(row, Field.ASSET).text
        return any(
            (serial and one["serial"] == serial) or (asset and str(one["asset"] or "").startswith(asset))
            for one in self._known.devices.values()
            if one["address"] or one["http"]
        )

    def _url(self, row: Row, text: str, sort: Sort | None) -> tuple[str | None, str | None]:
        _ = self._say
        try:
            parts = urlsplit(text)
            good = bool(parts.hostname) and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
        except ValueError:
            good = False
            parts = urlsplit("")
        if not good:
            self._fault(row, Field.ADDRESS, shown(text), _("a URL such as https://layanan.example.go.id/status"))
            return None, None
        if sort is not None and sort.kind is DeviceKind.ONLINE_SYSTEM:
            return None, text
        return parts.hostname, None


def _parts(text: str) -> Iterator[str]:
    """Yield the names in a cell: `A1, A5`, `A1 dan A5`, `A1; A5`."""
    for part in re.split(r"[;,\n]|\s+(?:dan|and|&)\s+", text):
        if part.strip():
            yield part.strip()


def identity(item: Item) -> tuple[str, str, str]:
    """Return what an item is told apart by; the order of ids follows it, not that of rows."""
    return item.asset or "", item.serial or "", item.address or item.url or ""


def keys(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield (`asset`|`serial`|`address`, value as it is compared) of a device."""
    for key in ("asset", "serial", "address"):
        value = values.get(key)
        if value:
            yield key, str(value).casefold()
