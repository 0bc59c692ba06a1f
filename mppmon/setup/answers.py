"""What somebody says of a mall: the answers of `mppmon init`, typed or read from a file. Secrets are not among them."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from alerts.settings import Label, Slug
from mppmon.config.settings import Host
from mppmon.config.settings_hours import Strict, Week

ZONES = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
TELEGRAM = "https://api.telegram.org"


def _list(value: object) -> object:
    """Let one text with commas stand for a list."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _channel(value: object) -> object:
    """Let `channel: none` stand for a channel of this type with nothing else to say."""
    return {"type": value} if isinstance(value, str) else value


def _zone(value: object) -> object:
    return ZONES.get(value.strip().upper(), value) if isinstance(value, str) else value


Names = Annotated[tuple[Label, ...], BeforeValidator(_list)]


class AgencyAnswers(Strict):
    """An agency. Each of its services is given at each of its counters, until counters.yaml says otherwise;
    `citizens_per_hour` is a counter's, and shared evenly by them. Left out, as Enter to the questions: `name` is the
    short one, `place` the first floor.
    """

    short: Label
    name: Label | None = None
    services: Annotated[Names, Field(min_length=1)]
    counters: Annotated[Names, Field(min_length=1)]
    place: Label | None = None
    citizens_per_hour: Annotated[float, Field(ge=0, le=1000)] = 6.0


class TelegramAnswers(Strict):
    """A bot. `token_file`: where its token is copied from."""

    type: Literal["telegram"]
    token_file: Path | None = None
    api: str = TELEGRAM


class EmailAnswers(Strict):
    """A mail server. `password_file`: where the password is copied from."""

    type: Literal["email"]
    host: Host
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    sender: str
    username: str | None = None
    password_file: Path | None = None
    needs_internet: bool = True


class NoAnswers(Strict):
    """No channel yet: messages go to this machine's own mail until there is one."""

    type: Literal["none"]


class PersonAnswers(Strict):
    """Somebody on duty. `address`: a chat id or e-mail address; left out while there is no channel."""

    name: Label
    address: str | None = None


class LineAnswers(Strict):
    """The mall's own line: its router, and hosts beyond it."""

    gateway: Host
    anchors: Annotated[tuple[Host, ...], BeforeValidator(_list), Field(min_length=1)]


class Answers(Strict):
    """All of a small mall. `roster: solo`: the first person is always on duty."""

    language: Literal["id", "en"] = "id"
    mall: Label
    id: Slug | None = None
    zone: Annotated[str, BeforeValidator(_zone)] = "Asia/Jakarta"
    hours: Week
    breaks: Week = Field(default_factory=dict)
    agencies: Annotated[tuple[AgencyAnswers, ...], Field(min_length=1)]
    channel: Annotated[
        Annotated[TelegramAnswers | EmailAnswers | NoAnswers, Field(discriminator="type")], BeforeValidator(_channel)
    ]
    people: Annotated[tuple[PersonAnswers, ...], Field(min_length=1)]
    roster: Literal["solo", "weekly", "daily"] | None = None
    line: LineAnswers | None = None
