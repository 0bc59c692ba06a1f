"""The reloader, as the web's thread may ask it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from mppmon.daemon.reload import Outcome, Reloader


class SettingsDesk:
    """Implements `mppmon.web.house.Settings`: what is asked in the web's loop is done in the poll loop."""

    def __init__(self, reloader: Reloader, loop: asyncio.AbstractEventLoop, directory: Path) -> None:
        self._reloader, self._loop, self._directory = reloader, loop, directory

    async def plan(self) -> Mapping[str, object]:
        """Say what a reload would change."""
        done = asyncio.run_coroutine_threadsafe(self._reloader.plan(), self._loop)
        return self._told(await asyncio.wrap_future(done))

    async def reload(self, author: str) -> Mapping[str, object]:
        """Take over what is on disk. Who leaves meanwhile does not end it."""
        done = asyncio.run_coroutine_threadsafe(self._reloader.reload(author), self._loop)
        return self._told(await asyncio.shield(asyncio.wrap_future(done)))

    def _told(self, outcome: Outcome) -> Mapping[str, object]:
        return {**outcome.as_json(), "directory": str(self._directory.absolute())}
