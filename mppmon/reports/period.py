"""A month or a day of mall time as a half-open span of UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mppmon.reports.request import ReportError

FIRST_YEAR, LAST_YEAR = 2000, 2100
"""Years that a report may be about: before there was nothing to watch, and dates near either end cannot be reckoned."""

_WORD = re.compile(r"\d{4}-\d{2}(-\d{2})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """`[start, end)` in UTC: the local days from `first` to `last`, both included."""

    word: str
    first: date
    last: date
    start: datetime
    end: datetime


def days(word: str) -> tuple[date, date]:
    """Return the first and the last day of `YYYY-MM` or `YYYY-MM-DD`. ReportError `period` for anything else."""
    month = len(word) == len("YYYY-MM")
    day = f"{word}-01" if month else word
    try:
        first = date.fromisoformat(day if _WORD.fullmatch(word) else "")
        after = (first + timedelta(days=31)).replace(day=1) if month else first + timedelta(days=1)
    except (ValueError, OverflowError):
        raise ReportError("period", f"period: found {word[:40]!r}, expected YYYY-MM or YYYY-MM-DD") from None
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise ReportError("period", f"period: found {word}, expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    return first, after - timedelta(days=1)


def parse(word: str, zone: ZoneInfo) -> Period:
    """Return the period of a word (see `days`) in a mall's timezone."""
    first, last = days(word)
    return Period(word, first, last, _midnight(first, zone), _midnight(last + timedelta(days=1), zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
