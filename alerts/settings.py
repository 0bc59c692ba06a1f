"""Settings of the pager, composed into the mall's YAML by `mppmon.config`. Durations in seconds."""

import re
import unicodedata
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from alerts.address import email_address, host, phone, sender
from alerts.model import Operator, Severity

Item = TypeVar("Item")


def many(value: object) -> object:
    """Let one text stand for a list of one."""
    return (value,) if isinstance(value, str) else value


def printable(text: str) -> str:
    """Return a text that a page and a phone can show; ValueError names the character that they cannot."""
    if "\n" in text:
        raise ValueError("a text on one line")
    for char in text:
        if not char.isprintable():
            name = unicodedata.name(char, "a control character")
            raise ValueError(
                f"a text without the invisible character U+{ord(char):04X} ({name.lower()}): type it again"
            )
    return text


def century(day: date) -> date:
    """Return a day that can be reckoned with; ValueError says what was expected."""
    if not 2000 <= day.year <= 2100:  # noqa: PLR2004  # years in which this program and its users live
        raise ValueError("a date between 2000 and 2100")
    return day


def clock(text: str) -> str:
    """Return `08:00` of `8.00`, `08.00` or `8:00`; ValueError says what was expected."""
    match = re.fullmatch(r"(\d{1,2})[.:](\d\d)", text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:  # noqa: PLR2004  # hours and minutes of a day
        raise ValueError("a time from 00:00 to 23:59, such as 08:00")
    return f"{int(match[1]):02}:{match[2]}"


Many = Annotated[tuple[Item, ...], BeforeValidator(many)]
"""A list; a lone text is a list of one."""
Seconds = Annotated[float, Field(ge=0, le=7 * 86_400)]
Span = Annotated[float, Field(ge=60, le=7 * 86_400)]
"""How far a rule looks back: readings of a week are kept, at most."""
Timeout = Annotated[float, Field(ge=0.05, le=45)]  # of one message: the lease on it lasts a minute
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True), AfterValidator(printable)]
"""A name that messages carry: two lines of a phone at most."""
Sentence = Annotated[
    str, StringConstraints(min_length=1, max_length=240, strip_whitespace=True), AfterValidator(printable)
]
Word = Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]{0,99}$")]
"""A metric or the name of a label."""
Host = Annotated[str, AfterValidator(host)]
Email = Annotated[str, AfterValidator(email_address)]
Sender = Annotated[str, AfterValidator(sender)]
Phone = Annotated[str, AfterValidator(phone)]
"""Becomes E.164, for channels that need it."""


class Strict(BaseModel):
    """Immutable, no key that we do not know, no number that is none."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


class Renamed(Strict):
    """What has an id. `formerly`: ids it had before, so that its history goes on under the new one."""

    formerly: Annotated[Many[Slug], Field(max_length=20)] = ()


class WordsSettings(Strict):
    """One text in both languages."""

    id: Sentence
    en: Sentence


class ForecastSettings(Strict):
    """The value expected `ahead` seconds from now, by a line through the readings of the last `over` seconds."""

    over: Span
    ahead: Annotated[float, Field(ge=60, le=366 * 86_400)]


class ConditionSettings(Strict):
    """`metric{match} operator threshold`, of the reading itself or of what is made of it; once it fires, it holds until
    the value has come back to `clear`.
    """

    metric: Word
    operator: Operator = Operator.EQUAL
    threshold: float | None = None
    clear: float | None = None
    match: dict[Word, Label | tuple[Label, ...]] = {}
    rate: Span | None = None
    increase: Span | None = None
    forecast: ForecastSettings | None = None
    absent: Span | None = None

    @model_validator(mode="after")
    def _one_question(self) -> Self:
        asked = [name for name in ("rate", "increase", "forecast", "absent") if getattr(self, name) is not None]
        if len(asked) > 1:
            raise ValueError(f"only one of `{'`, `'.join(asked)}` among them")
        if self.absent is None and self.threshold is None:
            raise ValueError("a line `threshold: ...` among them")
        told = (self.threshold, self.clear) != (None, None) or self.operator is not Operator.EQUAL
        if self.absent is not None and told:
            raise ValueError("`absent` alone, without `operator`, `threshold` and `clear`")
        return self


RuleName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{0,62}$")]


class RuleSettings(Strict):
    """An alerting rule, as in `alerts/rules/*.yaml`."""

    alert: RuleName
    formerly: Annotated[Many[RuleName], Field(max_length=20)] = ()
    condition: ConditionSettings
    wait: Annotated[Seconds, Field(alias="for")] = 0.0
    keep_firing_for: Seconds = 0.0
    blocks: bool = False
    severity: Severity = Severity.URGENT
    outside_hours: Severity | None = None
    kinds: Many[Label] = ()
    labels: dict[Word, Label] = {}
    summary: WordsSettings
    first_step: WordsSettings


class EmailSettings(Renamed):
    """Mail by SMTP. `needs_internet: false` for a mail server on the mall's own network."""

    type: Literal["email"]
    needs_internet: bool
    host: Host
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: Sentence | None = None
    password_file: Path | None = None
    sender: Sender
    timeout: Timeout = 20.0


class TelegramSettings(Renamed):
    """A Telegram bot. `api` may name a gateway of one's own (or a fake in tests)."""

    type: Literal["telegram"]
    needs_internet: bool = True
    token_file: Path
    api: str = "https://api.telegram.org"
    timeout: Timeout = 20.0
    listen: bool = True  # take answers by long polling
    rings: Literal["urgent", "always", "never"] = "urgent"


ChannelSettings = Annotated[EmailSettings | TelegramSettings, Field(discriminator="type")]


class PersonSettings(Renamed):
    """Somebody who can be told. `addresses`: channel id -> e-mail address or chat id."""

    name: Label
    language: Literal["id", "en"] = "id"
    addresses: dict[str, Sentence] = {}
    login: Annotated[str, Field(pattern=r"^[^\s:]{1,64}$")] | None = None
    role: Literal["administrator", "coordinator", "technician"] = "technician"


class RotationSettings(Renamed):
    """A rotation: members take turns; a turn begins on the weekday of `start` at `handover`, mall time."""

    name: Label
    rotation: Literal["weekly", "daily"] = "weekly"
    start: Annotated[date, AfterValidator(century)]
    handover: Annotated[str, AfterValidator(clock)] = "08:00"
    members: Annotated[Many[Slug], Field(min_length=1, max_length=100)]


class StepSettings(Strict):
    """Tell `roster:<id>` or `person:<id>`, then wait `wait` seconds for an acknowledgement."""

    notify: Annotated[Many[str], Field(min_length=1, max_length=100)]
    wait: Seconds = 300.0


class PolicySettings(Renamed):
    """An escalation policy. `fallback`: persons told when a step finds nobody."""

    steps: Annotated[tuple[StepSettings, ...], Field(min_length=1, max_length=20)]
    repeat: Annotated[int, Field(ge=1, le=20)] = 2
    fallback: Many[Slug] = ()
