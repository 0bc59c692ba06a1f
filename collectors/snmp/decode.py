"""From varbinds to samples and words, as a profile says. Pure; nothing a device sends makes it raise.

A number is never guessed: a sentinel, a level above its capacity or a value of another type is absent, not 0 and not 1.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from math import isfinite

from collectors.observation import Labels
from collectors.observation import Series as Named
from collectors.snmp import values
from collectors.snmp.profile import Column, Profile, Scalars, Table
from collectors.snmp.records import FORMS
from collectors.snmp.series import Age, Bits, Flag, Level, Number, Reading, Records, Series, States, Ways
from collectors.snmp.wire.ber import Value

Row = Mapping[str, Value]
"""Column name -> value, for what the device has."""

Rows = Mapping[str, Mapping[str, Row]]
"""Table name -> index as dotted text -> row. The scalars are the table `scalars` with one row, index ""."""

SCALARS = "scalars"
MAX_WORDS = 500  # of one device
_DIGITS = 6  # behind the point: 336041.85 s rather than 336041.85000000003

Sample = tuple[Named, float]


def samples(profile: Profile, rows: Rows, now: datetime | None = None) -> list[Sample]:
    """Return the samples of all rows, in a stable order, each series once. `now` (aware) for ages; absent without."""
    out: dict[Named, float] = {}
    packed: dict[Named, tuple[float, str | None]] = {}
    for name, table in tables_of(profile):
        for index, row in _chosen(table, rows.get(name, {})):
            labels = _labels(profile, table, f"{name}-{index}" if prefixed(table) else index, row)
            for metric, ways in table.series.items():
                alone = ways[0]
                if isinstance(alone, Number) and len(ways) == 1 and not alone.where:  # most are: the short way
                    number = _numbered(alone, row)
                    if number is not None:
                        out.setdefault((metric, labels), number)
                    continue
                for more, value in _first(profile, ways, row, now):
                    if isinstance(ways[0], Records):
                        packed.setdefault((metric, labels + more), (value, ways[0].label))
                    else:
                        out.setdefault((metric, labels + more), value)
    told = {(metric, frozenset(labels)) for metric, labels in out} if packed else set()
    out |= {named: value for named, (value, label) in packed.items() if not _told(named, label, told)}
    return list(out.items())


def _told(named: Named, label: str | None, told: AbstractSet[tuple[str, frozenset[tuple[str, str]]]]) -> bool:
    """Return whether a table tells the same, but for the number of the part."""
    metric, labels = named
    kinds = {pair for pair in labels if pair[0] != label}
    return any(metric == name and kinds <= found for name, found in told)


def words(profile: Profile, rows: Rows) -> Iterator[tuple[str, str]]:
    """Yield `(table.index.column, text)` of the columns that are words or fixed enumerations, cleaned, at most 500."""
    left = MAX_WORDS
    for name, table in tables_of(profile):
        for index, row in _chosen(table, rows.get(name, {})) if table.worded else ():
            for column_name, column in table.worded:
                text = _word(profile, column, row.get(column_name), rows)
                if text:
                    yield f"{name}.{index}.{column_name}", text
                    left -= 1
                    if left == 0:
                        return


def tables_of(profile: Profile) -> Iterator[tuple[str, Scalars]]:
    """Yield the scalars and the tables by name."""
    yield SCALARS, profile.scalars
    yield from profile.tables.items()


def prefixed(table: Scalars) -> bool:
    """Return whether labels of this table carry its name."""
    return isinstance(table, Table) and table.prefixed


def index_key(index: str) -> tuple[int, ...]:
    """Return the sort key of an index as SNMP sorts it."""
    return tuple(int(arc) for arc in index.split(".")) if index else ()


def _chosen(table: Scalars, rows: Mapping[str, Row]) -> Sequence[tuple[str, Row]]:
    needs, first = (table.needs, table.rows == "first") if isinstance(table, Table) else (None, False)
    had = [item for item in rows.items() if needs is None or needs in item[1]]
    if len(had) < 2:  # noqa: PLR2004  # nothing to order
        return had
    ordered = sorted(had, key=lambda item: index_key(item[0]))
    return ordered[:1] if first else ordered


def _labels(profile: Profile, table: Scalars, index: str, row: Row) -> Labels:
    if not isinstance(table, Table):
        return ()
    extra = tuple((label, _name(profile, table.columns[name], row.get(name))) for label, name in table.labels.items())
    return extra if table.label is None else ((table.label, index), *extra)


def _name(profile: Profile, column: Column, value: Value) -> str:
    """Return the enumeration's name; `unknown` for what it does not list, so that a label is never a device's word."""
    names = profile.enumerations.get(column.enumeration or "", {})
    chosen = values.last_arc(value) if column.last_arc else value
    return names.get(chosen, "unknown") if isinstance(chosen, int) else "unknown"


def _word(profile: Profile, column: Column, value: Value, rows: Rows) -> str:
    if column.words and isinstance(value, bytes):
        if column.identifier:
            return values.identifier(value)
        return values.words(value, hexadecimal=column.hexadecimal)
    if column.names is not None:
        return _named(profile, column.names, value, rows)
    if column.worded and value is not None:
        return _name(profile, column, value)
    return ""


def _named(profile: Profile, table: str, number: Value, rows: Rows) -> str:
    """Return the first words of the row of `table` whose index ends in `number`."""
    for index, row in rows.get(table, {}).items():
        if index.rpartition(".")[2] == str(number):
            found = (
                values.words(value)
                for name, _ in profile.tables[table].worded
                if isinstance(value := row.get(name), bytes)
            )
            return next(filter(None, found), "")
    return ""


def _first(profile: Profile, ways: Ways, row: Row, now: datetime | None) -> Sequence[tuple[Labels, float]]:
    """Return what the first way tells that tells something."""
    for series in ways:
        found = _read(profile, series, row, now)
        if found:
            return found if len(ways) == 1 else [*found, *_absent(profile, ways, found)]
    return ()


def _absent(profile: Profile, ways: Ways, found: Sequence[tuple[Labels, float]]) -> Iterator[tuple[Labels, float]]:
    """Yield 0 for the states that only the other ways know: a device has one state, whoever tells it."""
    told = {labels for labels, _ in found}
    for series in ways:
        if isinstance(series, States):
            for name in dict.fromkeys(profile.enumerations[series.enumeration].values()):
                if ((series.label, name),) not in told:
                    yield ((series.label, name),), 0.0


def _read(profile: Profile, series: Series, row: Row, now: datetime | None) -> Sequence[tuple[Labels, float]]:
    """Return further labels and values; nothing where the row does not tell."""
    if series.where and any(row.get(column) not in wanted for column, wanted in series.where.items()):
        return ()
    if isinstance(series, States | Bits):
        return _one_per_name(profile, series, row.get(series.column))
    if isinstance(series, Records):
        return list(_each_record(profile, series, row.get(series.column)))
    value = _one(series, row, now)
    return () if value is None else (((), value),)


def _one(series: Number | Flag | Level | Age, row: Row, now: datetime | None) -> float | None:
    if isinstance(series, Number):
        return _numbered(series, row)
    if isinstance(series, Level):
        return values.ratio(row.get(series.level), row.get(series.capacity))
    told = row.get(series.column)
    if isinstance(series, Age):
        return values.age(told, series.formats, now) if now is not None else None
    if not isinstance(told, int):
        return None
    if told in series.values:
        return 1.0
    return 0.0 if series.kind == "flag" and (not series.clear or told in series.clear) else None


def _one_per_name(profile: Profile, series: States | Bits, value: Value) -> Sequence[tuple[Labels, float]]:
    names = profile.enumerations[series.enumeration]
    if isinstance(series, Bits) and isinstance(value, bytes):
        return [(((series.label, name),), float(values.bit_set(value, bit))) for bit, name in names.items()]
    if isinstance(series, States) and isinstance(value, int) and value in names:
        present = names[value]
        return [(((series.label, name),), float(name == present)) for name in dict.fromkeys(names.values())]
    return ()


def _each_record(profile: Profile, series: Records, value: Value) -> Iterator[tuple[Labels, float]]:
    """Yield the records that all of the series' enumerations name."""
    if not isinstance(value, bytes):
        return
    named = {label: profile.enumerations[name] for label, name in series.labels.items()}
    for code, number in FORMS[series.form](value):
        if any(code not in names for names in named.values()):
            continue
        ratio = 1.0 if series.present else round(number * series.scale, _DIGITS)
        if ratio <= 1:
            own = () if series.label is None else ((series.label, f"record-{code}"),)
            yield (*own, *((label, names[code]) for label, names in named.items())), ratio


