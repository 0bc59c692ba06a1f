"""What the truth log says of each device and peripheral: when it answered, and for how long it did not. Pure.

The log is read as the daemon could have known it: by answers given and withheld, never by the faults behind them.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

Span = tuple[datetime, datetime | None]
"""From the first answer that disagreed with what was, to the first that agreed again (None: it lasts)."""

ABSENT = "absent"


@dataclass(slots=True)
class Heard:
    """Everything heard of one subject, in order. `answers`: time, and whether it was there."""

    answers: list[tuple[datetime, bool]] = field(default_factory=list)
    told: list[tuple[datetime, frozenset[str]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A fault begun or mended."""

    name: str
    device: str
    at: datetime
    begun: bool


@dataclass(frozen=True, slots=True)
class Log:
    """The whole log, by subject."""

    heard: Mapping[str, Heard]
    faults: tuple[FaultLine, ...]


class BadLog(ValueError):
    """A line is not of the truth log; the text names its number."""


def read(lines: Iterable[str]) -> Log:
    """Read the log. Raises BadLog."""
    heard: dict[str, Heard] = {}
    faults: list[FaultLine] = []
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text)
            at, device = datetime.fromisoformat(line["at"]), str(line["device"])
            if "fault" in line:
                faults.append(FaultLine(line["fault"], device, at, begun=line["now"] == "begun"))
                continue
            given = line["answer"] == "given"
            if given or line.get("asks") != "telemetry":  # only liveness takes a device down
                heard.setdefault(device, Heard()).answers.append((at, given))
            _tell(heard, device, at, line.get("tells") or {})
        except (ValueError, KeyError, TypeError) as error:
            raise BadLog(f"truth log, line {number}: {error!r}") from error
    return Log(heard, tuple(faults))


def _tell(heard: dict[str, Heard], device: str, at: datetime, tells: Mapping[str, Collection[str]]) -> None:
    for subject, words in tells.items():
        one = heard.setdefault(subject, Heard())
        one.told.append((at, frozenset(words)))
        if subject != device:  # a peripheral has no answer of its own: its PC sees it, or does not
            one.answers.append((at, ABSENT not in words))


def silences(heard: Heard, *, confirm: timedelta, outages: Sequence[tuple[datetime, datetime]] = ()) -> list[Span]:
    """Return the spans without an answer that were tried again until `confirm` after their first failure.

    An outage of whoever watched (last sign of life, next start) ends a span, and counting begins anew after it.
    """
    found: list[Span] = []
    for piece, watched_until in _watched(heard.answers, outages):
        first: datetime | None = None
        last: datetime | None = None
        for at, given in [*piece, (None, True)]:
            if not given and at is not None:
                first, last = first or at, at
                continue
            if first is not None and last is not None and last - first >= confirm:
                found.append((first, at or watched_until))
            first = None
    return [span for span in found if span[1] is None or span[0] < span[1]]


def _watched(
    answers: Sequence[tuple[datetime, bool]], outages: Sequence[tuple[datetime, datetime]]
) -> Iterator[tuple[list[tuple[datetime, bool]], datetime | None]]:
    """Yield the answers of each stretch of watching, and when it ended."""
    begin: datetime | None = None
    for seen, back in sorted(outages):
        yield [one for one in answers if (begin is None or one[0] > begin) and one[0] <= back], seen
        begin = back
    yield [one for one in answers if begin is None or one[0] > begin], None


def conditions(heard: Heard, waits: Mapping[str, float]) -> list[Span]:
    """Return the spans in which a condition of `waits` was told for as long as that many seconds."""
    found: list[Span] = []
    for word, seconds in waits.items():
        first: datetime | None = None
        last: datetime | None = None
        for at, words in heard.told:
            if word in words:
                first, last = first or at, at
            elif first is not None:
                if at - first >= timedelta(seconds=seconds):
                    found.append((first, at))
                first = None
        if first is not None and last is not None and last - first >= timedelta(seconds=seconds):
            found.append((first, None))
    return found


def next_given(heard: Heard, after: datetime) -> datetime | None:
    """Return the first answer given at this time or after it."""
    return next((at for at, given in heard.answers if given and at >= after), None)
