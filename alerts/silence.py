"""Silences and maintenance windows: for a while, matching alerts page nobody; they are watched as ever. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.model import AlertKey

RULE = "rule"
DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Silence:
    """Half-open `[start, end)`. `match`: label -> accepted values; the labels `rule` and `device` are always there.

    All labels must match; a silence that matches nothing in particular is refused, for it would silence the mall.
    """

    id: str
    match: tuple[tuple[str, tuple[str, ...]], ...]
    start: datetime
    end: datetime
    author: str
    reason: str
    name: str = ""
    planned: bool = False  # maintenance that was announced, not a reaction to noise

    def __post_init__(self) -> None:
        """ValueError for an empty match, an empty reason or a span that does not go forward."""
        if not self.match:
            raise ValueError(f"silence {self.id}: match is empty, expected at least one label")
        if not self.reason.strip():
            raise ValueError(f"silence {self.id}: reason is empty, expected why")
        if self.end <= self.start:
            raise ValueError(f"silence {self.id}: end {self.end.isoformat()} is not after {self.start.isoformat()}")


def silenced(
    key: AlertKey, silences: Iterable[Silence], *, now: datetime, more: Mapping[str, str] | None = None
) -> Silence | None:
    """Return the silence that covers this alert now, the one that ends last; None: somebody may be paged.

    `more`: labels of the subject that the alert's own do not have (its kind, its agency).
    """
    labels = {**dict(key.labels), **(more or {}), RULE: key.rule, DEVICE: key.subject}
    covering = [
        one
        for one in silences
        if one.start <= now < one.end and all(labels.get(label) in accepted for label, accepted in one.match)
    ]
    return max(covering, key=lambda one: one.end, default=None)
