"""ClamAV: whether it runs, and how old its signatures are by their own word."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from . import Fact, NamesReader, SourceMissing

_SCANNERS = frozenset({"clamd", "clamonacc"})
_FILES = ("daily.cld", "daily.cvd", "main.cld", "main.cvd")
_HEAD = 128  # bytes: `ClamAV-VDB:24 Nov 2026 08-32 +0000:27460:...` (libclamav/cvd.h: the header has 512)
_WHEN = "%d %b %Y %H-%M %z"  # with its offset, so what is read is aware


class ClamAv:
    """`processes` tells whether its scanner runs; `root`: `/`, or a made one."""

    def __init__(self, processes: NamesReader, *, now: Callable[[], float], root: Path = Path("/")) -> None:
        self._processes = processes
        self._now = now
        self._folder = root / "var/lib/clamav"

    def read(self) -> list[Fact]:
        """Return whether it runs, and the age of the newest signatures, if it has any. SourceMissing without it."""
        if not self._folder.is_dir():
            raise SourceMissing("no ClamAV on this system")
        running = bool(self._processes.running(_SCANNERS))
        facts = [Fact("antivirus_running", float(running))]
        made = [made for made in map(self._made, _FILES) if made is not None]
        if made:
            facts.append(Fact("antivirus_signatures_age_seconds", max(0.0, self._now() - max(made))))
        return facts

    def _made(self, name: str) -> float | None:
        try:
            with (self._folder / name).open("rb") as opened:
                words = opened.read(_HEAD).decode("ascii", "replace").split(":")
            return datetime.strptime(words[1], _WHEN).timestamp() if words[0] == "ClamAV-VDB" else None  # noqa: DTZ007  # _WHEN has %z
        except (OSError, ValueError, IndexError):
            return None  # not there, or not a signature file
