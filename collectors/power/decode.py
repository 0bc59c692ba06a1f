"""What NUT's variables say of a UPS, in the metrics that SNMP has too. Pure; nothing raises.

Names and units of the variables: NUT's `docs/nut-names.txt`; words of `ups.status`: RFC 9271 section 5.1. What a driver
leaves out, or fills with a stopgap, is absent.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from collectors.observation import Labels, Series, clean_text
from collectors.snmp.values import age, number

DRIVER_OK = "mppmon_ups_driver_ok"
INFO = "mppmon_device_info"
_ON_BATTERY, _SOURCE, _STATUS = "mppmon_ups_on_battery", "mppmon_ups_source", "mppmon_ups_battery_status"
_CHARGE, _RUNTIME, _LOAD = "mppmon_ups_charge_ratio", "mppmon_ups_runtime_seconds", "mppmon_ups_load_ratio"
_AGE, _CELSIUS, _ALARMS = "mppmon_ups_battery_age_seconds", "mppmon_ups_battery_celsius", "mppmon_ups_alarms"
_INPUT, _OUTPUT = "mppmon_ups_input_volts", "mppmon_ups_output_volts"
METRICS = frozenset(
    {DRIVER_OK, INFO, _ON_BATTERY, _SOURCE, _STATUS, _CHARGE, _RUNTIME, _LOAD, _AGE, _CELSIUS, _ALARMS, _INPUT, _OUTPUT}
)
"""All that is read in this way."""

_SOURCES = ("normal", "battery", "bypass", "booster", "reducer", "none", "other")
_FEEDS = (
    ("OFF", "none"),
    ("OB", "battery"),
    ("BYPASS", "bypass"),
    ("BOOST", "booster"),
    ("TRIM", "reducer"),
    ("OL", "normal"),
)
"""A word of `ups.status` -> what feeds the output; the first that is there wins (`OL BOOST`: raised mains)."""
_STATES = ("normal", "low", "depleted", "unknown", "replace")
_LOW, _REPLACE = "LB", "RB"

_NO_RUNTIME = frozenset({65_535, 2_147_483_647, 4_294_967_295})  # USB's and 32 bits' "not known"
_LONGEST = 30 * 86_400.0  # seconds
_OLDEST = 20 * 365.25 * 86_400  # seconds; many leave 2001 or 2000 in it
_DATES = ("%Y/%m/%d", "%Y-%m-%d", "%m/%d/%y", "%m/%d/%Y")  # the last two: APC's, and NUT's own tools
_LINES = ("1", "2", "3")
_IDENTITY = {
    "vendor": (b"ups.mfr", b"device.mfr"),
    "model": (b"ups.model", b"device.model"),
    "serial": (b"ups.serial", b"device.serial"),
}
_STOPGAPS = frozenset({"", "unknown", "blank", "none", "n/a"})

_MEASURED = {
    _INPUT: ((b"input.voltage",), b"input.L%s-N.voltage", 1.0, 1.0, 1000.0),
    _OUTPUT: ((b"output.voltage",), b"output.L%s-N.voltage", 1.0, 1.0, 1000.0),
    _LOAD: ((b"ups.load",), b"output.L%s.power.percent", 0.01, 0.0, 3.0),
}
"""Metric -> variable of one phase, of each of three; scale, least and most. 0 V: a line not used, as UPS-MIB has it."""

WANTED = frozenset(
    {
        b"ups.status",
        b"ups.alarm",
        b"battery.charge",
        b"battery.runtime",
        b"battery.date",
        b"battery.mfr.date",
        b"battery.temperature",
        *(name for names in _IDENTITY.values() for name in names),
        *(single[0] for single, *_ in _MEASURED.values()),
        *(each % line.encode() for _, each, *_ in _MEASURED.values() for line in _LINES),
    }
)
"""The variables that are read; others are not kept."""

Sample = tuple[Series, float]


def texts(variables: Mapping[bytes, bytes]) -> tuple[tuple[str, str], ...]:
    """Return who it says it is, cleaned and capped."""
    found = [("kind", "ups"), ("profile", "nut")]
    for key, names in _IDENTITY.items():
        word = next((text for name in names if not _stopgap(text := clean_text(variables.get(name, b"")))), "")
        if word:
            found.append((key, word))
    return tuple(found)


def samples(variables: Mapping[bytes, bytes], now: datetime) -> list[Sample]:
    """Return what is known at `now` (aware), each series once."""
    known = dict(texts(variables))
    info: Labels = tuple((label, known.get(label, "")) for label in _IDENTITY)
    return [
        ((INFO, info), 1.0),
        ((DRIVER_OK, ()), 1.0),
        *_status(variables),
        *_battery(variables, now),
        *_lines(variables),
    ]


def _stopgap(text: str) -> bool:
    return text.lower() in _STOPGAPS or not text.strip("0 -._")


def _status(variables: Mapping[bytes, bytes]) -> Iterator[Sample]:
    """Yield what the words of `ups.status` say; a driver that has just started says WAIT, which is nothing yet."""
    words = set(clean_text(variables.get(b"ups.status", b"")).split())
    feed = next((source for word, source in _FEEDS if word in words), None)
    if feed is None:
        return
    yield (_ON_BATTERY, ()), float("OB" in words)
    for source in _SOURCES:
        yield (_SOURCE, (("source", source),)), float(source == feed)
    states = {state for word, state in ((_LOW, "low"), (_REPLACE, "replace")) if word in words} or {"normal"}
    for state in _STATES:
        yield (_STATUS, (("status", state),)), float(state in states)
    alarmed = "ALARM" in words or bool(clean_text(variables.get(b"ups.alarm", b"")))
    yield (_ALARMS, ()), float(alarmed + ("OVER" in words))


def _battery(variables: Mapping[bytes, bytes], now: datetime) -> Iterator[Sample]:
    charge = _number(variables, b"battery.charge", 0.0, 100.0)
    if charge is not None:
        yield (_CHARGE, ()), charge / 100
    runtime = _number(variables, b"battery.runtime", 0.0, _LONGEST)
    if runtime is not None and runtime not in _NO_RUNTIME:
        yield (_RUNTIME, ()), runtime
    celsius = _number(variables, b"battery.temperature", -40.0, 120.0)
    if celsius:  # 0: what drivers say that cannot measure it, as with UPS-MIB
        yield (_CELSIUS, ()), celsius
    for name in (b"battery.date", b"battery.mfr.date"):
        old = age(variables.get(name, b""), _DATES, now)
        if old is not None and old <= _OLDEST:
            yield (_AGE, ()), old
            return


def _lines(variables: Mapping[bytes, bytes]) -> Iterator[Sample]:
    for metric, (single, each, scale, least, most) in _MEASURED.items():
        phases = [(line, _number(variables, each % line.encode(), least / scale, most / scale)) for line in _LINES]
        if all(value is None for _, value in phases):
            phases = [(_LINES[0], _number(variables, single[0], least / scale, most / scale))]
        for line, value in phases:
            if value is not None:
                yield (metric, (("line", line),)), value * scale


def _number(variables: Mapping[bytes, bytes], name: bytes, least: float, most: float) -> float | None:
    value = number(variables.get(name), digits=True)
    return float(value) if value is not None and least <= value <= most else None
