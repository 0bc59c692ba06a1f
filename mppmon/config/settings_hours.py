"""Service hours as people write them: `mon-thu: 08.00-15.30`, in English or Indonesian day names."""

import re
from collections.abc import Iterator
from datetime import date, time
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from alerts.settings import Many, century, printable

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_INDONESIAN = ("senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu")
_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAYS = (*DAYS, *_INDONESIAN)
CLOSED = "closed"
_WINDOW = re.compile(r"(\d{1,2})[.:](\d\d)\s*(?:[-\N{EN DASH}]|s\.d\.|s/d|sampai)\s*(\d{1,2})[.:](\d\d)")
_SHORT = 3  # letters that tell weekdays apart, in both languages

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True), AfterValidator(printable)]
"""What a thing is called in full, on pages and in reports; what messages carry is an `alerts.settings.Label`."""


class Strict(BaseModel):
    """Immutable, no key that we do not know, no number that is none."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


def weekdays(text: str) -> tuple[int, ...]:
    """Return the weekdays (Monday is 0) of `mon`, `mon-thu` or `mon,wed`; ValueError says what was expected."""
    found: list[int] = []
    for part in text.lower().replace("'", "").split(","):
        first, _, last = part.strip().partition("-")
        start, end = _weekday(first.strip()), _weekday(last.strip() or first.strip())
        if end < start:
            raise ValueError("days in the order of the week, such as mon-fri, or fri-sun,mon")
        found.extend(range(start, end + 1))
    if len(set(found)) < len(found):
        raise ValueError("each weekday once")
    return tuple(found)


def _weekday(word: str) -> int:
    for index, (english, indonesian) in enumerate(zip(DAYS, _INDONESIAN, strict=True)):
        if word == english or (len(word) >= _SHORT and (_FULL[index].startswith(word) or indonesian.startswith(word))):
            return index
    raise ValueError("weekdays such as mon-thu or senin-kamis")


def window(text: str) -> tuple[time, time] | None:
    """Return the two times of `08.00-15.30` (an end of `24:00` is `time(0)`), None for `closed`; ValueError says what
    was expected.
    """
    if text.strip().lower() in {CLOSED, "tutup"}:
        return None
    match = _WINDOW.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"hours from and to, such as 08:00-15:30, or {CLOSED}")
    start, end = ((int(match[part]), int(match[part + 1])) for part in (1, 3))
    if start[0] > 23 or start[1] > 59 or end[1] > 59 or end > (24, 0):  # noqa: PLR2004  # hours and minutes of a day
        raise ValueError("times between 00:00 and 24:00")
    if end <= start:
        raise ValueError("an end that comes after the start")
    return time(*start), time(end[0] % 24, end[1])


def parse_time(text: str) -> time:
    """Return the time of a text that a schema has accepted: `08:00` or `08.00`."""
    return time.fromisoformat(text.replace(".", ":"))


def minutes(one: tuple[time, time]) -> tuple[int, int]:
    """Return a window as minutes of the day; the end of `24:00` is 1440."""
    start, end = one
    return start.hour * 60 + start.minute, (end.hour * 60 + end.minute) or 1440


def _canonical(text: str) -> str:
    found = window(text)
    if found is None:
        return CLOSED
    start, end = minutes(found)
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def _disjoint(windows: tuple[str, ...]) -> tuple[str, ...]:
    found = sorted(minutes(one) for one in map(window, windows) if one is not None)
    if any(before[1] > after[0] for before, after in pairwise(found)):
        raise ValueError("hours that do not overlap")
    if CLOSED in windows and len(windows) > 1:
        raise ValueError(f"either hours or {CLOSED}")
    return windows


def _days_known(text: str) -> str:
    weekdays(text)
    return text.lower()


def _days_once(week: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    every = [day for days in week for day in weekdays(days)]
    again = next((day for day in every if every.count(day) > 1), None)
    if again is not None:
        raise ValueError(f"each day once: {DAYS[again]} ({_INDONESIAN[again]}) is in two lines")
    return week


Window = Annotated[str, AfterValidator(_canonical)]
Windows = Annotated[Many[Window], Field(max_length=20), AfterValidator(_disjoint)]
Days = Annotated[str, AfterValidator(_days_known)]
Week = Annotated[dict[Days, Windows], AfterValidator(_days_once)]


def _dates_known(text: str) -> str:
    tuple(dates(text))
    return text


def dates(text: str) -> Iterator[date]:
    """Yield the days of `2026-12-24` or `2026-12-24..2026-12-26`; ValueError says what was expected."""
    first, _, last = text.partition("..")
    try:
        start = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if last else start
    except ValueError:
        raise ValueError("a date such as 2026-12-24, or 2026-12-24..2026-12-26") from None
    century(start)
    century(end)
    if end < start:
        raise ValueError("a last day that is not before the first")
    if (end - start).days > 366:  # noqa: PLR2004  # a year
        raise ValueError("at most one year")
    for ordinal in range(start.toordinal(), end.toordinal() + 1):
        yield date.fromordinal(ordinal)


Dates = Annotated[str, AfterValidator(_dates_known)]
Day = Annotated[str, AfterValidator(lambda text: next(dates(text)).isoformat() if ".." not in text else _one_day())]


def _one_day() -> str:
    raise ValueError("one date such as 2026-12-24")


class SpecialSettings(Strict):
    """Other hours for some dates (Ramadan). Weekdays that `open` does not name keep their ordinary hours."""

    name: Name
    on: Dates
    open: Week
    breaks: Week = {}


class HoursSettings(Strict):
    """When somebody serves. Said for site, agency, service or counter: the nearest one that says it wins."""

    open: Week | None = None
    breaks: Week | None = None
    special: Annotated[tuple[SpecialSettings, ...], Field(max_length=100)] = ()
    closures: dict[Dates, Name] = {}
    open_on_holidays: bool | None = None


class HolidaySettings(Strict):
    """Public holidays and joint leave (*cuti bersama*), from the `holidays` library; `add` and `remove` correct it."""

    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = "ID"
    joint_leave: bool = True
    add: dict[Dates, Name] = {}
    remove: Many[Day] = ()
