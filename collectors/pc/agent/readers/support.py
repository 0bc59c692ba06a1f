"""Until when the system gets updates from its makers."""

import csv
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from . import Fact, SourceMissing

_FILES = {"debian": "debian.csv", "ubuntu": "ubuntu.csv"}  # of Debian's package distro-info-data
_ENDS = ("eol-lts", "eol")  # Debian's archive serves LTS without anybody's doing, Ubuntu's `eol-esm` is for customers


class Support:
    """`SUPPORT_END` of os-release(5) where the makers say it, else the distribution's own table."""

    def __init__(self, *, now: Callable[[], float], root: Path = Path("/")) -> None:
        self._now = now
        self._root = root

    def read(self) -> list[Fact]:
        """Return the seconds left, negative after the end. SourceMissing where nobody says when it ends."""
        system = self._release()
        end = system.get("SUPPORT_END") or self._listed(system)
        if not end:
            raise SourceMissing("nobody says when the support of this system ends")
        ends = datetime.strptime(end, "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
        return [Fact("support_left_seconds", ends - self._now())]

    def _release(self) -> Mapping[str, str]:
        lines = (self._root / "etc/os-release").read_text(encoding="utf-8").splitlines()
        pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
        return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}

    def _listed(self, system: Mapping[str, str]) -> str:
        name = _FILES.get(system.get("ID", ""))
        if name is None:
            return ""
        try:
            with (self._root / "usr/share/distro-info" / name).open(encoding="utf-8") as table:
                rows = [row for row in csv.DictReader(table) if row.get("series") == system.get("VERSION_CODENAME")]
        except OSError:
            return ""
        return next((row[key] for row in rows for key in _ENDS if row.get(key)), "")
