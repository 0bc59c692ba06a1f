"""What follows from several tables of a printer together: which supply its "low" speaks of. Pure."""

from collections.abc import Iterator, Mapping

from collectors.snmp import values
from collectors.snmp.decode import Row, Rows, Sample, index_key
from collectors.snmp.profile import Profile

SUPPLY_LOW = "mppmon_printer_supply_low"
METRICS = frozenset({SUPPLY_LOW})

_LOW_TONER, _NO_TONER = 2, 3  # bits of hrPrinterDetectedErrorState (RFC 2790)
_SUPPLIES = 11  # PrtAlertGroupTC: markerSupplies
_EVENT = 5  # PrtAlertSeverityLevelTC: warningBinaryChangeEvent, of the past
_LOW_CODES = frozenset({"supply-low", "supply-empty", "supply-missing", "low", "empty", "part-worn"})
_CONSUMED = frozenset({"toner", "ink", "ribbon", "solid-wax", "ribbon-wax"})
_BLACK = ("black", "hitam", "schwarz", "noir", "nero", "negro")


def samples(profile: Profile, rows: Rows) -> Iterator[Sample]:
    """Yield 1 for each supply that the printer itself calls low."""
    supplies = rows.get("supplies")
    if not supplies:
        return  # no printer: asked of every device at every poll
    types = profile.enumerations.get("supply-type", {})
    low = set(_alerted(profile, rows)) & set(supplies)
    if not low:
        low = set(_reported(rows, {index: row for index, row in supplies.items() if _type(types, row) in _CONSUMED}))
    for index in sorted(low, key=index_key):
        yield (SUPPLY_LOW, (("supply", index), ("type", _type(types, supplies[index])))), 1.0


def _type(types: Mapping[int, str], row: Row) -> str:
    value = row.get("type")
    return types.get(value, "unknown") if isinstance(value, int) else "unknown"


def _alerted(profile: Profile, rows: Rows) -> Iterator[str]:
    """Yield the supplies that the alert table names."""
    codes = profile.enumerations.get("alert-code", {})
    for index, row in rows.get("alerts", {}).items():
        code, about = row.get("code"), row.get("group-index")
        if row.get("group") != _SUPPLIES or not isinstance(about, int) or row.get("severity") == _EVENT:
            continue
        if isinstance(code, int) and codes.get(code) in _LOW_CODES:
            yield f"{index.partition('.')[0]}.{about}"


def _reported(rows: Rows, consumed: Mapping[str, Row]) -> Iterator[str]:
    """Yield the supply that "low toner" must be about: the only one, or the black one where no other has less."""
    state = next((row for _, row in sorted(rows.get("state", {}).items(), key=lambda item: index_key(item[0]))), {})
    errors = state.get("errors")
    if not isinstance(errors, bytes) or not any(values.bit_set(errors, bit) for bit in (_LOW_TONER, _NO_TONER)):
        return
    black = list(consumed) if len(consumed) == 1 else [index for index, row in consumed.items() if _is_black(row, rows)]
    if len(black) == 1:
        levels = {index: values.ratio(row.get("level"), row.get("capacity")) for index, row in consumed.items()}
        own = levels[black[0]]
        if own is None or all(level is None or own <= level for level in levels.values()):
            yield black[0]


def _is_black(row: Row, rows: Rows) -> bool:
    colours = rows.get("colorants", {})
    number = str(row.get("colour"))
    said = [
        row.get("description"),
        *(each.get("name") for key, each in colours.items() if key.rpartition(".")[2] == number),
    ]
    words = " ".join(values.words(text) for text in said if isinstance(text, bytes)).lower()
    return any(word in words for word in _BLACK)
