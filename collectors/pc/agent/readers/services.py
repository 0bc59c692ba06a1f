"""Services by systemd."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from . import SourceMissing
from .command import output

_BOOTED = Path("/run/systemd/system")  # sd_booted(3)


class Systemd:
    """Asks `systemctl is-active`, once for all units. `run` and `booted` are the seams of its tests."""

    def __init__(self, run: Callable[[Sequence[str]], str] = output, booted: Path = _BOOTED) -> None:
        self._run = run
        self._booted = booted

    def running(self, wanted: Collection[str]) -> Collection[str]:
        """Return the wanted units that are active. SourceMissing where systemd does not run."""
        if not self._booted.is_dir():
            raise SourceMissing("systemd is not running")
        units = sorted(wanted)
        if not units:
            return set()
        states = self._run(["systemctl", "is-active", "--", *units]).split()
        if len(states) != len(units):
            raise SourceMissing(f"systemctl: {len(states)} answers for {len(units)} units")
        return {unit for unit, state in zip(units, states, strict=True) if state in {"active", "reloading"}}
