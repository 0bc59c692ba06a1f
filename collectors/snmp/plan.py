"""What a device is asked at every poll, once it is known what it has. Pure.

Identification reads every column of the profile. From then on only what can change and what the device really has is
asked: small tables cell by cell in one GET, large ones by GETBULK, fallback columns only where the first choice is
missing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collectors.snmp.decode import SCALARS, Rows, index_key, tables_of
from collectors.snmp.profile import Number, Profile, Scalars
from collectors.snmp.wire import oid
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.walk import Credentials

CELLS_BY_GET = 30  # of one table; above, GETBULK needs fewer requests
OIDS_PER_GET = 30  # the reply stays below one Ethernet frame

Place = tuple[str, str, str]
"""Table, index, column: where a cell of a GET belongs."""


@dataclass(frozen=True, slots=True)
class ColumnsToWalk:
    """Columns of one table, by name and as OID octets."""

    table: str
    columns: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """GETs with the place of each cell, and tables to walk."""

    gets: tuple[tuple[Request, tuple[Place, ...]], ...]
    walks: tuple[ColumnsToWalk, ...]


def everything(profile: Profile, credentials: Credentials) -> Plan:
    """Plan the first reading: all scalars, all columns of all tables."""
    cells = [(oid.encode(column.oid), (SCALARS, "", name)) for name, column in profile.scalars.columns.items()]
    walks = [
        ColumnsToWalk(name, tuple((key, oid.encode(column.oid)) for key, column in table.columns.items()))
        for name, table in profile.tables.items()
    ]
    return Plan(_gets(cells, credentials), tuple(walk for walk in walks if walk.columns))


def steady(profile: Profile, rows: Rows, credentials: Credentials) -> Plan:
    """Plan the following polls of a device that has `rows`."""
    cells: list[tuple[bytes, Place]] = []
    walks: list[ColumnsToWalk] = []
    for name, table in tables_of(profile):
        columns = wanted(table, rows, name)
        present = [
            (index, column)
            for index, row in sorted(rows.get(name, {}).items(), key=lambda item: index_key(item[0]))
            for column in columns
            if column in row
        ]
        if name == SCALARS:
            cells.extend((oid.encode(table.columns[column].oid), (name, "", column)) for _, column in present)
        elif len(present) <= CELLS_BY_GET:
            cells.extend((_cell(table, column, index), (name, index, column)) for index, column in present)
        else:
            walks.append(ColumnsToWalk(name, tuple((key, oid.encode(table.columns[key].oid)) for key in columns)))
    return Plan(_gets(cells, credentials), tuple(walks))


def wanted(table: Scalars, rows: Rows, name: str) -> list[str]:
    """Return the changing columns that some row has, without fallbacks that no row needs."""
    had = rows.get(name, {}).values()
    unneeded: set[str] = set()
    for series in table.series.values():
        if isinstance(series, Number):
            first, *others = series.read
            if had and all(row.get(first.column) not in {None, *first.unknown} for row in had):
                unneeded |= {reading.column for reading in others}
    needed = {column for series in table.series.values() for column in series.columns()} - unneeded
    return [
        key
        for key, column in table.columns.items()
        if not column.fixed and (key in needed or column.words) and any(key in row for row in had)
    ]


def _cell(table: Scalars, column: str, index: str) -> bytes:
    return oid.encode(table.columns[column].oid) + oid.encode_arcs(list(index_key(index)))


def _gets(
    cells: Sequence[tuple[bytes, Place]], credentials: Credentials
) -> tuple[tuple[Request, tuple[Place, ...]], ...]:
    return tuple(
        (
            Request(Pdu.GET, [raw for raw, _ in chunk], version=credentials.version, community=credentials.community),
            tuple(place for _, place in chunk),
        )
        for chunk in _chunks(cells)
    )


def _chunks(cells: Sequence[tuple[bytes, Place]]) -> Iterator[Sequence[tuple[bytes, Place]]]:
    for start in range(0, len(cells), OIDS_PER_GET):
        yield cells[start : start + OIDS_PER_GET]
