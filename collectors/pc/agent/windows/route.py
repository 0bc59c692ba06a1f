"""Whether there is a way out of this network. Pure but for the kernel's answer."""

from collections.abc import Callable

from ..readers import Fact  # noqa: TID252  # the agent imports relatively only: contract D


class WayOut:
    """`look`: whether there is a route to somewhere outside."""

    def __init__(self, look: Callable[[], bool]) -> None:
        self._look = look

    def read(self) -> list[Fact]:
        """Return whether there is."""
        return [Fact("default_route", float(self._look()))]
