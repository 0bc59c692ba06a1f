"""What became of the daily test messages. See `mppmon/engine/canary.py`."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from mppmon.config import Loaded
from mppmon.engine.canary import key
from mppmon.engine.core import Engine
from mppmon.mall.principal import SYSTEM
from mppmon.store import StoreError

PATIENCE = timedelta(minutes=10)
"""How long a channel may take for a test message."""

LATE = timedelta(hours=8)
"""So much later than its time a daemon that starts still sends it: within the working day that it is to make safe."""

_SETTLE = timedelta(minutes=1)
"""From the start until a test message that is late: the daemon is to be at work first."""

_EARLY = datetime.min.replace(tzinfo=UTC)
_NEVER = timedelta(days=365)


class Canary:
    """Lives in the poll loop."""

    def __init__(self, engine: Engine, loaded: Callable[[], Loaded], now: Callable[[], datetime]) -> None:
        self._engine, self._loaded, self._now = engine, loaded, now
        self._began = now()
        self._sent: datetime | None = None

    def next_run(self, after: datetime) -> datetime:
        """Return when the next one is sent; where none is wanted, a year from now.

        One of today that was missed because the daemon was off is sent soon after its start. What was sent before that
        is not repeated, by its keys.
        """
        at = self._loaded().settings.canary
        if at is None:
            return after + _NEVER
        today = self._at(self._local(after).date(), at)
        soon = self._began + _SETTLE
        if self._sent is None and today <= self._began < today + LATE and after < soon:
            return soon
        return today if today > after else self._at(self._local(after).date() + timedelta(days=1), at)

    def send(self) -> None:
        """Send today's, unless none is wanted any more."""
        if self._loaded().settings.canary is not None:
            self._sent = self._now()
            self._engine.send_canary(self._local(self._now()).date())

    async def look(self) -> list[tuple[str, str, bool]]:
        """Return `(person, channel, whether the newest one failed)` for everybody who has a channel."""
        loaded, now = self._loaded(), self._now()
        at, day = loaded.settings.canary, self._local(now).date()
        if at is None:
            return []
        if self._at(day, at) > now:
            day -= timedelta(days=1)
        keys = {key(day, person, channel): (person, channel) for person, channel in _pairs(loaded)}
        try:
            asked = self._engine.call(lambda store, _: store.fates(SYSTEM, keys))
            fates: Mapping[str, str] = await asyncio.wait_for(asyncio.wrap_future(asked), 5.0)
        except (StoreError, TimeoutError):
            return []  # the database refuses: that is said by itself
        late = now - max(self._at(day, at), self._sent or _EARLY) >= PATIENCE
        return [(*pair, _failed(fates.get(name), late=late)) for name, pair in keys.items()]

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self._loaded().mall.site.timezone))

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, ZoneInfo(self._loaded().mall.site.timezone)).astimezone(UTC)


def _failed(fate: str | None, *, late: bool) -> bool:
    return fate == "dead" or (late and fate in {"pending", "leased"})


def _pairs(loaded: Loaded) -> Iterator[tuple[str, str]]:
    for person in loaded.people.values():
        for channel in person.addresses:
            if channel in loaded.channels:
                yield person.id, channel
