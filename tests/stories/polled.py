"""A mind that is shown what a poller would see: regular polls, re-polls and wishes, one poll of a device at a time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count

from tests.stories.mind import EVERY, Mind

Works = Callable[[str, datetime], bool]
_SILENCE = 1.0  # seconds after which a poll gives up


class Poller:
    """Asks every device of a mind each EVERY seconds, first after its offset. `works`: whether it answers what is asked
    then.
    """

    def __init__(self, mind: Mind, works: Works, offsets: Mapping[str, float]) -> None:
        self.mind, self.works = mind, works
        self._asked = {target.device for target in mind.world.loaded.targets}
        self._order = count()
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._busy: dict[str, int] = {}
        for device in sorted(self._asked):
            self._in(offsets.get(device, 0.0), lambda one=device: self._regular(one))  # type: ignore[misc]  # bound now

    def run(self, seconds: float) -> None:
        """Let this much time pass."""
        end = self.mind.now + timedelta(seconds=seconds)
        while self._queue[0][0] <= end:
            self.mind.now, _, deed = heappop(self._queue)
            deed()
        self.mind.now = end
        self.mind.turn()

    def _in(self, seconds: float, deed: Callable[[], None]) -> None:
        heappush(self._queue, (self.mind.now + timedelta(seconds=seconds), next(self._order), deed))

    def _regular(self, device: str) -> None:
        self._ask(device)
        self._in(EVERY, lambda: self._regular(device))

    def _ask(self, device: str, again: int = 1) -> None:
        """Ask now, or right after the poll that is under way."""
        if device in self._busy:
            self._busy[device] = max(again, self._busy[device])
        elif device in self._asked:
            self._busy[device] = 0
            asked, answers = self.mind.now, self.works(device, self.mind.now)
            self._in(0.01 if answers else _SILENCE, lambda: self._heard(device, asked, answers=answers))

    def _heard(self, device: str, asked: datetime, *, answers: bool) -> None:
        seconds = (self.mind.now - asked).total_seconds()
        turn = self.mind.turn(replace(self.mind.see(device, answers=answers), at=asked, seconds=seconds))
        again = self._busy.pop(device)
        if again:
            self._ask(device)
            self._busy[device] = again - 1
        for check, delays in turn.repolls:
            for delay in delays:
                self._in(delay, lambda one=check: self._repoll(one.partition(":")[0]))  # type: ignore[misc]  # bound now
        for one in sorted(turn.expedites):
            self._ask(one)
        self._in(0.1, self._tick)

    def _tick(self) -> None:
        self.mind.turn()

    def _repoll(self, device: str) -> None:
        self._ask(device, self._busy.get(device, 0) + 1)
