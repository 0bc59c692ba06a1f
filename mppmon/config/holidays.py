"""Public holidays and joint leave: what the `holidays` library knows, and the mall's own corrections."""

import warnings
from datetime import date
from functools import cache

from mppmon.config.draft import Draft
from mppmon.config.problem import nearest, quoted
from mppmon.config.settings_hours import HolidaySettings, dates

YEARS = range(2020, 2051)
"""The years of which a revision keeps the holidays: the same on every day, so that the revision is too."""


def check_holidays(draft: Draft) -> None:
    """Judge whether the `holidays` library knows the country."""
    if draft.site is None or draft.site.holidays.country is None:
        return
    from holidays import list_supported_countries  # noqa: PLC0415  # 0.2 s that `mppmon --help` must not pay

    country = draft.site.holidays.country
    known = list_supported_countries()
    if country not in known:
        draft.error(
            "site.yaml",
            ("holidays", "country"),
            quoted(country),
            "a country code such as ID, or nothing for no public holidays",
            nearest(country, known),
        )


def library_days(settings: HolidaySettings) -> frozenset[date]:
    """Return public holidays (and joint leave, if it is taken) of YEARS, as the library knows them today."""
    return frozenset() if settings.country is None else days_of(settings.country, joint_leave=settings.joint_leave)


@cache
def days_of(country: str, *, joint_leave: bool) -> frozenset[date]:
    """Return a country's days; the library is asked once, for it is the same as long as we run."""
    from holidays import country_holidays  # noqa: PLC0415  # 0.2 s that `mppmon --help` must not pay

    supported = country_holidays(country).supported_categories
    wanted = ("public", "government") if joint_leave else ("public",)
    categories = tuple(one for one in wanted if one in supported)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns of years it only estimates
        return frozenset(country_holidays(country, years=YEARS, categories=categories))


def corrected(holidays: frozenset[date], settings: HolidaySettings) -> frozenset[date]:
    """Return the days with what the mall adds and removes."""
    added = {day for text in settings.add for day in dates(text)}
    removed = {day for text in settings.remove for day in dates(text)}
    return (holidays | added) - removed
