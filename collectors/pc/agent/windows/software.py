"""The agencies' programmes: what the list of installed apps says of their versions, or a file."""

from collections.abc import Mapping

from ..config import Programme  # noqa: TID252  # the agent imports relatively only: contract D
from ..readers import Fact  # noqa: TID252  # likewise
from ..readers.software import first_line, judged  # noqa: TID252  # likewise
from . import Registry

_LISTS = (
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
    r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",  # of 32 bits
)
_LONGEST = 64


class Software:
    """`wanted`: by the name in the metrics; `package` is the name in the list of apps, in any case."""

    def __init__(self, wanted: Mapping[str, Programme], registry: Registry) -> None:
        self._wanted = wanted
        self._registry = registry

    def read(self) -> list[Fact]:
        """Return of each programme whether it is there, its version, and whether that is too old. What a user installed
        for himself alone is not seen. OSError when the list cannot be read.
        """
        needs_list = any(one.package is not None for one in self._wanted.values())
        installed = self._installed() if needs_list else {}
        facts: list[Fact] = []
        for name, one in self._wanted.items():
            if one.package is not None:
                found = installed.get(one.package.lower())
            else:
                found = first_line(one.file) if one.file is not None else None
            facts += judged(name, one, found)
        return facts

    def _installed(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for place in _LISTS:
            for key in self._keys(place):
                try:
                    values = self._registry.values(rf"{place}\{key}")
                except OSError:
                    continue  # removed meanwhile
                name, version = values.get("DisplayName"), values.get("DisplayVersion", "")
                if isinstance(name, str) and isinstance(version, str):
                    found.setdefault(name.strip().lower(), version.strip()[:_LONGEST])
        return found

    def _keys(self, place: str) -> list[str]:
        try:
            return list(self._registry.keys(place))
        except FileNotFoundError:
            if place == _LISTS[0]:
                raise  # it is on every Windows
            return []
