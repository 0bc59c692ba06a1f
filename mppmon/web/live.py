"""Live pages: one stream of snapshot versions, one slot per viewer, at most one word a second.

A viewer that is slow misses versions, never memory: it only ever holds the newest one it has not seen.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from mppmon.engine.snapshot import Snapshot

PACE = 1.0
"""Seconds between two words to one viewer."""


class _Viewer:
    """One open page: the ids that changed since its last word."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.changed: frozenset[str] = frozenset()


class Broadcast:
    """Lives in the web's loop; `published` may be called from any thread."""

    def __init__(self) -> None:
        self._viewers: set[_Viewer] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._version = 0

    def published(self, snapshot: Snapshot) -> None:
        """Hear of a new version."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._spread, snapshot.version, snapshot.changed)

    @property
    def viewers(self) -> int:
        """How many pages are open."""
        return len(self._viewers)

    async def words(self) -> AsyncIterator[str]:
        """Yield `{"version": n, "changed": [...]}` for one viewer until it goes away; the first one at once."""
        self._loop = asyncio.get_running_loop()
        viewer = _Viewer()
        self._viewers.add(viewer)
        try:
            yield self._word(frozenset())
            while True:
                await viewer.news.wait()
                viewer.news.clear()
                changed, viewer.changed = viewer.changed, frozenset()
                yield self._word(changed)
                await asyncio.sleep(PACE)
        finally:
            self._viewers.discard(viewer)

    def _spread(self, version: int, changed: frozenset[str]) -> None:
        self._version = version
        for viewer in self._viewers:
            viewer.changed |= changed
            viewer.news.set()

    def _word(self, changed: frozenset[str]) -> str:
        return json.dumps({"version": self._version, "changed": sorted(changed)})
