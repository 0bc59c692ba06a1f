"""The day's reports held against the simulator's log of answers given and withheld."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from mppmon.demo.scene import Missed, Scene
from mppmon.demo.simulator.from_mall import plan_of, things_of
from mppmon.demo.simulator.truth import Interval, intervals, signs
from mppmon.demo.workplace import REAL_PC
from mppmon.mall.model import Delivery, delivery_subject
from mppmon.mall.principal import SYSTEM
from mppmon.mall.uptime import intervals as believed_intervals
from mppmon.store import Store

TOLERANCE = timedelta(seconds=1)
Key = tuple[str, str]


def compare(scene: Scene) -> Mapping[str, object]:
    """Hold every interval of every service, and the sums of every agency's report, against the truth. Missed if off."""
    mall = scene.place.loaded.mall
    now = scene.clock.now()
    lines = scene.place.log.read_text(encoding="utf-8").splitlines()
    plan = plan_of(mall, things_of(scene.place.loaded, leave_out={REAL_PC}))
    confirm = max(one.confirm[-1] for one in scene.place.loaded.timings.values())
    keys = [(offer.service, counter.id) for counter in mall.counters.values() for offer in counter.offers]
    believed = believed_by(scene.database, keys, start=now - timedelta(hours=1), now=now)
    start = max(rows[0].end if rows[0].state == Delivery.UNKNOWN else rows[0].start for rows in believed.values())
    true = intervals(lines, plan, start=start, end=now, confirm=confirm, outages=scene.outages)
    edges, worst = 0, timedelta()
    for key, wanted in sorted(true.items()):
        count, off = _hold(key, clip(believed[key], start), wanted)
        edges, worst = edges + count, max(worst, off)
    _reports(scene, believed, now)
    lags = [(one.seen - one.fault.at).total_seconds() for one in signs(lines) if one.seen is not None]
    return {
        "services": len(true),
        "edges": edges,
        "worst_edge_seconds": round(worst.total_seconds(), 3),
        "lag_behind_fault_seconds": {"median": round(sorted(lags)[len(lags) // 2], 3), "max": round(max(lags), 3)},
    }


def believed_by(database: str, keys: Iterable[Key], *, start: datetime, now: datetime) -> dict[Key, list[Interval]]:
    """Return what the daemon's transitions say of these services."""
    with Store.open(database, read_only=True) as store:
        return {
            key: [
                Interval(one.start, one.end, one.state)
                for one in believed_intervals(
                    store.transitions(SYSTEM, start=start, end=now, subjects=(delivery_subject(*key),)),
                    start=start,
                    end=now,
                )
            ]
            for key in keys
        }


def clip(rows: Sequence[Interval], start: datetime) -> list[Interval]:
    """Return what of these intervals is after `start`."""
    return [Interval(max(one.start, start), one.end, one.state) for one in rows if one.end > start]


def _hold(key: Key, found: Sequence[Interval], wanted: Sequence[Interval]) -> tuple[int, timedelta]:
    """Return how many edges were believed, and by how much belief and truth are apart. Missed above TOLERANCE."""
    off = max(apart(found, wanted, sliver=TOLERANCE), apart(wanted, found, sliver=TOLERANCE))
    if off > TOLERANCE:
        raise Missed(f"{key}: off by {off}: expected {_words(wanted)}, found {_words(found)}")
    return len(found) - 1, off


def apart(some: Sequence[Interval], others: Sequence[Interval], *, sliver: timedelta = timedelta()) -> timedelta:
    """Return the largest distance in time from an instant of `some` to one of `others` in the same state.

    Intervals of `some` that last no longer than `sliver` are left out: two edges that far off may swallow one.
    """
    lasting = (one for one in some if one.end - one.start > sliver)
    return max(
        (_distance(one, [two for two in others if two.state == one.state]) for one in lasting), default=timedelta()
    )


def _distance(one: Interval, same: Sequence[Interval]) -> timedelta:
    worst, at = timedelta(), one.start
    for begin, end in [*((two.start, two.end) for two in same), (None, None)]:
        if end is not None and end <= at:
            continue
        gap_end = min(begin, one.end) if begin is not None else one.end
        if gap_end > at:
            left = max((two.end for two in same if two.end <= at), default=None)
            worst = max(worst, _farthest(at, gap_end, left, begin))
        if end is None or end >= one.end:
            break
        at = end
    return worst


def _farthest(start: datetime, end: datetime, left: datetime | None, right: datetime | None) -> timedelta:
    """Return how far an instant of `[start, end)` can be from `left` (before it) and `right` (after it)."""
    if left is None and right is None:
        return timedelta.max
    if left is None or right is None:
        return right - start if right is not None else end - (left or end)
    middle = min(max(left + (right - left) / 2, start), end)
    return min(middle - left, right - middle)


def _reports(scene: Scene, believed: Mapping[Key, Sequence[Interval]], now: datetime) -> None:
    """Hold the reports that agencies read against the transitions."""
    zone = ZoneInfo(scene.place.loaded.mall.site.timezone)
    day = now.astimezone(zone).date().isoformat()
    for agency in scene.place.loaded.mall.agencies:
        report: Mapping[str, Any] = scene.ask("GET", f"/api/v1/reports/agency/{agency}?day={day}").json()
        for line in report["services"]:
            rows = believed[line["service"], line["counter"]]
            for state in (Delivery.INTERRUPTED, Delivery.DEGRADED):
                wanted = sum(((one.end - one.start).total_seconds() for one in rows if one.state == state), 0.0)
                found = float(line["seconds"][state])
                if abs(found - wanted) > TOLERANCE.total_seconds():
                    raise Missed(
                        f"report of {agency}, {line['service']} at {line['counter']}: {found} s {state}, not {wanted}"
                    )


def _words(rows: Sequence[Interval]) -> str:
    return ", ".join(f"{one.state} from {one.start:%H:%M:%S.%f}" for one in rows)
