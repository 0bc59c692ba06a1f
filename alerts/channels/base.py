"""What every channel is, and how a send may end."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from alerts.model import Notification

_DETAIL = 160


class Reason(StrEnum):
    """Why a send failed: the `reason` label of the metric, so a closed list."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"  # no connection, no name, connection lost
    TLS = "tls"  # no trustworthy encryption to be had
    CREDENTIALS = "credentials"  # ours are missing or refused: waits until somebody mends them
    RATE_LIMITED = "rate-limited"
    TEMPORARY = "temporary"  # the provider says: later
    REFUSED = "refused"  # the provider says: never
    TOO_LONG = "too-long"  # the provider takes no message of this length, however short
    ADDRESS = "address"  # the recipient's address is none
    INVALID = "invalid"  # an answer that is not in the protocol
    CHANNEL = "channel-removed"  # the configuration has no such channel any more
    ELSEWHERE = "sent-elsewhere"  # another channel of the same person has taken it
    SUMMARISED = "summarised"  # one message was sent instead of many
    OVER = "over"  # the fault was over before anybody was told
    INTERNAL = "internal"  # our own bug


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider took it. `provider_id`: how it calls the message."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It did not. `retry`: whether to try again, not before `retry_after` seconds. `detail`: for people, no secrets;
    `cure`: what has to be done by whoever keeps mppmon, in English, for the log.
    """

    retry: bool
    reason: Reason
    retry_after: float | None = None
    detail: str = ""
    cure: str = ""


Result = Sent | Failed


class Channel(Protocol):
    """One way to tell people.

    `needs_internet`: useless while the mall's own line is cut. `limit`: characters of one message; a longer one is
    shortened, never refused. `concurrency`: sends at a time. `send` never raises for what the provider does: that is a
    Failed. It keeps a deadline of its own and may be cancelled.
    """

    @property
    def name(self) -> str: ...

    @property
    def needs_internet(self) -> bool: ...

    @property
    def limit(self) -> int: ...

    @property
    def concurrency(self) -> int: ...

    async def send(self, notification: Notification) -> Result: ...

    async def close(self) -> None: ...


def said(text: str | bytes, *secrets: str) -> str:
    """Return a provider's words as a detail: one printable line, capped, with none of these secrets in it."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    for secret in secrets:
        if secret:
            words = words.replace(secret, "***")
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())[:_DETAIL]
