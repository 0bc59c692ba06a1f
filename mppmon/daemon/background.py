"""Work that goes on as long as the daemon does."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

_log = logging.getLogger(__name__)
_PAUSE = 5.0
"""Seconds before work that ended by a fault of ours is begun anew."""


async def keep_at_work(work: Callable[[], Coroutine[object, object, None]], name: str) -> None:
    """Run a coroutine until it returns; where it ends by an error, say why and begin anew: a daemon whose sender or
    listener is gone would look alive and reach nobody.
    """
    while True:
        try:
            return await work()
        except Exception:  # noqa: BLE001  # whatever it was, the work is needed
            _log.critical("%s ended, it is begun anew", name, exc_info=True)
        await asyncio.sleep(_PAUSE)
