"""Whether every way of asking still gives observations, and every channel still takes messages."""

from collections.abc import Collection, Iterator, Mapping

from alerts.channels.base import Reason, Result, Sent
from collectors.collector import Target

_OURS = frozenset(
    {
        Reason.REFUSED,
        Reason.TOO_LONG,
        Reason.ADDRESS,
        Reason.CHANNEL,
        Reason.ELSEWHERE,
        Reason.SUMMARISED,
        Reason.OVER,
    }
)
"""Reasons that say something of one message or recipient, nothing of the channel."""

_TRIES = 3  # failed ones in a row that make a channel a failing one


class Asked:
    """When each way of asking last gave an observation. Times by the loop's clock."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}
        self._shortest: dict[str, float] = {}
        self._way_of: dict[str, str] = {}

    def follow(self, targets: Collection[Target], now: float) -> None:
        """Take over what is asked from now on; a way that is new has until its first turn."""
        self._way_of = {one.check: one.way.value for one in targets}
        self._shortest = {}
        for one in targets:
            way = one.way.value
            self._shortest[way] = min(one.interval, self._shortest.get(way, one.interval))
        self._since = {way: self._since.get(way, now) for way in self._shortest}

    def observed(self, check: str, now: float) -> None:
        """Note that a check gave an observation, whatever it says."""
        way = self._way_of.get(check)
        if way is not None:
            self._since[way] = now

    def look(self, now: float) -> Iterator[tuple[str, float, float]]:
        """Yield `(way, seconds quiet, of these more than its shortest interval)`."""
        for way, since in sorted(self._since.items()):
            quiet = max(0.0, now - since)
            yield way, quiet, max(0.0, quiet - self._shortest[way])


class Taken:
    """Since when each channel takes nothing. Times by the loop's clock."""

    def __init__(self) -> None:
        self._failing: dict[str, tuple[float, int]] = {}

    def result(self, channel: str, result: Result, now: float) -> None:
        """Note how one attempt ended."""
        if isinstance(result, Sent):
            self._failing.pop(channel, None)
        elif result.reason not in _OURS:
            since, tries = self._failing.get(channel, (now, 0))
            self._failing[channel] = (since, tries + 1)

    def look(self, channels: Mapping[str, bool], now: float, *, cut: bool) -> Iterator[tuple[str, float]]:
        """Yield `(channel, seconds failing)` of these channels, by whether they need the internet. While the mall's own
        line is `cut` those that do are not to blame, nor right after it.
        """
        for channel, needs_internet in sorted(channels.items()):
            if cut and needs_internet:
                self._failing.pop(channel, None)
            since, tries = self._failing.get(channel, (now, 0))
            yield channel, now - since if tries >= _TRIES else 0.0
