"""Memory of a process of many threads, whose work one interpreter lock lines up anyway."""

import ctypes
import logging

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
