"""Service hours of site, agencies, counters and services at counters, as plain spans for a window of days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from mppmon.config.holidays import corrected
from mppmon.config.settings import AgenciesFile, CountersFile, SiteFile
from mppmon.config.settings_hours import HoursSettings, Week, dates, weekdays, window
from mppmon.mall.calendar import Layer, Special, Weekly, Windows, compose, resolve, subtract
from mppmon.mall.model import Span, delivery_subject

BACK = timedelta(days=400)
AHEAD = timedelta(days=62)


@dataclass(slots=True)
class _Resolver:
    zone: ZoneInfo
    first: date
    last: date
    holidays: frozenset[date]
    cache: dict[tuple[int, ...], tuple[Span, ...]]

    def spans(self, *near: HoursSettings | None) -> tuple[Span, ...]:
        """Return the spans of these settings, nearest first; those who say nothing share one result."""
        said = tuple(one for one in near if one is not None)
        key = tuple(id(one) for one in said)
        if key not in self.cache:
            plan = compose([_layer(one) for one in said], holidays=self.holidays)
            self.cache[key] = resolve(
                plan.weekly, first=self.first, last=self.last, zone=self.zone, closed=plan.closed, special=plan.special
            )
        return self.cache[key]


def resolve_hours(
    site: SiteFile, agencies: AgenciesFile, counters: CountersFile, *, holidays: frozenset[date], today: date
) -> dict[str, tuple[Span, ...]]:
    """Return `Mall.hours`: by site, agency and counter id and `service@counter`, for 13 months back and 2 ahead.

    The nearest that says its hours wins: counter, then service, agency, site. `holidays`: public ones, to which the
    mall's own corrections are applied here.
    """
    closed = corrected(holidays, site.holidays)
    resolver = _Resolver(ZoneInfo(site.site.timezone), today - BACK, today + AHEAD, closed, {})
    found = {site.site.id: resolver.spans(site.hours)}
    for slug, agency in agencies.agencies.items():
        found[slug] = resolver.spans(agency.hours, site.hours)
    for slug, counter in counters.counters.items():
        agency = agencies.agencies[counter.agency]
        found[slug] = resolver.spans(counter.hours, agency.hours, site.hours)
        for service in counter.services:
            hours = agency.services[service].hours
            found[delivery_subject(service, slug)] = resolver.spans(counter.hours, hours, agency.hours, site.hours)
    return found


def _layer(settings: HoursSettings) -> Layer:
    return Layer(
        open=_week(settings.open),
        breaks=_week(settings.breaks),
        special=tuple(
            Special(frozenset(dates(one.on)), Weekly(_without_breaks(one.open, one.breaks))) for one in settings.special
        ),
        closed=frozenset(day for text in settings.closures for day in dates(text)),
        open_on_holidays=settings.open_on_holidays,
    )


def _week(week: Week | None) -> Mapping[int, Windows] | None:
    if week is None:
        return None
    return {
        day: tuple(one for one in map(window, windows) if one is not None)
        for days, windows in week.items()
        for day in weekdays(days)
    }


def _without_breaks(opened: Week, breaks: Week) -> dict[int, Windows]:
    pauses = _week(breaks) or {}
    return {day: subtract(windows, pauses.get(day, ())) for day, windows in (_week(opened) or {}).items()}
