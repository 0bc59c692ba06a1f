"""Public holidays and joint leave: what the `holidays` library knows, and the mall's own corrections."""

from datetime import date

from mppmon.almanac import almanac
from mppmon.config.draft import Draft
from mppmon.config.problem import nearest, quoted
from mppmon.config.settings_hours import HolidaySettings, dates


def check_holidays(draft: Draft) -> None:
    """Judge whether the `holidays` library knows the country."""
    if draft.site is None or draft.site.holidays.country is None:
        return
    country = draft.site.holidays.country
    known = almanac(country, joint_leave=draft.site.holidays.joint_leave).known
    if known:
        draft.error(
            "site.yaml",
            ("holidays", "country"),
            quoted(country),
            "a country code such as ID, or nothing for no public holidays",
            nearest(country, known),
        )


def library_days(settings: HolidaySettings) -> frozenset[date]:
    """Return public holidays (and joint leave, if it is taken) of `almanac.YEARS`, as the library knows them today."""
    if settings.country is None:
        return frozenset()
    return almanac(settings.country, joint_leave=settings.joint_leave).days


def corrected(holidays: frozenset[date], settings: HolidaySettings) -> frozenset[date]:
    """Return the days with what the mall adds and removes."""
    added = {day for text in settings.add for day in dates(text)}
    removed = {day for text in settings.remove for day in dates(text)}
    return (holidays | added) - removed
