"""Live pages: one stream of snapshot versions, one slot per viewer, at most one word a second.

A viewer that is slow misses versions, never memory: it only ever holds the ids that changed since its last word.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

from mppmon.engine.snapshot import Snapshot

PACE = 1.0
"""Seconds between two words to one viewer."""

BEAT = 10.0
"""Seconds after which a viewer hears that nothing changed: a link that died without a word is noticed by silence."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a viewer hears: the newest version, and the ids that changed since its last word."""

    version: int
    changed: frozenset[str]


class _Viewer:
    """One open page: the ids that changed since its last word."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.changed: frozenset[str] = frozenset()


class Broadcast:
    """Its viewers live in the web's loop; `published` may be called from any thread.

    `life` names this run of the daemon: versions of two lives are not to be compared.
    """

    def __init__(self) -> None:
        self.life = uuid4().hex[:12]
        self._viewers: set[_Viewer] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._version = 0

    def published(self, snapshot: Snapshot) -> None:
        """Hear of a new version."""
        self._version = snapshot.version
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the web has stopped: nobody looks any more
                loop.call_soon_threadsafe(self._spread, snapshot.changed)

    @property
    def viewers(self) -> int:
        """How many pages are open."""
        return len(self._viewers)

    async def words(self, *, beat: float = BEAT) -> AsyncGenerator[Word, None]:
        """Yield to one viewer until it goes away; the first word at once, then one per change or `beat` seconds."""
        self._loop = asyncio.get_running_loop()
        viewer = _Viewer()
        self._viewers.add(viewer)
        try:
            yield Word(self._version, frozenset())
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(beat):
                        await viewer.news.wait()
                viewer.news.clear()
                changed, viewer.changed = viewer.changed, frozenset()
                yield Word(self._version, changed)
                await asyncio.sleep(PACE)
        finally:
            self._viewers.discard(viewer)

    def _spread(self, changed: frozenset[str]) -> None:
        for viewer in self._viewers:
            viewer.changed |= changed
            viewer.news.set()
