"""What this process takes of its machine, and what is left: descriptors, memory, disk, the clock's keeper."""

import resource
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from mppmon.clock import synchronised

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


class Host:
    """One process on its machine. `state`: the directory whose disk matters."""

    def __init__(self, state: Path) -> None:
        self._state = state
        self._process = psutil.Process()
        self._memory = min(psutil.virtual_memory().total, *_allowed(), *_soft(resource.RLIMIT_AS))

    def look(self) -> Iterator[tuple[str, float]]:
        """Yield `(metric without prefix, value)`; what this machine does not tell is left out."""
        with suppress(OSError):  # said by the database, which fails too
            yield "disk_free_bytes", float(psutil.disk_usage(str(self._state)).free)
        used = self._process.memory_info().rss
        yield "memory_bytes", float(used)
        yield "memory_ratio", used / self._memory
        descriptors = self._process.num_fds()
        yield "descriptors", float(descriptors)
        for most in _soft(resource.RLIMIT_NOFILE):
            yield "descriptors_ratio", descriptors / most
        kept = synchronised()
        if kept is not None:
            yield "clock_synchronised", float(kept)


def _soft(limit: int) -> Iterator[int]:
    soft, _ = resource.getrlimit(limit)
    if soft not in {resource.RLIM_INFINITY, 0}:
        yield soft


def _allowed() -> Iterator[int]:
    """Yield the control group's limit, where there is one. `max`: there is none."""
    for path in _LIMITS:
        try:
            yield int(path.read_text("ascii"))
        except (OSError, ValueError):
            continue
