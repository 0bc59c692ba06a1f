"""Windows' services by their short names, such as `Spooler`. Pure."""

from collections.abc import Callable, Collection


class Services:
    """`state`: of one service, in the words of psutil; None when there is none of that name."""

    def __init__(self, state: Callable[[str], str | None]) -> None:
        self._state = state

    def running(self, wanted: Collection[str]) -> Collection[str]:
        """Return the wanted that run. OSError or psutil.Error when the service control manager does not say."""
        return {name for name in wanted if self._state(name) == "running"}
