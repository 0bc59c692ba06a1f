"""A source that takes its time, read beside the scrapes: none of them ever waits for it.

No timer runs: what is older than its interval is read again in a thread of its own once somebody asks, and who asks
gets what is known. So a PC that nobody scrapes starts no program, and a program that hangs holds up nothing.
"""

import logging
import threading
from collections.abc import Callable, Collection
from functools import partial
from typing import Generic, TypeVar

import psutil

from . import NamesReader, NotYet, SourceMissing

_LOG = logging.getLogger("mppmon-agent")
_Seen = TypeVar("_Seen")
_PATIENCE = 60.0  # seconds beyond an interval after which what is known is too old to be told


class Refreshed(Generic[_Seen]):
    """`look` is called every `every` seconds at most, the first time `first` seconds after this was made."""

    def __init__(
        self, look: Callable[[], _Seen], *, every: float, monotonic: Callable[[], float], first: float = 0.0
    ) -> None:
        self._look = look
        self._every = every
        self._monotonic = monotonic
        self._due = monotonic() + first
        self._begun = float("-inf")
        self._seen: list[_Seen] = []  # one, or none
        self._missing: str | None = None
        self._reader: threading.Thread | None = None

    def read(self) -> _Seen:
        """Return what was seen last, and have it looked at again when it is time. SourceMissing as `look` raised it,
        or when it has given no answer for long; NotYet before the first.
        """
        now = self._monotonic()
        if now >= self._due and (self._reader is None or not self._reader.is_alive()):
            self._due, self._begun = now + self._every, now
            self._reader = threading.Thread(target=self._refresh, daemon=True)  # no program's end waits for it
            self._reader.start()
        hangs = self._reader is not None and self._reader.is_alive() and now - self._begun > _PATIENCE
        if hangs:
            raise SourceMissing(f"no answer for more than {_PATIENCE:g} s")
        if self._missing is not None:
            raise SourceMissing(self._missing)
        if not self._seen:
            raise NotYet("not read yet")
        return self._seen[0]

    def settle(self) -> None:
        """Wait until the look under way has ended: readers bound themselves in time."""
        if self._reader is not None:
            self._reader.join()

    def _refresh(self) -> None:
        try:
            self._seen, self._missing = [self._look()], None
        except (SourceMissing, OSError, psutil.Error, ValueError) as error:
            self._missing = str(error)
        except Exception as error:  # noqa: BLE001  # a thread's last words: told as a source that is missing
            _LOG.exception("a source could not be read")
            self._missing = type(error).__name__


class RefreshedNames:
    """Likewise for services: the names that are wanted never change while the agent runs."""

    def __init__(
        self, reader: NamesReader, wanted: Collection[str], *, every: float, monotonic: Callable[[], float]
    ) -> None:
        self._all = Refreshed(partial(reader.running, wanted), every=every, monotonic=monotonic)

    def running(self, wanted: Collection[str]) -> Collection[str]:
        """Return those of the wanted that ran when it was last looked."""
        return set(self._all.read()) & set(wanted)

    def settle(self) -> None:
        """Wait until the look under way has ended."""
        self._all.settle()