def _numbered(series: Number, row: Row) -> float | None:
    """Return the first number that the row tells."""
    for reading in series.read:
        value = _number(reading, row)
        if value is not None:
            return value
    return None


def _number(reading: Reading, row: Row) -> float | None:
    value = values.number(row.get(reading.column), digits=reading.digits)
    if value is None or value in reading.unknown:
        return None
    factor = reading.scale
    if reading.times is not None or reading.units is not None or reading.places is not None:
        composed = _factor(reading, row)
        if composed is None:
            return None
        factor *= composed
    result = float(value) if factor == 1 else round(value * factor, _DIGITS)
    if not isfinite(result):
        return None
    if (reading.least is not None and result < reading.least) or (reading.most is not None and result > reading.most):
        return None
    return result


def _factor(reading: Reading, row: Row) -> float | None:
    """Return what the other columns of the row make of the number; None where one of them says nothing."""
    factor = 1.0
    if reading.times is not None:
        times = values.number(row.get(reading.times))
        if times is None or times <= 0:
            return None
        factor *= times
    if reading.units is not None:
        unit = row.get(reading.units.column)
        if not isinstance(unit, int) or unit not in reading.units.factors:
            return None
        factor *= reading.units.factors[unit]
    if reading.places is not None:
        places = row.get(reading.places)
        if not isinstance(places, int) or not -8 <= places <= 9:  # noqa: PLR2004  # EntitySensorPrecision
            return None
        factor *= 10.0**-places
    return factor
