"""The agencies' programmes: which version is installed, by dpkg's records or by a file. Nothing is started to ask."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from ..config import Programme  # noqa: TID252  # the agent imports relatively only: contract D
from . import Fact
from .version import older

_LONGEST = 64  # bytes of a version


class Software:
    """`wanted`: by the name in the metrics. `root`: `/`, or a made one."""

    def __init__(self, wanted: Mapping[str, Programme], *, root: Path = Path("/")) -> None:
        self._wanted = wanted
        self._root = root

    def read(self) -> list[Fact]:
        """Return of each programme whether it is there, its version, and whether that is too old."""
        packages = {one.package for one in self._wanted.values() if one.package is not None}
        installed = _installed(self._root / "var/lib/dpkg/status", packages) if packages else {}
        facts: list[Fact] = []
        for name, one in self._wanted.items():
            found = installed.get(one.package) if one.package is not None else self._told(one)
            facts += judged(name, one, found)
        return facts

    def _told(self, one: Programme) -> str | None:
        return None if one.file is None else first_line(self._root / one.file.relative_to("/"))


def judged(name: str, one: Programme, found: str | None) -> list[Fact]:
    """Return what is said of a programme whose version was found, or None where it is not installed."""
    its = (("software", name),)
    facts = [Fact("software_present", float(found is not None), its)]
    if found is not None:
        facts.append(Fact("software_info", 1.0, (*its, ("version", found))))
    if found is not None and one.at_least is not None:
        facts.append(Fact("software_outdated", float(older(found, one.at_least)), its))
    return facts


def first_line(file: Path) -> str | None:
    """Return the first line of a file, None when there is none. Any other OSError says nothing about the programme."""
    try:
        with file.open("rb") as opened:
            line = opened.read(_LONGEST).decode("utf-8-sig", "replace").strip().splitlines()
    except FileNotFoundError:
        return None
    return line[0].strip() if line else ""


def _installed(status: Path, packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of those packages that are installed. OSError without dpkg's records."""
    wanted = {f"Package: {one}\n": one for one in packages}
    found: dict[str, str] = {}
    current: str | None = None
    there = False
    with status.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("Package: "):
                current, there = wanted.get(line), False
            elif current is not None and line.startswith("Status: "):
                there = line.split()[-1] == "installed"
            elif current is not None and there and line.startswith("Version: "):
                found[current] = line.split()[1][:_LONGEST]
    return found
