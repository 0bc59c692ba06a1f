"""Service hours of site, agencies, counters and services at counters, as plain spans for a window of days."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from mppmon.config.draft import Draft
from mppmon.config.problem import quoted
from mppmon.config.settings import AgenciesFile, CountersFile, SiteFile
from mppmon.config.settings_hours import HolidaySettings, HoursSettings, Week, dates, weekdays, window
from mppmon.mall.calendar import Layer, Special, Weekly, Windows, compose, resolve, subtract
from mppmon.mall.model import Span, delivery_subject

BACK = timedelta(days=400)
AHEAD = timedelta(days=62)


def check_holidays(draft: Draft) -> None:
    """Judge whether the `holidays` library knows the country."""
    if draft.site is None or draft.site.holidays.country is None:
        return
    from holidays import list_supported_countries  # noqa: PLC0415  # 0.2 s that `mppmon --help` must not pay

    country = draft.site.holidays.country
    if country not in list_supported_countries():
        draft.error("site.yaml", ("holidays", "country"), quoted(country), "a country code such as ID")


def closed_days(settings: HolidaySettings, *, first: date, last: date) -> dict[date, str]:
    """Return public holidays and joint leave of the years of this window, with the mall's own corrections."""
    found: dict[date, str] = {}
    if settings.country is not None:
        from holidays import country_holidays  # noqa: PLC0415  # 0.2 s that `mppmon --help` must not pay

        supported = country_holidays(settings.country).supported_categories
        wanted = ("public", "government") if settings.joint_leave else ("public",)
        categories = tuple(one for one in wanted if one in supported)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the library warns of years it only estimates
            found.update(
                country_holidays(
                    settings.country, years=range(first.year, last.year + 1), categories=categories, language="id"
                )
            )
    for text, name in settings.add.items():
        found.update(dict.fromkeys(dates(text), name))
    for text in settings.remove:
        for day in dates(text):
            found.pop(day, None)
    return found


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
    site: SiteFile, agencies: AgenciesFile, counters: CountersFile, *, today: date
) -> dict[str, tuple[Span, ...]]:
    """Return `Mall.hours`: by site, agency and counter id and `service@counter`, for 13 months back and 2 ahead.

    The nearest that says its hours wins: counter, then service, agency, site.
    """
    first, last = today - BACK, today + AHEAD
    holidays = frozenset(closed_days(site.holidays, first=first, last=last))
    resolver = _Resolver(ZoneInfo(site.site.timezone), first, last, holidays, {})
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
