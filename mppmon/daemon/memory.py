"""Memory of a process of many threads, whose work one interpreter lock lines up anyway; and the want of it."""

import asyncio
import ctypes
import logging
from collections.abc import Callable
from typing import Any

_log = logging.getLogger(__name__)
_M_ARENA_MAX = -8  # mallopt(3), glibc


def one_arena() -> None:
    """Let all threads share one heap. glibc gives each its own (up to eight per core), and none gives back what the
    scrape of a large page once needed there: 15 MB with 1,000 devices. Where there is no glibc, nothing happens.
    """
    try:
        done = ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
    except (OSError, AttributeError):
        done = 0
    if not done:
        _log.info("the C library has no arenas to limit")


def end_without_memory(loop: asyncio.AbstractEventLoop, end: Callable[[], object]) -> None:
    """Let `end` be called when this loop meets a MemoryError that nobody takes: what works on without memory leaves out
    a poll here and a message there. Anew it begins with all that was decided.
    """

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), MemoryError):
            loop.default_exception_handler(context)
            return
        try:
            _log.critical("out of memory: the process ends, and is to be started anew")
        finally:
            end()

    loop.set_exception_handler(handle)
