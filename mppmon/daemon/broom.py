"""Old rows go, once a day: a few at each look of the daemon at itself, in the engine's thread, until none is left."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from mppmon.config import Loaded
from mppmon.engine.core import Engine
from mppmon.exporter import SelfMetrics
from mppmon.mall.principal import SYSTEM
from mppmon.store import Store, StoreError

_log = logging.getLogger(__name__)
_FIRST = 600.0  # seconds from the start: the daemon is to be at work first
_EVERY = 86_400.0
_AT_ONCE = 500
"""Rows of each table in one transaction: milliseconds, also on a small machine's card."""


class Broom:
    """Lives in the poll loop. `loaded`: the configuration in use, which says how long what is kept."""

    def __init__(self, engine: Engine, metrics: SelfMetrics, loaded: Callable[[], Loaded]) -> None:
        self._engine, self._metrics, self._loaded = engine, metrics, loaded
        self._due: float | None = None
        self._gone: dict[str, int] = {}

    async def sweep(self) -> None:
        """Remove a few rows, if it is time."""
        now = asyncio.get_running_loop().time()
        if self._due is None:
            self._due = now + _FIRST
        if now < self._due:
            return
        days = self._loaded().settings.keep.days()

        def work(store: Store, at: datetime) -> dict[str, int]:
            before = {table: at - timedelta(days=kept) for table, kept in days.items()}
            return store.prune(SYSTEM, before, now=at, limit=_AT_ONCE)

        try:
            found = await asyncio.wrap_future(self._engine.call(work))
        except StoreError:
            return  # the database refuses: that is said by itself, and the next look tries again
        for table, count in found.items():
            self._gone[table] = self._gone.get(table, 0) + count
            self._metrics.pruned(table, count)
        if max(found.values()) < _AT_ONCE:
            self._due = now + _EVERY
            if any(self._gone.values()):
                _log.info("old rows removed: %s", ", ".join(f"{n} of {one}" for one, n in self._gone.items() if n))
            self._gone = {}
