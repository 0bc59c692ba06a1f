"""Versions: Python, SQLite, mppmon and what it depends on."""

import platform
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement

from mppmon.doctor.bound import in_thread
from mppmon.doctor.case import Case
from mppmon.doctor.finding import Finding, bad, few, fine, warn

_PROGRAM, _PACKAGES = "versions", "packages"
_PYTHON = (3, 11)
_SQLITE = (3, 35)
"""The oldest SQLite that is tried: UPSERT, `-wal` that read-only users can read, RETURNING."""


async def check_versions(case: Case) -> Sequence[Finding]:
    """Compare what is installed with what is needed."""
    running = case.daemon.version
    return await in_thread(lambda: [_program(running), _packages()])


def _program(running: str) -> Finding:
    python = tuple(map(int, platform.python_version_tuple()[:2]))
    return judge_program(version("mppmon"), running, python, sqlite3.sqlite_version_info)


def judge_program(ours: str, running: str, python: tuple[int, ...], sqlite: tuple[int, ...]) -> Finding:
    """Return whether these work together. `running`: the daemon's version, empty when it is not known."""
    words = f"mppmon {ours}, Python {_dotted(python)}, SQLite {_dotted(sqlite)}"
    if python < _PYTHON or sqlite < _SQLITE:
        cure = (
            f"install Python {_dotted(_PYTHON)} or newer with SQLite {_dotted(_SQLITE)} or newer (Debian 12 has both)"
        )
        return bad(_PROGRAM, f"too old: {words}", cure)
    if running and running != ours:
        return warn(_PROGRAM, f"{words}; the daemon that runs is still {running}", "systemctl restart mppmon")
    return fine(_PROGRAM, words)


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))


def _packages() -> Finding:
    return judge_packages(requires("mppmon") or [], version)


def judge_packages(wanted: Sequence[str], installed: Callable[[str], str]) -> Finding:
    """Return whether every dependency is there in a version that mppmon allows. `installed`: name -> version, or
    PackageNotFoundError.
    """
    needs = [one for one in map(Requirement, wanted) if one.marker is None or one.marker.evaluate({"extra": ""})]
    wrong = list(_wrong(needs, installed))
    if wrong:
        cure = "install what the lock file names: pip install --require-hashes -r requirements.lock"
        return bad(_PACKAGES, few(wrong), cure)
    return fine(_PACKAGES, f"{len(needs)} installed, each in a version that is allowed")


def _wrong(needs: Sequence[Requirement], installed: Callable[[str], str]) -> Iterator[str]:
    for need in needs:
        try:
            found = installed(need.name)
        except PackageNotFoundError:
            yield f"{need.name} is missing"
            continue
        if not need.specifier.contains(found, prereleases=True):
            yield f"{need.name} is {found}, expected {need.specifier}"
