"""Words for people: gettext catalogues through Babel, Indonesian first; times, dates and numbers as Indonesians write
them.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import Translations

LANGUAGES = ("id", "en")
_ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(language: str) -> Translations:
    """Return the translations of a language: the `.po` file is read as it is, so no compiled copy can be stale."""
    source = files("mppmon").joinpath("locale", language, "LC_MESSAGES", "mppmon.po")
    with source.open("rb") as file:
        parsed = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, parsed)
    compiled.seek(0)
    return Translations(compiled)


@dataclass(frozen=True, slots=True)
class Speech:
    """How to speak to one reader: language and mall time. Given to `alerts` and `web` as their translator."""

    language: str
    zone: ZoneInfo

    def _(self, text: str) -> str:
        """Translate an English source text."""
        return catalogue(self.language).gettext(text)

    def plural(self, one: str, many: str, count: int) -> str:
        """Translate with the plural form of `count`."""
        return catalogue(self.language).ngettext(one, many, count)

    def time(self, at: datetime) -> str:
        """`09.12 WIB`."""
        local = at.astimezone(self.zone)
        zone = _ZONE_NAMES.get(self.zone.key) or local.tzname() or ""
        return f"{local:%H.%M} {zone}".strip()

    def date(self, at: datetime) -> str:
        """`24 November 2026`."""
        return format_date(at.astimezone(self.zone).date(), "d MMMM y", locale=self.language)

    def number(self, value: float) -> str:
        """`1.234,5` in Indonesian."""
        return format_decimal(value, locale=self.language)

    def percent(self, ratio: float) -> str:
        """`99,42%` in Indonesian, from 0.9942."""
        return format_percent(ratio, "0.00%", locale=self.language)


def preload() -> None:
    """Read the catalogues and the locale data of every language from disk now.

    Babel opens them when they are first needed; a daemon that has no descriptor left then could not word a page.
    """
    at = datetime(2026, 11, 24, tzinfo=UTC)
    for zone in _ZONE_NAMES:
        for language in LANGUAGES:
            speak = speech(zone)(language)
            speak.plural("{count} minute", "{count} minutes", 2)
            speak.time(at)
            speak.date(at)
            speak.number(1234.5)
            speak.percent(0.5)


def speech(zone: str) -> Callable[[str], Speech]:
    """Return a function that gives the Speech of a language in this mall's timezone."""
    place = ZoneInfo(zone)
    return lambda language: Speech(language if language in LANGUAGES else "id", place)
