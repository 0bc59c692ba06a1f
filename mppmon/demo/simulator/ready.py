"""What a simulator says of itself, once it is at work."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ready:
    """Said when all doors are open. `doors`: port by thing and way; the other ports where asked for.

    `seconds`: from the request to here; `rss_bytes`: resident memory of the process.
    """

    doors: dict[str, dict[str, int]]
    seconds: float
    rss_bytes: int
    control_port: int | None = None
    mailbox_port: int | None = None
    chat_port: int | None = None
