"""What a PC's reading says of the PC and its peripherals, whether we asked for it or it was sent."""

from datetime import datetime

from collectors.collector import Target
from collectors.observation import Observation, Outcome
from collectors.online.failure import Failed
from collectors.online.reason import Reason
from collectors.pc.clock import with_clock_error
from collectors.pc.cpu import Spent, busy_ratio, spent
from collectors.pc.machine import same
from collectors.pc.parts import split, unasked
from collectors.pc.reader import Names, Reading
from collectors.settings import AgentSettings

_RATIO = ("mppmon_pc_cpu_ratio", ())


class Seen:
    """Remembers of each check what its processors had done by then."""

    def __init__(self) -> None:
        self._spent: dict[str, Spent] = {}

    def of(self, target: Target, reading: Reading, at: datetime, seconds: float) -> Observation:
        """Return the observation; STRANGER where another machine speaks. `at`, `seconds`: the time in which it read its
        clock.
        """
        wanted, words = settings_of(target).machine_id, dict(reading.texts)
        if wanted is not None and not same(wanted, words.get("machine_id", "")):
            detail = f"another machine answers there: machine id {words.get('machine_id') or 'not told'}"
            return failed(target, Failed(Outcome.STRANGER, detail, Reason.OTHER_MACHINE), at, seconds)
        reading = with_clock_error(self._with_ratio(target.check, reading), (at.timestamp(), seconds))
        own, parts = split(target, reading, at, seconds)
        dropped = f"{own.dropped} samples dropped ({', '.join(own.lost)}): not in the inventory, or out of range"
        return Observation(
            target.check,
            target.device,
            Outcome.OK,
            at,
            seconds,
            own.schema,
            own.values,
            own.texts,
            detail=dropped if own.dropped else "",
            parts=parts,
        )

    def _with_ratio(self, check: str, reading: Reading) -> Reading:
        """Add the busy share since the reading before, where the PC only counts seconds."""
        series = reading.schema.series
        if _RATIO in series:
            return reading
        pairs = zip(series, reading.values, strict=True)
        now = spent({labels[0][1]: value for (name, labels), value in pairs if name == "mppmon_pc_cpu_seconds_total"})
        before = self._spent.pop(check, None)
        if now is None:
            return reading
        self._spent[check] = now
        ratio = busy_ratio(before, now) if before else None
        if ratio is None:
            return reading
        return reading.plus(_RATIO, ratio)


def failed(target: Target, why: Failed, at: datetime, seconds: float) -> Observation:
    """Return the observation of a PC that gave no reading: nothing is known of its peripherals either."""
    parts, check = unasked(target, at, seconds), target.check
    return Observation(
        check, target.device, why.outcome, at, seconds, detail=why.detail, parts=parts, reason=why.reason
    )


def settings_of(target: Target) -> AgentSettings:
    """Return how this PC is read. TypeError for another way's settings."""
    if not isinstance(target.settings, AgentSettings):
        raise TypeError(f"{target.check}: found {type(target.settings).__name__}, expected AgentSettings")
    return target.settings


def names_of(target: Target) -> Names:
    """Return the label values that the inventory allows this PC."""
    settings = settings_of(target)
    return Names(
        frozenset(target.parts),
        frozenset(settings.processes),
        frozenset(settings.services),
        frozenset(settings.software),
        tuple(settings.queues.items()),
        frozenset(settings.systems),
        dict(target.formerly),
    )
