"""What is asked of a report child, and the errors it answers with."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mppmon.mall.principal import Principal


class Format(StrEnum):
    """How the report is written: aligned text for people, CSV or JSON for programs."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Request:
    """One agency's report over a month (`2026-11`) or a day (`2026-11-24`) of mall time.

    `database` is the store's URL, opened read-only; `now` is the asking Clock's time (aware UTC), up to which is
    accounted.
    """

    database: str = field(repr=False)
    principal: Principal
    agency: str
    period: str
    now: datetime
    format: Format = Format.TABLE
    language: str = "id"


class ReportError(Exception):
    """No report. `word` is `refused`, `unknown-agency`, `period`, `no-config`, `database`, `request`, `timeout` or
    `failed`; the text is for a person.
    """

    def __init__(self, word: str, text: str) -> None:
        super().__init__(text)
        self.word = word
