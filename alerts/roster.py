"""Who is on call: instants of hand-over in, shifts out. Pure; time zones were resolved by the caller.

Turn `i` is `[boundaries[i], boundaries[i + 1])` and belongs to `members[i % len(members)]`: the first boundary is the
first member's first hand-over, the last one ends the last turn that was resolved. Outside of them nobody is on call.
"""

from bisect import bisect_right
from datetime import datetime

from alerts.model import Rotation


def on_call(rotation: Rotation, at: datetime) -> str | None:
    """Return the id of the person on call at this instant, None outside the resolved turns (the policy falls back)."""
    turn = bisect_right(rotation.boundaries, at) - 1
    if turn < 0 or turn >= len(rotation.boundaries) - 1 or not rotation.members:
        return None
    return rotation.members[turn % len(rotation.members)]


def shifts(rotation: Rotation, start: datetime, end: datetime) -> list[tuple[datetime, datetime, str]]:
    """Return `(start, end, person)` of every turn that touches `[start, end)`, cut to it, in order."""
    found = []
    first = max(0, bisect_right(rotation.boundaries, start) - 1)
    for begin, over in zip(rotation.boundaries[first:], rotation.boundaries[first + 1 :], strict=False):
        if begin >= end:
            break
        person = on_call(rotation, begin)
        if person is not None and over > start:
            found.append((max(begin, start), min(over, end), person))
    return found
