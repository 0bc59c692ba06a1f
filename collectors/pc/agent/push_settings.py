"""The `[push]` table of the agent's config: where to send, as whom, and how often."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from .unknown import unknown

_PIN = re.compile(r"[0-9a-f]{64}")
_KEYS = ("url", "token_file", "pin", "ca_file", "every")
_SHORTEST, _LONGEST = 5.0, 3600.0
_EXAMPLE = "https://192.0.2.10:9743/push"


@dataclass(frozen=True, slots=True)
class Push:
    """`host`, `port`, `path`: of mppmon's door. `pin`: SHA-256 of its certificate, in hex; else it is checked against
    `ca_file`, else against this PC's authorities. `every`: seconds.
    """

    host: str
    port: int
    path: str
    token_file: Path
    pin: str | None = None
    ca_file: Path | None = None
    every: float = 15.0


def read_push(raw: object, text: Callable[[object, str], str]) -> Push:
    """Return the table's meaning. ValueError with key, what was found and what was expected. `text`: checks a text."""
    if not isinstance(raw, dict):
        raise ValueError(f"push: found {type(raw).__name__}, expected a table")  # noqa: TRY004  # one error for all
    for key in raw:
        if key not in _KEYS:
            raise ValueError(unknown(f"push.{key}", _KEYS))
    for key in ("url", "token_file"):
        if key not in raw:
            raise ValueError(f"push.{key}: missing, expected it beside the others")
    host, port, path = _url(text(raw["url"], "push.url"))
    pin = text(raw["pin"], "push.pin") if "pin" in raw else None
    if pin is not None and not _PIN.fullmatch(pin):
        raise ValueError("push.pin: expected the 64 digits of 0 to 9 and a to f that `mppmon agent enroll` prints")
    every = raw.get("every", 15)
    if isinstance(every, bool) or not isinstance(every, int | float) or not _SHORTEST <= every <= _LONGEST:
        raise ValueError(f"push.every: found {every!r:.60}, expected {_SHORTEST:g} to {_LONGEST:g} seconds")
    ca_file = Path(text(raw["ca_file"], "push.ca_file")) if "ca_file" in raw else None
    return Push(host, port, path, Path(text(raw["token_file"], "push.token_file")), pin, ca_file, float(every))


def _url(value: str) -> tuple[str, int, str]:
    wrong = ValueError(f"push.url: found {value!r:.60}, expected a URL such as {_EXAMPLE}")
    try:
        parts = urlsplit(value)
        port = 443 if parts.port is None else parts.port
    except ValueError:
        raise wrong from None
    good = parts.scheme == "https" and parts.hostname and port and "@" not in parts.netloc
    if not good or not value.isascii() or " " in value or parts.query or parts.fragment:
        raise wrong
    return parts.hostname or "", port, parts.path or "/push"
