"""From varbinds to samples and words, as a profile says. Pure; nothing a device sends makes it raise.

A number is never guessed: a sentinel, a level above its capacity or a value of another type is absent, not 0 and not 1.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite

from collectors.observation import Labels, Series, clean_text
from collectors.snmp.profile import Bits, Column, Flag, Level, Number, Profile, Scalars, States, Table
from collectors.snmp.wire.ber import Value

Row = Mapping[str, Value]
"""Column name -> value, for what the device has."""

Rows = Mapping[str, Mapping[str, Row]]
"""Table name -> index as dotted text -> row. The scalars are the table `scalars` with one row, index ""."""

SCALARS = "scalars"
MAX_WORDS = 500  # of one device
_TOP_BIT = 0x80
_DIGITS = 6  # behind the point: 336041.85 s rather than 336041.85000000003

Sample = tuple[Series, float]


def samples(profile: Profile, rows: Rows) -> list[Sample]:
    """Return the samples of all rows, in a stable order."""
    out: list[Sample] = []
    for name, table in tables_of(profile):
        for index, row in _chosen(table, rows.get(name, {})):
            labels = _labels(profile, table, index, row)
            for metric, series in table.series.items():
                out.extend(_read(profile, metric, series, labels, row))
    return out


def words(profile: Profile, rows: Rows) -> Iterator[tuple[str, str]]:
    """Yield `(table.index.column, text)` of the columns that are words or fixed enumerations, cleaned, at most 500."""
    left = MAX_WORDS
    for name, table in tables_of(profile):
        for index, row in _chosen(table, rows.get(name, {})) if table.worded else ():
            for column_name, column in table.worded:
                text = _word(profile, column, row.get(column_name))
                if text:
                    yield f"{name}.{index}.{column_name}", text
                    left -= 1
                    if left == 0:
                        return


def tables_of(profile: Profile) -> Iterator[tuple[str, Scalars]]:
    """Yield the scalars and the tables by name."""
    yield SCALARS, profile.scalars
    yield from profile.tables.items()


def index_key(index: str) -> tuple[int, ...]:
    """Return the sort key of an index as SNMP sorts it."""
    return tuple(int(arc) for arc in index.split(".")) if index else ()


def ratio(level: Value, capacity: Value) -> float | None:
    """Return level / capacity from 0 to 1, or None where one of them is a sentinel (-1, -2, -3) or makes no sense.

    A level above its capacity (seen: 150 %) is in other units than it claims: unknown, not full.
    """
    if not isinstance(level, int) or not isinstance(capacity, int) or capacity <= 0 or not 0 <= level <= capacity:
        return None
    return level / capacity


def bit_set(octets: bytes, bit: int) -> bool:
    """Return whether `bit` of a BITS-like octet string is set: bit 0 is the high bit of the first octet (RFC 2790)."""
    return bit // 8 < len(octets) and bool(octets[bit // 8] & _TOP_BIT >> bit % 8)


def _chosen(table: Scalars, rows: Mapping[str, Row]) -> Sequence[tuple[str, Row]]:
    ordered = sorted(rows.items(), key=lambda item: index_key(item[0]))
    return ordered[:1] if isinstance(table, Table) and table.rows == "first" else ordered


def _labels(profile: Profile, table: Scalars, index: str, row: Row) -> Labels:
    if not isinstance(table, Table) or table.label is None:
        return ()
    extra = tuple((label, _name(profile, table.columns[name], row.get(name))) for label, name in table.labels.items())
    return ((table.label, index), *extra)


def _name(profile: Profile, column: Column, value: Value) -> str:
    """Return the enumeration's name; `unknown` for what it does not list, so that a label is never a device's word."""
    names = profile.enumerations.get(column.enumeration or "", {})
    return names.get(value, "unknown") if isinstance(value, int) else "unknown"


def _word(profile: Profile, column: Column, value: Value) -> str:
    if column.words and isinstance(value, bytes):
        return clean_text(value)
    if column.worded and value is not None:
        return _name(profile, column, value)
    return ""


def _read(
    profile: Profile, metric: str, series: Number | Flag | States | Bits | Level, labels: Labels, row: Row
) -> Iterator[Sample]:
    if isinstance(series, Number):
        number = _number(series, row)
        if number is not None:
            yield (metric, labels), number
    elif isinstance(series, Flag):
        value = row.get(series.column)
        if isinstance(value, int) and (series.kind == "flag" or value in series.values):
            yield (metric, labels), float(value in series.values)
    elif isinstance(series, Level):
        level = ratio(row.get(series.level), row.get(series.capacity))
        if level is not None:
            yield (metric, labels), level
    else:
        yield from _one_per_name(profile, metric, series, labels, row.get(series.column))


def _one_per_name(
    profile: Profile, metric: str, series: States | Bits, labels: Labels, value: Value
) -> Iterator[Sample]:
    names = profile.enumerations[series.enumeration]
    if isinstance(series, Bits) and isinstance(value, bytes):
        for bit, name in names.items():
            yield (metric, (*labels, (series.label, name))), float(bit_set(value, bit))
    elif isinstance(series, States) and value in names:
        for number, name in names.items():
            yield (metric, (*labels, (series.label, name))), float(number == value)


def _number(series: Number, row: Row) -> float | None:
    for reading in series.read:
        value = row.get(reading.column)
        if isinstance(value, int | float) and value not in reading.unknown and isfinite(value):
            return float(value) if reading.scale == 1 else round(value * reading.scale, _DIGITS)
    return None
