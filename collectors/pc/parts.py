"""What a PC's reading says about the peripherals behind it: one observation each. Pure."""

from dataclasses import replace
from datetime import datetime

from collectors.collector import Target
from collectors.observation import EMPTY, Labels, Observation, Outcome, schema_of
from collectors.pc.reader import Reading

_PRESENT = "mppmon_pc_peripheral_present"
_SOURCE = "mppmon_pc_source_available"
RENAMED = {
    "mppmon_pc_printer_error": "mppmon_printer_error",
    "mppmon_pc_printer_jobs": "mppmon_printer_jobs",
    "mppmon_pc_printer_jobs_stopped": "mppmon_printer_jobs_stopped",
    "mppmon_pc_printer_oldest_job_seconds": "mppmon_printer_oldest_job_seconds",
}
_OWNER = "peripheral"
_Own = dict[str, list[tuple[str, Labels, float]]]


def split(target: Target, reading: Reading, at: datetime, seconds: float) -> tuple[Reading, tuple[Observation, ...]]:
    """Return the PC's own reading, and an observation per expected peripheral that holds its printer's samples.

    OK: the PC sees it. ABSENT: it looked and does not. LOCAL: it does not say (no such source, or not in its config).
    """
    present: dict[str, float] = {}
    blind: list[str] = []
    own: _Own = {part: [] for part in target.parts}
    rest: list[tuple[tuple[str, Labels], float]] = []
    for (name, labels), value in zip(reading.schema.series, reading.values, strict=True):
        owner = dict(labels).get(_OWNER, "")
        if name in RENAMED:
            if owner in own:
                own[owner].append((RENAMED[name], tuple(pair for pair in labels if pair[0] != _OWNER), value))
            continue
        if name == _PRESENT:
            present[owner] = value
        elif name == _SOURCE and value == 0:
            blind += [source for _, source in labels]
        rest.append(((name, labels), value))
    unseen = f"its PC has no source: {', '.join(blind)}" if blind else "its PC does not report it"
    parts = tuple(_part(target, part, present.get(part), own[part], unseen, at, seconds) for part in target.parts)
    schema = schema_of(tuple(series for series, _ in rest))
    return replace(reading, schema=schema, values=tuple(value for _, value in rest)), parts


def _part(
    target: Target,
    part: str,
    present: float | None,
    samples: list[tuple[str, Labels, float]],
    unseen: str,
    at: datetime,
    seconds: float,
) -> Observation:
    check = f"{part}:{target.kind}"
    if present is None:
        return Observation(check, part, Outcome.LOCAL, at, seconds, detail=unseen)
    if not present:
        return Observation(check, part, Outcome.ABSENT, at, seconds, detail="its PC does not see it")
    schema = schema_of(tuple((name, labels) for name, labels, _ in samples)) if samples else EMPTY
    return Observation(check, part, Outcome.OK, at, seconds, schema, tuple(value for _, _, value in samples))


def unasked(target: Target, at: datetime, seconds: float) -> tuple[Observation, ...]:
    """Return the observations of the peripherals of a PC that gave no reading: nothing is known about them."""
    return tuple(_part(target, part, None, [], "its PC could not be asked", at, seconds) for part in target.parts)
