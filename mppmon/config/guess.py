"""What was probably meant by a value that cannot be taken: hints, never corrections."""

import re
from datetime import date

from mppmon.config.problem import nearest
from mppmon.config.settings_hours import WEEKDAYS
from mppmon.config.syntax import glued

_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds", "detik", "dtk"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes", "menit", "mnt"), 60),
    **dict.fromkeys(("h", "hour", "hours", "jam"), 3600),
    **dict.fromkeys(("d", "day", "days", "hari"), 86_400),
}
_MONTHS = {
    name: number
    for months in ("jan feb mar apr mei jun jul agu sep okt nov des", "jan feb mar apr may jun jul aug sep oct nov dec")
    for number, name in enumerate(months.split(), 1)
}
_ZONES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
_YES, _NO = frozenset({"ya", "benar", "aktif"}), frozenset({"tidak", "bukan", "tdk", "nonaktif", "none"})


def number(text: str) -> str:
    """Return a hint for `5m`, `5 menit` (durations are seconds), `2,5` (decimals have a point), `00:05`."""
    text = text.strip().lower()
    match = re.fullmatch(r"(\d{1,9})\s*([a-z]+)\.?", text)
    if match and match[2] in _UNITS:
        return f"without a unit: {int(match[1]) * _UNITS[match[2]]}"
    if re.fullmatch(r"-?\d+,\d+", text):
        return f"with a point: {text.replace(',', '.')}"
    if re.fullmatch(r"\d+:\d\d(:\d\d)?", text):
        return "a time of day does not belong here"
    return glued(text)


def yes_or_no(text: str) -> str:
    """Return a hint for `ya`, `tidak` and misspelt words."""
    word = text.strip().lower()
    return nearest("yes" if word in _YES else "no" if word in _NO else word, ("yes", "no"))


def slug(text: str) -> str:
    """Return an id made of a name that was written where an id belongs, or the list that `Budi, Sari` should be."""
    if glued(text):
        return glued(text)
    several = [as_id(one) for one in text.split(",")]
    if len(several) > 1 and all(several):
        return f"for several: [{', '.join(several)}]"
    made = as_id(text)
    return f"for example {made}" if made and made != text else ""


def as_id(text: str) -> str:
    """Return a text that is an id as it is, another made into one (perhaps empty)."""
    if re.fullmatch(r"[a-z0-9-]{1,40}", text):
        return text
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]


def weekday(text: str) -> str:
    """Return the weekday that looks like the part of `snin-jumat` that is none."""
    parts = re.split(r"[-,\s]+", text.lower())
    return next((nearest(one, WEEKDAYS) for one in parts if one not in WEEKDAYS and nearest(one, WEEKDAYS)), "")


def day(text: str) -> str:
    """Return a hint for `24-12-2026`, `24/12/2026`, `24 Desember 2026` (the day first, as here) and `2026-02-30`."""
    match = re.fullmatch(r"(\d{1,2})[-/. ]+(\d{1,2}|[a-z]{3,9})[-/. ]+(\d{4})", text.strip().lower())
    if match is None:
        return "the calendar has no such day" if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else ""
    month = int(match[2]) if match[2].isdecimal() else _MONTHS.get(match[2][:3], 0)
    try:
        return f"did you mean '{date(int(match[3]), month, int(match[1])).isoformat()}'?"
    except ValueError:
        return ""


def hours(text: str) -> str:
    """Return a hint for `8-15` and for hours with a zone."""
    match = re.fullmatch(r"(\d{1,2})\s*(?:-|s\.d\.|s/d)\s*(\d{1,2})", text.strip())
    if match and int(match[1]) < int(match[2]) <= 24:  # noqa: PLR2004  # hours of a day
        return f"did you mean '{int(match[1]):02}:00-{int(match[2]):02}:00'?"
    if re.search(r"\bwi(b|ta|t)$", text.strip().lower()):
        return "without the zone, which is said once: `timezone` in site.yaml"
    return ""


def zone(text: str) -> str:
    """Return a hint for `WIB`, `WITA` and `WIT`."""
    name = _ZONES.get(text.strip().lower())
    return f"did you mean '{name}'?" if name else ""


def text(expected: str, found: str) -> str:
    """Return a hint for a text that a validator of ours refused with `expected`."""
    if expected.startswith("weekdays"):
        return weekday(found)
    if expected.startswith(("a date such", "one date")):
        return day(found)
    return hours(found) if expected.startswith("hours from") else ""
