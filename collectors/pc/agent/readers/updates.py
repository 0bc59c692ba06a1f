"""Updates of a Debian system: what waits, when it last asked and installed, whether it has to be started anew."""

import re
from collections.abc import Callable
from pathlib import Path

import psutil

from . import Fact, SourceMissing
from .command import output

_ARGV = ("apt-get", "-s", "-qq", "-o", "Debug::NoLocking=1", "dist-upgrade")
"""Simulated, so it needs no privilege and changes nothing. `dist-upgrade` also sees kernels, which are new packages."""
_SECONDS = 120.0  # reading the lists anew takes an old PC a while
_INST = re.compile(r"Inst \S+ \[[^\]]*\] \((.*)\)", re.MULTILINE)  # with [the old version]: an update, no addition


def simulate() -> str:
    """Return what apt would do."""
    return output(_ARGV, seconds=_SECONDS, must_succeed=True)


class Apt:
    """`run` is asked again only when the lists or the installed packages have changed. `root`: `/`, or a made one."""

    def __init__(self, *, now: Callable[[], float], run: Callable[[], str] = simulate, root: Path = Path("/")) -> None:
        self._now = now
        self._run = run
        self._lists = root / "var/lib/apt/lists"
        self._stamp = root / "var/lib/apt/periodic/update-success-stamp"
        self._status = root / "var/lib/dpkg/status"
        self._judged: tuple[float, float] | None = None
        self._pending = (0, 0)

    def read(self) -> list[Fact]:
        """Return pending updates by type, and the ages in seconds. SourceMissing without apt."""
        if not self._lists.is_dir() or not self._status.is_file():
            raise SourceMissing("no apt on this system")
        checked = max(_changed(one) for one in (self._lists, self._lists / "partial", self._stamp))
        installed = _changed(self._status)
        if self._judged != (checked, installed):
            self._pending = pending(self._run())
            self._judged = checked, installed
        security, other = self._pending
        now = self._now()
        return [
            Fact("updates_pending", float(security), (("type", "security"),)),
            Fact("updates_pending", float(other), (("type", "other"),)),
            Fact("updates_checked_age_seconds", max(0.0, now - checked)),
            Fact("updates_installed_age_seconds", max(0.0, now - installed)),
        ]


def pending(text: str) -> tuple[int, int]:
    """Return how many updates apt would install: (security, other)."""
    origins = _INST.findall(text)
    security = sum("security" in origin.lower() for origin in origins)
    return security, len(origins) - security


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


class Reboot:
    """A start is due when a package asked for it, or when a kernel was installed since this one was started."""

    def __init__(self, *, root: Path = Path("/"), booted: Callable[[], float] = psutil.boot_time) -> None:
        self._flag = root / "run/reboot-required"  # unattended-upgrades, update-notifier-common
        self._packages = root / "var/lib/dpkg/info"
        self._booted = booted

    def read(self) -> list[Fact]:
        """Return whether a start is due. SourceMissing where dpkg is not."""
        if not self._packages.is_dir():
            raise SourceMissing("no dpkg on this system")
        booted = self._booted()
        kernels = any(_changed(one) > booted for one in self._packages.glob("linux-image-*.list"))
        return [Fact("reboot_pending", float(kernels or self._flag.exists()))]
