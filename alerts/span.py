"""Lengths of time as people write them: `90m`, `1h30m`, `2 jam`. One grammar for commands, YAML, rule tests. Pure."""

import re
from datetime import timedelta

LONGEST = timedelta(days=30)
"""Of a silence or a maintenance window: what is forgotten ends some day."""

_UNITS = {
    **dict.fromkeys(("d", "day", "days", "hari"), "days"),
    **dict.fromkeys(("h", "hour", "hours", "jam"), "hours"),
    **dict.fromkeys(("m", "min", "minute", "minutes", "menit"), "minutes"),
    **dict.fromkeys(("s", "second", "seconds", "detik"), "seconds"),
}
_ORDER = ("days", "hours", "minutes", "seconds")
_PART = re.compile(rf"(\d{{1,6}})\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![a-z])\s*", re.ASCII)


def span(text: str) -> timedelta:
    """Return the length of `90s`, `10m`, `1h30m`, `2d`, `2 jam`, `0`. ValueError says what was expected."""
    said = text.strip().lower()
    if said == "0":
        return timedelta()
    found: dict[str, int] = {}
    at = 0
    while (part := _PART.match(said, at)) is not None:
        unit = _UNITS[part[2]]
        if found and _ORDER.index(unit) <= _ORDER.index(list(found)[-1]):
            break  # `30m1h` and `1h1h` are slips of the pen
        found[unit] = int(part[1])
        at = part.end()
    if not found or at < len(said):
        raise ValueError("a length such as 90s, 10m, 1h30m or 2d")
    return timedelta(**found)


def quiet_span(text: str) -> timedelta:
    """Return for how long a silence or a maintenance window lasts. ValueError says what was expected."""
    try:
        found = span(text)
    except ValueError:
        found = timedelta()
    if not timedelta(minutes=1) <= found <= LONGEST:
        raise ValueError("minutes, hours or days such as 90m, 1h30m, 2h, 1d; at least a minute, at most 30d")
    return found
