"""Maintenance windows as people write them: `start: 2026-11-29 20:00`, `duration: 2h`,
`repeat: FREQ=WEEKLY;BYDAY=SU`.
"""

import re
from datetime import datetime
from typing import Annotated

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, rrulestr
from pydantic import AfterValidator, Field

from alerts.settings import Label, Many, Slug, century
from alerts.span import quiet_span
from collectors.collector import Way
from mppmon.config.settings_hours import Name, Strict
from mppmon.mall.model import DeviceKind

_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d{1,2})[.:](\d\d)")
_REPEATS = frozenset({DAILY, WEEKLY, MONTHLY, YEARLY})
_ENDS = re.compile(r"\b(UNTIL|COUNT)\b")
_TIMES = re.compile(r"\bBY(HOUR|MINUTE|SECOND)\b")
_RARE = re.compile(r"\bBY(SETPOS|WEEKNO|YEARDAY|EASTER)\b")  # some of these never match, and are looked for until 9999
_NUMBERS = re.compile(r"\bBY(MONTHDAY|MONTH)=([-+0-9,]+)")
_NTH = re.compile(r"[-+]?\d+")
_MOST = {"MONTH": 12, "MONTHDAY": 31}
_WEEK = 7
_WEEKS = {MONTHLY: 5, YEARLY: 53}
"""Of each day of the week, at most so many lie in a month, in a year."""
_DAYS_IN = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_RULE_EXPECTED = "a rule of RFC 5545 by day or longer, such as FREQ=WEEKLY;BYDAY=SU or FREQ=MONTHLY;BYDAY=1SA"


def local(text: str) -> datetime:
    """Return the wall-clock time of `2026-11-29 20:00`; ValueError says what was expected."""
    found = _LOCAL.fullmatch(text.strip())
    try:
        at = datetime.fromisoformat(f"{found[1]} {int(found[2]):02}:{found[3]}") if found else None
    except ValueError:
        at = None
    if at is None:
        raise ValueError("a day and a time of the mall's clock, such as 2026-11-29 20:00")
    century(at.date())
    return at


def recurrence(text: str, start: datetime, until: datetime) -> rrule:
    """Return the rule of RFC 5545 that repeats a wall-clock `start`, not after `until`; ValueError says what was
    expected.
    """
    said = text.strip().upper()
    if ":" in said or "\n" in said:
        raise ValueError(_RULE_EXPECTED)
    if _ENDS.search(said):
        raise ValueError("`until:` on a line of its own instead of UNTIL or COUNT")
    nth = [int(one) for one in _NTH.findall(_part(said, "BYDAY"))]
    if _RARE.search(said) or ("BYMONTHDAY" in said and nth):
        raise ValueError(_RULE_EXPECTED)
    if _never(said):
        raise ValueError("a day that its month has")
    if _TIMES.search(said):
        raise ValueError("a rule without times: `start:` says at which one")
    try:
        found = rrulestr(said, dtstart=start)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError):
        found = None
    # dateutil has no public way to ask for these two; an interval of 0 would never end
    if not isinstance(found, rrule) or found._freq not in _REPEATS or found._interval < 1:  # noqa: SLF001  # see above
        raise ValueError(_RULE_EXPECTED)
    weeks = 5 if "BYMONTH" in said else _WEEKS.get(found._freq, 0)  # noqa: SLF001  # see above
    if not all(1 <= abs(one) <= weeks for one in nth):
        raise ValueError("a day that its month or year has, such as FREQ=MONTHLY;BYDAY=1SA")
    if found._freq == DAILY and found._interval % _WEEK == 0 and "BYDAY" in said:  # noqa: SLF001  # see above
        raise ValueError("FREQ=WEEKLY with these days: every seventh day is always the same one")
    return found.replace(until=until)


def _part(rule: str, key: str) -> str:
    return ",".join(value for name, _, value in (one.partition("=") for one in rule.split(";")) if name.strip() == key)


def _never(rule: str) -> bool:
    """Whether it names months or days that no calendar has, or only days that the months it names do not have: dateutil
    would look for one until 9999.
    """
    numbers = {key: [int(one) for one in _NTH.findall(values)] for key, values in _NUMBERS.findall(rule)}
    if any(not 1 <= abs(one) <= _MOST[key] for key, values in numbers.items() for one in values):
        return True
    days, months = numbers.get("MONTHDAY"), numbers.get("MONTH")
    if not days or not months:
        return False
    if any(month < 1 for month in months):
        return True
    longest = max(_DAYS_IN[month - 1] for month in months)
    return all(abs(day) > longest for day in days)


def _local(text: str) -> str:
    return f"{local(text):%Y-%m-%d %H:%M}"


def _length(text: str) -> str:
    quiet_span(text)
    return text.strip()


def _rule(text: str) -> str:
    start = datetime(2026, 1, 1)  # noqa: DTZ001  # wall-clock; any day shows whether the rule can be read
    recurrence(text, start, start)
    return text.strip().upper()


Local = Annotated[str, AfterValidator(_local)]
Length = Annotated[str, AfterValidator(_length)]
Rule = Annotated[str, AfterValidator(_rule)]


class MatchSettings(Strict):
    """What a window covers: all labels that are named must fit, one of the values of each."""

    device: Many[Slug] = ()
    rule: Many[Label] = ()
    kind: Many[DeviceKind] = ()
    agency: Many[Slug] = ()
    place: Many[Label] = ()
    channel: Many[Slug] = ()
    person: Many[Slug] = ()
    way: Many[Way] = ()


class WindowSettings(Strict):
    """A maintenance window: either `duration` (as time passes) or `end` (as the mall's clock shows it)."""

    name: Name
    match: MatchSettings
    start: Local
    duration: Length | None = None
    end: Local | None = None
    repeat: Rule | None = None
    until: Local | None = None
    reason: Name


class MaintenanceFile(Strict):
    """`maintenance.yaml`."""

    windows: dict[Slug, WindowSettings] = Field(default_factory=dict, max_length=100)
