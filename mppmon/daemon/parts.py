"""Parts of the daemon that run as long as it does: begun anew when they end, at growing distances, and counted."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator

_log = logging.getLogger(__name__)

PAUSES = (1.0, 5.0, 30.0, 60.0)
"""Seconds before work that ended by a fault of ours is begun anew, the first, second, third and every further time."""

WELL = 300.0
"""Seconds at work after which it has recovered: its next end counts as a first one."""


class Hindered(Exception):
    """Work cannot be begun, for a reason outside of us, in words: no fault of the program's, so no traceback."""


Work = Callable[[], Coroutine[object, object, object]]


class Parts:
    """Who is at work, and who keeps ending. Lives in the poll loop."""

    def __init__(self, *, pauses: tuple[float, ...] = PAUSES) -> None:
        self._pauses = pauses
        self._kept: list[_Part] = []

    async def keep(self, work: Work, name: str) -> None:
        """Run a coroutine until it returns; where it ends by an error, say why and begin anew: a daemon whose sender
        or listener is gone would look alive and reach nobody.
        """
        loop = asyncio.get_running_loop()
        part = _Part(name)
        self._kept.append(part)
        try:
            while True:
                part.began = loop.time()
                try:
                    await work()
                except Hindered as error:
                    _log.error("%s: %s; it is tried again", name, error)
                except Exception:  # noqa: BLE001  # whatever it was, the work is needed
                    _log.critical("%s ended, it is begun anew", name, exc_info=True)
                else:
                    return
                part.failures, part.began = part.in_a_row(loop.time()) + 1, None
                await asyncio.sleep(self._pauses[min(part.failures, len(self._pauses)) - 1])
        finally:
            self._kept.remove(part)

    def look(self, now: float) -> Iterator[tuple[str, bool, int]]:
        """Yield `(name, at work, ends in a row)` of every part that is needed. `now`: by the loop's clock."""
        newest = {part.name: part for part in self._kept}  # of two of one name, the older one is being replaced
        for name, part in sorted(newest.items()):
            yield name, part.began is not None, part.in_a_row(now)


class _Part:
    def __init__(self, name: str) -> None:
        self.name = name
        self.began: float | None = None
        self.failures = 0

    def in_a_row(self, now: float) -> int:
        return 0 if self.began is not None and now - self.began >= WELL else self.failures
