"""Whether a device started anew between two readings of its uptime.

The uptime went back, to less than has passed since the reading before. A clock that was set moves an uptime too, but
not to that; a counter of 32 bits begins anew after 497 days, where it was expected to.
"""

from dataclasses import dataclass
from datetime import datetime

TICKS = 2**32 / 100
"""Seconds after which SNMP's TimeTicks (hundredths, 32 bits) begin anew."""

_SLACK = 10.0  # seconds by which a reading may be late
_DRIFT = 0.01  # of the time that passed: clocks of small devices


@dataclass(frozen=True, slots=True)
class Uptime:
    """One reading: `seconds` since the start, said of the instant `at`."""

    seconds: float
    at: datetime


def restarted(before: Uptime, now: Uptime, *, wraps: float | None = None) -> bool:
    """Return whether it started between the two. `wraps`: seconds after which its counter begins anew."""
    passed = (now.at - before.at).total_seconds()
    slack = _SLACK + _DRIFT * max(0.0, passed)
    if not 0 <= now.seconds <= passed + slack or now.seconds >= before.seconds:
        return False
    expected = before.seconds + passed
    if abs(expected - now.seconds) <= slack:
        return False  # it has just started, and goes on: the readings are a little off
    return wraps is None or abs(expected - wraps - now.seconds) > slack
