"""Windows Update: what waits, when it last asked and installed; and whether a restart is due. Pure."""

from collections.abc import Callable

from ..readers import Fact, SourceMissing  # noqa: TID252  # the agent imports relatively only: contract D
from . import Registry
from .answer import moment, number, parsed

_BASE = r"SOFTWARE\Microsoft\Windows\CurrentVersion"
_SERVICING = rf"{_BASE}\Component Based Servicing"
_UPDATE = rf"{_BASE}\WindowsUpdate\Auto Update"
_ASKED = ((_SERVICING, "RebootPending"), (_UPDATE, "RebootRequired"))
"""Keys that are there only while a restart is due. (PendingFileRenameOperations is not asked: many programmes leave
something in it, and no restart ends it.)"""


class Updates:
    """`look`: the answer of `scripts.UPDATES`, as it was seen last. `now`: Unix time."""

    def __init__(self, look: Callable[[], bytes], *, now: Callable[[], float]) -> None:
        self._look = look
        self._now = now

    def read(self) -> list[Fact]:
        """Return pending updates by type, and the ages in seconds, as far as Windows tells. SourceMissing when it tells
        none of it (switched off by policy, or the service is disabled).
        """
        said, facts, now = parsed(self._look()), [], self._now()
        for kind in ("security", "other"):
            count = number(said.get(kind))
            if count is not None:
                facts.append(Fact("updates_pending", float(count), (("type", kind),)))
        for name, key in (("updates_checked_age_seconds", "searched"), ("updates_installed_age_seconds", "installed")):
            at = moment(said.get(key))
            if at:
                facts.append(Fact(name, max(0.0, now - at)))
        if not facts:
            raise SourceMissing("Windows Update tells nothing")
        return facts


class Reboot:
    """By the two keys that Windows makes for it."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def read(self) -> list[Fact]:
        """Return whether a restart is due. OSError where Windows' servicing is not to be read."""
        due = [wanted in self._keys(parent) for parent, wanted in _ASKED]
        return [Fact("reboot_pending", float(any(due)))]

    def _keys(self, parent: str) -> frozenset[str]:
        try:
            return frozenset(self._registry.keys(parent))
        except FileNotFoundError:
            if parent == _SERVICING:
                raise  # it is on every Windows: without it nothing is known
            return frozenset()
