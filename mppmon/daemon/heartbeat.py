"""A sign of life to somebody outside, who calls when it stops coming (a dead man's switch such as healthchecks.io).

It says one thing, that all is well, and only while that is so; a `/fail` would have to come from who cannot speak.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime

import requests

from alerts.channels.http import get
from alerts.channels.pool import Pool
from mppmon.config.loaded import Heartbeat

_log = logging.getLogger(__name__)

DEADLINE = 10.0
"""Seconds one heartbeat may take in all."""

_FAILED = 400  # HTTP
_MANY = 3  # failures in a row that are logged


class Heart:
    """Lives in the poll loop. `settings`: in use now, None: none is wanted; `missing`: who does not answer."""

    def __init__(
        self,
        settings: Callable[[], Heartbeat | None],
        missing: Callable[[], list[str]],
        now: Callable[[], datetime],
        *,
        deadline: float = DEADLINE,
    ) -> None:
        self._settings, self._missing, self._now, self._deadline = settings, missing, now, deadline
        self._pool = Pool(1, "heartbeat")
        self._failures = 0
        self._taken: datetime | None = None

    async def run(self) -> None:
        """Beat until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            settings = self._settings()
            if settings is not None and not self._missing():
                await self.beat(settings)
            every = settings.every if settings is not None else 60.0
            await asyncio.sleep(max(1.0, began + every - loop.time()))

    async def beat(self, settings: Heartbeat) -> bool:
        """Send one; return whether it was taken. The log says what kind of error it was, never the URL."""
        why = ""
        try:
            url = settings.url_file.read_text("utf-8").strip()
            status = await self._pool.call(
                lambda line: get(url, line=line, timeout=self._deadline), deadline=self._deadline
            )
            why = f"HTTP {status}" if status >= _FAILED else ""
        except (OSError, ValueError, TimeoutError, requests.RequestException) as error:
            why = type(error).__name__
        if not why:
            self._failures, self._taken = 0, self._now()
            return True
        self._failures += 1
        if self._failures == _MANY:
            _log.error("the heartbeat is not taken: %s", why)
        return False

    def look(self) -> Iterator[tuple[str, float]]:
        """Yield the figures: failures in a row, and when one was last taken."""
        if self._settings() is None:
            return
        yield "heartbeat_failures", float(self._failures)
        yield "heartbeat_last_seconds", self._taken.timestamp() if self._taken else 0.0

    def close(self) -> None:
        """Give up what is under way."""
        self._pool.close()
