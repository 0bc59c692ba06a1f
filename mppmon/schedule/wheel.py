"""A timing wheel: which checks are due in a slot. Pure; slots are counted by the caller.

One ring per distinct interval, as long as the interval has slots. A check sits in one place of its ring for good, given
by a stable hash of its id: checks are spread over their interval and keep their place over a reload, and releasing them
costs nothing but reading the slot.
"""

from collections.abc import Iterator
from zlib import crc32

_LATE_A_SLOT = 50
"""First releases that were left out come so many a slot: after a stop the loop has enough to do."""


class Wheel:
    """Checks by slot. `tick` is a slot's length in seconds."""

    def __init__(self, tick: float = 0.1) -> None:
        if tick <= 0:
            raise ValueError(f"tick {tick}: expected more than 0 seconds")
        self.tick = tick
        self._rings: dict[int, list[dict[str, None]]] = {}
        self._places: dict[str, tuple[int, int]] = {}
        self._once: dict[int, list[str]] = {}

    def __contains__(self, check_id: object) -> bool:
        return check_id in self._places

    def __len__(self) -> int:
        return len(self._places)

    def slot(self, seconds: float) -> int:
        """Return the slot that holds this time (seconds of any monotonic clock)."""
        return int(seconds / self.tick)

    def add(self, check_id: str, interval: float, offset: int | None = None) -> None:
        """Release a check every `interval` seconds (at least one slot), `offset` slots into each; by its hash if None.

        A check that is already there moves only when its interval changes.
        """
        period = max(1, round(interval / self.tick))
        place = (period, (_hash(check_id) if offset is None else offset) % period)
        if self._places.get(check_id) == place:
            return
        self.remove(check_id)
        ring = self._rings.setdefault(period, [])
        ring.extend({} for _ in range(period - len(ring)))
        ring[place[1]][check_id] = None
        self._places[check_id] = place

    def remove(self, check_id: str) -> None:
        """Forget a check; one that is not there is none."""
        place = self._places.pop(check_id, None)
        if place is not None:
            period, offset = place
            del self._rings[period][offset][check_id]
            if not any(self._rings[period]):
                del self._rings[period]

    def soon(self, check_id: str, *, after: int, within: float) -> None:
        """Release a check for the first time within `within` seconds after a slot, spread by its hash, if its own place
        comes later than that: after a restart everything is seen soon, and nothing at once.
        """
        period, offset = self._places[check_id]
        window = max(1, round(within / self.tick))
        if (offset - after - 1) % period >= window:
            self._once.setdefault(after + 1 + _hash(check_id) % window, []).append(check_id)

    def due(self, slot: int) -> list[str]:
        """Return the checks of this slot, each once. Slots are to be asked for in order."""
        found = dict.fromkeys(self._regular(slot))
        if self._once:
            found |= dict.fromkeys(one for one in self._once.pop(slot, ()) if one in self._places)
        return list(found)

    def skip(self, first: int, last: int) -> int:
        """Pass over the slots from `first` to `last`; return how many releases were left out.

        First releases are not: a check of one an hour would not be asked for an hour. They come in the slots after.
        """
        late = [check for slot in sorted(self._once) if first <= slot <= last for check in self._once.pop(slot)]
        for place, check in enumerate(late):
            self._once.setdefault(last + 1 + place // _LATE_A_SLOT, []).append(check)
        return sum(
            (last - offset) // period - (first - 1 - offset) // period for period, offset in self._places.values()
        )

    def _regular(self, slot: int) -> Iterator[str]:
        for period, ring in self._rings.items():
            yield from ring[slot % period]


def _hash(check_id: str) -> int:
    return crc32(check_id.encode())
