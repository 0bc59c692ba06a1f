"""How wrong a PC's clock is, by ours. Pure."""

from collectors.observation import Series
from collectors.pc.reader import Reading

ERROR: Series = ("mppmon_pc_clock_error_seconds", ())
_THEIRS: Series = ("mppmon_pc_time_seconds", ())


def with_clock_error(reading: Reading, asked: tuple[float, float]) -> Reading:
    """Add by how many seconds its clock is wrong at the least, either way. `asked`: Unix time and how long the answer
    took; it read its clock somewhere in between, so that much is no error.
    """
    if _THEIRS not in reading.schema.series:
        return reading
    theirs = reading.values[reading.schema.series.index(_THEIRS)]
    began, seconds = asked
    return reading.plus(ERROR, max(0.0, began - theirs, theirs - (began + seconds)))
