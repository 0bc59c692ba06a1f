"""What one check saw. Pure, immutable and small: a tuple of values beside a schema that polls of one device share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache

Labels = tuple[tuple[str, str], ...]
"""Label pairs in the order they are exported."""

Series = tuple[str, Labels]
"""Full metric name as exported (`mppmon_printer_error`) and its own labels; device labels are added at export."""


class Outcome(StrEnum):
    """How a check ended."""

    OK = "ok"
    TIMEOUT = "timeout"  # nothing came back before the deadline
    REFUSED = "refused"  # the port is closed
    UNREACHABLE = "unreachable"  # no route, host or network unreachable
    ABSENT = "absent"  # a peripheral its PC does not see
    DENIED = "denied"  # it answered that our credentials are wrong
    INVALID = "invalid"  # it answered, but not in its protocol
    UNEXPECTED = "unexpected"  # a valid answer that is not the wanted one (HTTP status, text)
    STRANGER = "stranger"  # another machine answers in its place. Says nothing about the device
    LOCAL = "local"  # our own fault: no socket, no descriptor, no resolver. Says nothing about the device

    @property
    def reached(self) -> bool | None:
        """True: the device answered. False: it did not. None: we could not ask, or asked another one."""
        return _REACHED[self._value_]  # by its word: a member's own hash is worked out anew at every look, in Python


_SILENT = frozenset({Outcome.LOCAL, Outcome.STRANGER})
_ANSWERED = frozenset({Outcome.OK, Outcome.DENIED, Outcome.INVALID, Outcome.UNEXPECTED})
_REACHED = {one.value: None if one in _SILENT else one in _ANSWERED for one in Outcome}


@dataclass(frozen=True, slots=True, eq=False)
class Schema:
    """The series of one shape of answer. Interned by `schema_of`, so identity is equality and a cache may key on it."""

    series: tuple[Series, ...]


@lru_cache(maxsize=65_536)
def schema_of(series: tuple[Series, ...]) -> Schema:
    """Return the one Schema of these series."""
    return Schema(series)


EMPTY = schema_of(())


@dataclass(frozen=True, slots=True)
class Observation:
    """What one check of one device saw.

    `at` is the UTC instant the request was sent, `seconds` how long the answer took (monotonic). `values[i]` belongs to
    `schema.series[i]`. `texts` are cleaned, length-capped words of the device (`vendor`, `model`, `serial`,
    `sysdescr`...).
    `detail` is a reason a person can read, free of secrets. `parts` are devices seen through this one (peripherals).
    `reason`: why it failed as a word of an enumeration (`collectors.online.reason`), empty where a way has none.
    `heard`: seconds until the newest answer of several, where the poll then went on in vain; None: `seconds`.
    """

    check: str
    device: str
    outcome: Outcome
    at: datetime
    seconds: float
    schema: Schema = EMPTY
    values: tuple[float, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    detail: str = ""
    parts: tuple["Observation", ...] = ()
    reason: str = ""
    heard: float | None = None

    @property
    def evidence_at(self) -> datetime:
        """Return the instant this speaks of: an answer, of when it came (requests before it may have been lost and
        repeated, and what was asked after it proves nothing); a silence, of when it was asked.
        """
        if not self.outcome.reached:
            return self.at
        return self.at + timedelta(seconds=self.seconds if self.heard is None else self.heard)

    def samples(self) -> list[tuple[str, Labels, float]]:
        """Return `(name, labels, value)` per series."""
        return [(name, labels, value) for (name, labels), value in zip(self.schema.series, self.values, strict=True)]


MAX_TEXT = 64  # bytes of a device's own word that may be kept (DESIGN section 5, promise 7)


def clean_text(raw: bytes | str, limit: int = MAX_TEXT) -> str:
    """Make a device's own words safe to keep: decoded, printable, one line, at most `limit` bytes of UTF-8."""
    if isinstance(raw, bytes):
        raw = raw[: limit * 8]
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    else:
        text = raw[: limit * 8]
    words = "".join(char if char.isprintable() else " " for char in text).split()
    return " ".join(words).encode("utf-8", "ignore")[:limit].decode("utf-8", "ignore").strip()
