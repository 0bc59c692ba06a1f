"""From a configuration directory to a daemon at work, until it is told to stop."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from mppmon.config import load
from mppmon.daemon.daemon import Daemon
from mppmon.daemon.memory import end_without_memory, one_arena
from mppmon.daemon.options import Options
from mppmon.daemon.taking import in_use, take
from mppmon.i18n import preload
from mppmon.mall.principal import SYSTEM
from mppmon.state import database_file
from mppmon.store import lock, numbers, reserve, state_directory
from mppmon.store.aside import damage, set_aside
from mppmon.store.migrating import migrate_in_child
from mppmon.store.paths import database_url

_log = logging.getLogger(__name__)


async def serve(options: Options, *, ready: Callable[[int], None] | None = None) -> bool:
    """Run until SIGTERM or SIGINT; return whether all that was decided is saved.

    `ready` is told the port of the web once everything is at work.
    """
    one_arena()
    end_without_memory(asyncio.get_running_loop(), lambda: leave(1))
    stop, hangup = _signals()
    state = state_directory(options.state)
    reserve.give_back(state)
    preload()
    with lock(database_file(state)):
        await asyncio.to_thread(_look_over, database_file(state), options.clock.now())
        url = database_url(state)
        await asyncio.to_thread(migrate_in_child, url, state / "backup")
        loaded = load(options.config, today=options.clock.now().date())
        with options.open_store(url) as store:
            voided = store.release(SYSTEM)
            if voided:
                _log.warning("%d messages were being sent when the daemon ended; each is sent again, same key", voided)
            before = in_use(store, loaded, options.clock.now())
            take(store, loaded, options.clock.now())
            async with AsyncExitStack() as stack:
                loop = asyncio.get_running_loop()
                daemon = Daemon(options, loaded, store, url, loop, ended=lambda: leave(1), before=before)
                await daemon.start(stack)
                await asyncio.to_thread(reserve.keep, state)
                gc.collect()
                gc.freeze()
                options.systemd.ready(f"at work, revision {loaded.revision}")
                if ready is not None:
                    ready(daemon.port)
                await _until(stop, hangup, daemon)
                _log.info("stopping")
                options.systemd.stopping()
                store.hasten()
            return daemon.durable


def _look_over(database: Path, now: datetime) -> None:
    """Set a damaged database aside. A copy is never put in its place silently: what came after it would be missing."""
    numbers.look_over(database, now=now)
    wrong = damage(database)
    if wrong:
        kept = set_aside(database, now=now)
        _log.critical("the database is damaged (%s); it is kept as %s, a fresh one is made", wrong, kept)


def leave(status: int = 0) -> NoReturn:
    """End the process after `serve`, without waiting for threads.

    Everything is committed and closed by then; a thread that still waits for a dead provider's connection (20 s) must
    not hold up a restart, and Python would join it.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _signals() -> tuple[asyncio.Event, asyncio.Event]:
    """Listen to signals from the beginning: one that comes while we start is obeyed when we have."""
    stop, hangup = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, hangup.set)
    return stop, hangup


async def _until(stop: asyncio.Event, hangup: asyncio.Event, daemon: Daemon) -> None:
    reloading = asyncio.create_task(_reload_at(hangup, daemon), name="SIGHUP")
    try:
        await stop.wait()
    finally:
        reloading.cancel()
        await asyncio.gather(reloading, return_exceptions=True)


async def _reload_at(hangup: asyncio.Event, daemon: Daemon) -> None:
    """Take over the configuration at every SIGHUP; those that come while one is taken over count as one."""
    while True:
        await hangup.wait()
        hangup.clear()
        try:
            await daemon.reloader.reload("SIGHUP")
        except Exception:  # noqa: BLE001  # the next SIGHUP is to be obeyed whatever became of this one
            _log.exception("reload by SIGHUP")
