"""Settings of the pager, composed into the mall's YAML by `mppmon.config`. Durations in seconds."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from alerts.model import Operator, Severity

Seconds = Annotated[float, Field(ge=0, le=7 * 86_400)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]


class Strict(BaseModel):
    """Immutable, and no key that we do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class WordsSettings(Strict):
    """One text in both languages."""

    id: str
    en: str


class ConditionSettings(Strict):
    """`metric{match} operator threshold`."""

    metric: str
    operator: Operator = Operator.EQUAL
    threshold: float
    match: dict[str, str | tuple[str, ...]] = {}


class RuleSettings(Strict):
    """An alerting rule, as in `alerts/rules/*.yaml`."""

    alert: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9]{0,62}$")]
    condition: ConditionSettings
    wait: Annotated[Seconds, Field(alias="for")] = 0.0
    keep_firing_for: Seconds = 0.0
    blocks: bool = False
    severity: Severity = Severity.URGENT
    kinds: tuple[str, ...] = ()
    labels: dict[str, str] = {}
    summary: WordsSettings
    first_step: WordsSettings


class EmailSettings(Strict):
    """Mail by SMTP. `needs_internet: false` for a mail server on the mall's own network."""

    type: Literal["email"]
    needs_internet: bool
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    username: str | None = None
    password_file: Path | None = None
    sender: str
    timeout: Annotated[float, Field(gt=0, le=45)] = 20.0


class TelegramSettings(Strict):
    """A Telegram bot. `api` may name a gateway of one's own (or a fake in tests)."""

    type: Literal["telegram"]
    needs_internet: bool = True
    token_file: Path
    api: str = "https://api.telegram.org"
    timeout: Annotated[float, Field(gt=0, le=45)] = 20.0
    listen: bool = True  # take answers by long polling


ChannelSettings = Annotated[EmailSettings | TelegramSettings, Field(discriminator="type")]


class PersonSettings(Strict):
    """Somebody who can be told. `addresses`: channel id -> e-mail address or chat id."""

    name: str
    language: Literal["id", "en"] = "id"
    addresses: dict[str, str] = {}
    login: str | None = None
    role: Literal["administrator", "coordinator", "technician"] = "technician"


class RotationSettings(Strict):
    """A rotation: members take turns; a turn begins on the weekday of `start` at `handover`, mall time."""

    name: str
    rotation: Literal["weekly", "daily"] = "weekly"
    start: date
    handover: Annotated[str, Field(pattern=r"^([01]\d|2[0-3])[.:][0-5]\d$")] = "08:00"
    members: Annotated[tuple[Slug, ...], Field(min_length=1)]


class StepSettings(Strict):
    """Tell `roster:<id>` or `person:<id>`, then wait `wait` seconds for an acknowledgement."""

    notify: Annotated[tuple[str, ...], Field(min_length=1)]
    wait: Seconds = 300.0


class PolicySettings(Strict):
    """An escalation policy. `fallback`: persons told when a step finds nobody."""

    steps: Annotated[tuple[StepSettings, ...], Field(min_length=1)]
    repeat: Annotated[int, Field(ge=1, le=20)] = 2
    fallback: tuple[Slug, ...] = ()
