"""How busy the interfaces were between two polls. Pure: the seconds that passed are an argument.

A counter that went back was reset, or wrapped: 64 bits do not wrap within a lifetime, 32 bits may within a minute. A
wrap is believed only of a 32-bit counter, while the agent went on, and where what it makes fits the interface's speed.
An agent went on if its uptime grew as our clock did, over the end of its 32 bits (497 days) too; of one that restarted
nothing is told, whichever way its counters went: what it counted before is lost. What does not fit is absent: never a
spike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from collectors.snmp.decode import Row, Sample

RECEIVE = "mppmon_interface_receive_ratio"
TRANSMIT = "mppmon_interface_transmit_ratio"
METRICS = frozenset({RECEIVE, TRANSMIT})
TABLE = "ports"

_WRAP = 2**32
_SLACK = 10.0  # seconds at least
_SHORTEST = 1.0  # seconds: over less, a counter that its agent refreshes every few seconds tells nothing
_LONGEST = 900.0  # a mean over more is none of now
_TOLERANCE = 1.1  # counters are read at slightly other times than we ask
_UNKNOWN_BITS = frozenset({0, 2**32 - 1})


_COUNTERS = ("receive64", "transmit64", "receive32", "transmit32")
_METRICS = (RECEIVE, TRANSMIT)
_NONE = (None, None, None, None)
_Counts = tuple[int | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """The counters of the interfaces at `at` (monotonic seconds), and the agent's uptime in hundredths of a second.

    Kept until the next poll, so only what is needed.
    """

    at: float
    uptime: int
    counts: Mapping[str, _Counts]


def reading(at: float, uptime: int, ports: Mapping[str, Row]) -> Reading:
    """Return what the next poll needs of these rows."""
    return Reading(at, uptime, {index: counts for index, row in ports.items() if (counts := _counts(row)) != _NONE})


def _counts(row: Row) -> _Counts:
    first, second, third, fourth = (value if isinstance(value := row.get(name), int) else None for name in _COUNTERS)
    return first, second, third, fourth


def samples(before: Reading | None, now: Reading, ports: Mapping[str, Row]) -> Iterator[Sample]:
    """Yield the ratios, 0 to 1, of the interfaces that both readings know; `ports` are the rows of `now`."""
    if before is None or not _SHORTEST <= now.at - before.at <= _LONGEST:
        return
    seconds = now.at - before.at
    went_on = continued(before.uptime, now.uptime, seconds)
    if went_on is False or (went_on is None and now.uptime - before.uptime > 100 * (seconds + _slack(seconds))):
        return  # it started anew, or our clock stood still meanwhile
    for index, new in now.counts.items():
        old, speed = before.counts.get(index), octets_per_second(ports[index])
        if old is None or speed is None:
            continue
        for which, metric in enumerate(_METRICS):
            grown = _grown((old[which], new[which]), (old[which + 2], new[which + 2]), went_on=went_on is True)
            if grown is not None and grown <= speed * seconds * _TOLERANCE:
                yield (metric, (("interface", index),)), round(min(1.0, grown / (speed * seconds)), 6)


def continued(before: int, now: int, seconds: float) -> bool | None:
    """Return whether an agent of these uptimes (hundredths of a second) ran on for `seconds`.

    After a restart its uptime may well be above what was read before, if that was soon after a start; but it is not
    above the time that passed. None where that cannot be told: no uptime, one that stands still or has its own pace.
    """
    if before <= 0 or now <= 0 or now == before:
        return None
    slack = _slack(seconds)
    if abs((now - before) % _WRAP / 100 - seconds) <= slack:
        return True
    return False if now < before or now / 100 <= seconds + slack else None


def _slack(seconds: float) -> float:
    """Return by how many seconds an agent's clock and ours may differ after so many."""
    return max(_SLACK, seconds / 10)


def octets_per_second(row: Row) -> float | None:
    """Return the nominal speed: ifHighSpeed, else ifSpeed, as `profiles/interfaces.yaml` reads them."""
    megabits, bits = row.get("megabits"), row.get("bits")
    if isinstance(megabits, int) and megabits > 0:
        return megabits * 125_000.0
    return bits / 8 if isinstance(bits, int) and bits > 0 and bits not in _UNKNOWN_BITS else None


_Pair = tuple[int | None, int | None]


def _grown(wide: _Pair, narrow: _Pair, *, went_on: bool) -> int | None:
    """Return by how much a counter grew, before to now, by its 64 bits or else its 32; None where it was reset."""
    if None not in wide:
        grown = _difference(wide)
        return grown if grown is not None and grown >= 0 else None
    grown = _difference(narrow)
    if grown is None or grown >= 0:
        return grown
    return grown + _WRAP if went_on else None


def _difference(pair: _Pair) -> int | None:
    before, now = pair
    return None if before is None or now is None else now - before
