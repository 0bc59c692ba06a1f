"""The virus scanners by Security Center and by Defender. Pure."""

from collections.abc import Callable, Mapping

from ..readers import Fact, SourceMissing  # noqa: TID252  # the agent imports relatively only: contract D
from .answer import moment, number, parsed, rows

_ON, _STATE = 0x1000, 0xF000
"""Of productState, which Microsoft does not document: its second byte is 0x10 or 0x11 when on in all products known."""


class Antivirus:
    """`look`: the answer of `scripts.ANTIVIRUS`, as it was seen last. `now`: Unix time."""

    def __init__(self, look: Callable[[], bytes], *, now: Callable[[], float]) -> None:
        self._look = look
        self._now = now

    def read(self) -> list[Fact]:
        """Return whether a scanner runs, and how old Defender's signatures are while it is the one that runs: nobody
        tells those of others. SourceMissing when neither Security Center nor Defender answers.
        """
        said = parsed(self._look())
        products = [state for one in rows(said.get("products")) if (state := number(one.get("state"))) is not None]
        defender = next(iter(rows(said.get("defender"))), {})
        enabled = defender.get("enabled") is True
        if not products and "enabled" not in defender:
            raise SourceMissing("neither Security Center nor Defender tells of an antivirus")
        running = any(state & _STATE == _ON for state in products) or (enabled and _guards(defender))
        facts = [Fact("antivirus_running", float(running))]
        made = moment(defender.get("signatures")) if enabled else None
        if made:
            facts.append(Fact("antivirus_signatures_age_seconds", max(0.0, self._now() - made)))
        return facts


def _guards(defender: Mapping[str, object]) -> bool:
    return defender.get("guards") is True
