"""What a device is asked at every poll, once it is known what it has. Pure.

Identification reads every column of the profile. From then on only what can change and what the device really has is
asked: small tables cell by cell in one GET, large ones by GETBULK, fallback columns only where the first choice is
missing.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from collectors.snmp.decode import SCALARS, Row, Rows, index_key, tables_of
from collectors.snmp.profile import Profile, Scalars, Table
from collectors.snmp.series import Number, Ways
from collectors.snmp.wire import oid
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.walk import Credentials

CELLS_BY_GET = 30  # of one table; above, GETBULK needs fewer requests
FEW = 3  # rows at once of a table that is empty as a rule: an agent fills the rest with what is behind the table
LATER_ROWS = 100  # of one table
OIDS_PER_GET = 30  # the reply stays below one Ethernet frame

Place = tuple[str, str, str]
"""Table, index, column: where a cell of a GET belongs."""


@dataclass(frozen=True, slots=True)
class ColumnsToWalk:
    """Columns of one table, by name and as OID octets. `repetitions`: rows to ask for at once, 0 as many as usual."""

    table: str
    columns: tuple[tuple[str, bytes], ...]
    repetitions: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """GETs with the place of each cell, and tables to walk."""

    gets: tuple[tuple[Request, tuple[Place, ...]], ...]
    walks: tuple[ColumnsToWalk, ...]


def everything(profile: Profile, credentials: Credentials) -> Plan:
    """Plan the first reading: all scalars, all columns of all tables."""
    cells = [(oid.encode(column.oid), (SCALARS, "", name)) for name, column in profile.scalars.columns.items()]
    walks = [
        ColumnsToWalk(name, tuple((key, oid.encode(each.oid)) for key, each in table.columns.items() if not each.later))
        for name, table in profile.tables.items()
    ]
    return Plan(_gets(cells, credentials), tuple(walk for walk in walks if walk.columns))


def later(profile: Profile, rows: Rows, credentials: Credentials) -> Plan:
    """Plan what is asked once the first reading has told which rows there are."""
    cells = [
        (_cell(table, column, index), (name, index, column))
        for name, table in profile.tables.items()
        for column, each in table.columns.items()
        if each.later
        for index, row in list(rows.get(name, {}).items())[:LATER_ROWS]
        if table.needs is None or table.needs in row
    ]
    return Plan(_gets(cells, credentials), ())


def plan_order(tables: Collection[str]) -> list[str]:
    """Return tables in the order in which they are asked for one by one: what every device answers comes first."""
    return sorted(tables, key=lambda name: (name != SCALARS, name))


def apart(plan: Plan) -> Plan:
    """Return the same plan with no GET about two tables: one of them hangs, and the others' cells must not."""
    gets = []
    for request, places in plan.gets:
        for table in plan_order({one for one, _, _ in places}):
            chosen = [at for at, place in enumerate(places) if place[0] == table]
            gets.append((request.part([request.oids[at] for at in chosen]), tuple(places[at] for at in chosen)))
    return Plan(tuple(gets), plan.walks)


def steady(profile: Profile, rows: Rows, credentials: Credentials, lost: Collection[str] = ()) -> Plan:
    """Plan the following polls of a device that has `rows`, and perhaps something in the tables that were `lost`."""
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
        if isinstance(table, Table) and (table.changing or name in lost):
            every = ((key, oid.encode(each.oid)) for key, each in table.columns.items() if not each.later)
            walks.append(ColumnsToWalk(name, tuple(every), FEW if table.changing else 0))
        elif name == SCALARS:
            cells.extend((oid.encode(table.columns[column].oid), (name, "", column)) for _, column in present)
        elif len(present) <= CELLS_BY_GET:
            cells.extend((_cell(table, column, index), (name, index, column)) for index, column in present)
        else:
            walks.append(ColumnsToWalk(name, tuple((key, oid.encode(table.columns[key].oid)) for key in columns)))
    return Plan(_gets(cells, credentials), tuple(walks))


def wanted(table: Scalars, rows: Rows, name: str) -> list[str]:
    """Return the changing columns that some row has, without fallbacks that no row needs."""
    had = rows.get(name, {}).values()
    needed = {column for ways in table.series.values() for column in _needed(ways, list(had))}
    return [
        key
        for key, column in table.columns.items()
        if not column.fixed and (key in needed or column.words or column.names) and any(key in row for row in had)
    ]


def _needed(ways: Ways, had: Sequence[Row]) -> Iterator[str]:
    """Yield the columns of one metric, up to those that tell it of every row."""
    for series in ways:
        if isinstance(series, Number) and not series.where and had:
            for reading in series.read:
                yield from reading.columns()
                if all(row.get(reading.column) not in {None, *reading.unknown} for row in had):
                    return
        else:
            yield from series.columns()


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
