"""What a rule remembers of a series: its readings of the last minutes or days, thinned. Pure, in memory, bounded.

It starts empty: what was before a start is not known, and nothing is guessed of it. A window that is LONG is handed
over a restart (`Remembered`): a forecast that takes days to speak must not begin anew with every update.
"""

from array import array
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

from alerts.model import AlertKey, Asks, Condition, Reading

MOST = 64
"""Points kept of one series, 16 bytes each."""
LONG = timedelta(hours=1)
"""A shorter window knows enough again within half an hour of a start, and would be written every few seconds."""
_FEWEST = 4  # points that a line is drawn through
_SHARE = 0.5  # of its window, which readings must span to speak for it


@dataclass(frozen=True, slots=True)
class Remembered:
    """A window as it is kept over a restart. `times`: Unix seconds; `base`, `last`: of a counter (see `Window`)."""

    key: AlertKey
    metric: str
    asks: Asks
    over: timedelta
    base: float
    last: float
    times: tuple[float, ...]
    values: tuple[float, ...]


class Window:
    """The newest readings of one series. Between two kept points lies at least 1/60 of the window, so that they are
    never more than MOST; the newest reading is always one of them.

    A counter is kept without its resets: what fell has begun again from zero (as Prometheus' `increase`), so that
    thinning loses none.
    """

    __slots__ = ("_base", "_gap", "_last", "_over", "_times", "_values", "grown")

    def __init__(self, over: timedelta) -> None:
        self._over = over.total_seconds()
        self._gap = self._over / (MOST - 4)
        self._times, self._values = array("d"), array("d")
        self._base, self._last = 0.0, 0.0
        self.grown = False  # whether there is a point that `remembered` has not given yet

    @classmethod
    def of(cls, kept: Remembered, condition: Condition, *, now: datetime) -> "Window | None":
        """Return the window that was kept; None: the condition asks something else, or it is of a later time."""
        if (kept.metric, kept.asks, kept.over) != (condition.metric, condition.asks, condition.over):
            return None
        if not kept.times or len(kept.times) != len(kept.values) or kept.times[-1] > now.timestamp():
            return None
        window = cls(kept.over)
        window._times, window._values = array("d", kept.times), array("d", kept.values)
        window._base, window._last = kept.base, kept.last
        return window

    def remembered(self, key: AlertKey, condition: Condition) -> Remembered:
        """Return the window as it is to be kept."""
        self.grown = False
        times, values = tuple(self._times), tuple(self._values)
        return Remembered(key, condition.metric, condition.asks, condition.over, self._base, self._last, times, values)

    def __len__(self) -> int:
        """Return how many points are kept."""
        return len(self._times)

    def take(self, reading: Reading, *, counter: bool = False) -> bool:
        """Keep a reading. False: it is not a number, or not newer than the newest, and changes nothing."""
        at, value, times = reading.at.timestamp(), reading.value, self._times
        if not isfinite(value) or (times and at <= times[-1]):
            return False
        if counter:
            if times and value < self._last:
                self._base += self._last
            self._last = value
            value += self._base
        if len(times) > 1 and times[-1] - times[-2] < self._gap:
            times[-1], self._values[-1] = at, value
        else:
            times.append(at)
            self._values.append(value)
            self.grown = True
        self._forget(at - self._over)
        return True

    def _forget(self, before: float) -> None:
        old = 0
        while self._times[old] < before:
            old += 1
        if old:
            del self._times[:old]
            del self._values[:old]

    def _spans(self) -> float | None:
        """Return the seconds from the oldest to the newest point; None when that is too little of the window."""
        span = self._times[-1] - self._times[0]
        return span if span >= self._over * _SHARE else None

    def increase(self) -> float | None:
        """Return by how much a counter grew over the points that are kept, per whole window; None: not known yet."""
        rate = self.rate()
        return None if rate is None else rate * self._over

    def rate(self) -> float | None:
        """Return by how much a counter grew per second; None: not known yet."""
        span = self._spans()
        return None if not span else (self._values[-1] - self._values[0]) / span

    def forecast(self, ahead: timedelta) -> float | None:
        """Return the value expected `ahead` of the newest reading by least squares (as Prometheus' `predict_linear`);
        None: too few readings to tell.
        """
        count = len(self._times)
        if count < _FEWEST or self._spans() is None:
            return None
        newest = self._times[-1]
        ages = [at - newest for at in self._times]
        age, value = sum(ages) / count, sum(self._values) / count
        spread = sum((one - age) ** 2 for one in ages)
        slope = sum((one - age) * (seen - value) for one, seen in zip(ages, self._values, strict=True)) / spread
        return value + slope * (ahead.total_seconds() - age)


def derive(condition: Condition, window: Window, reading: Reading) -> float | None:
    """Take a reading into a window and return what the condition holds against its threshold; None: nothing is known,
    so nothing changes.
    """
    counter = condition.asks in {Asks.RATE, Asks.INCREASE}
    if not window.take(reading, counter=counter):
        return None
    if condition.asks is Asks.RATE:
        return window.rate()
    return window.increase() if condition.asks is Asks.INCREASE else window.forecast(condition.ahead)
