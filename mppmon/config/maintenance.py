"""Maintenance windows -> plain intervals of UTC, for the same days as the service hours.

A window is written on the mall's clock. `end` is a time of that clock, whatever it was turned by meanwhile; `duration`
is time that passes. So on the day on which clocks are turned, 22:00 to 02:00 still ends at two, and two hours are two
hours.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.silence import RULE, Silence
from alerts.span import quiet_span
from mppmon.config.hours import AHEAD, BACK
from mppmon.config.settings_maintenance import MaintenanceFile, MatchSettings, WindowSettings, local, recurrence
from mppmon.mall.calendar import instant
from mppmon.mall.impact import Index
from mppmon.mall.model import Mall, Span, delivery_subject
from mppmon.mall.topology import below

OWN = frozenset({"channel", "person", "way"})
"""Labels that only alerts about mppmon itself have: a channel that fails, a person it does not reach."""
CONFIG = "config"
"""Who made a window that stands in `maintenance.yaml`."""


def resolve_windows(file: MaintenanceFile, *, zone: ZoneInfo, today: date) -> tuple[Silence, ...]:
    """Return every interval of every window that touches the days from 13 months back to 2 ahead, by their start."""
    first = datetime.combine(today - BACK, time())
    last = datetime.combine(today + AHEAD, time())
    found = [
        Silence(
            id=f"{slug}@{start.astimezone(UTC):%Y%m%dT%H%MZ}",
            match=match_of(window.match),
            start=start,
            end=end,
            author=CONFIG,
            reason=window.reason,
            name=window.name,
            planned=True,
        )
        for slug, window in file.windows.items()
        for start, end in _intervals(window, zone, first, last)
    ]
    return tuple(sorted(found, key=lambda one: (one.start, one.id)))


def match_of(match: MatchSettings) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what a window covers, as a silence says it."""
    values = {name: tuple(str(one) for one in getattr(match, name)) for name in MatchSettings.model_fields}
    return tuple((name, accepted) for name, accepted in values.items() if accepted)


def covered(one: Silence, mall: Mall) -> frozenset[str]:
    """Return the devices that a silence or window speaks of, whatever its rules; none where it speaks of a part of
    mppmon itself.
    """
    match = dict(one.match)
    if match.keys() & OWN:
        return frozenset()
    return frozenset(
        device.id
        for device in mall.devices.values()
        if all(
            word in match.get(label, (word,))
            for label, word in (
                ("device", device.id),
                ("kind", device.kind.value),
                ("agency", device.agency or ""),
                ("place", device.place),
            )
        )
    )


def services_of(one: Silence, mall: Mall) -> frozenset[str]:
    """Return the services at counters that hang on what a window covers; none where it covers single rules only."""
    if any(label == RULE for label, _ in one.match):
        return frozenset()
    devices = covered(one, mall)
    reached = {device for above in devices for device in (above, *below(mall, above))}
    return frozenset(delivery_subject(*key) for key in Index(mall).affected(reached))


def planned_times(windows: Iterable[Silence], mall: Mall) -> dict[str, tuple[Span, ...]]:
    """Return `Mall.planned` of these windows."""
    found: dict[str, list[Span]] = {}
    services: dict[object, frozenset[str]] = {}
    for one in windows:
        if one.match not in services:
            services[one.match] = services_of(one, mall)
        for subject in services[one.match]:
            found.setdefault(subject, []).append(Span(one.start, one.end))
    return {subject: tuple(spans) for subject, spans in found.items()}


def _intervals(
    window: WindowSettings, zone: ZoneInfo, first: datetime, last: datetime
) -> Iterator[tuple[datetime, datetime]]:
    wall = local(window.start)
    shown = local(window.end) - wall if window.end is not None else None
    passes = quiet_span(window.duration) if window.duration is not None else timedelta()
    for at in _starts(window, wall, first - (shown or passes), last):
        start = instant(at.date(), at.time(), zone)
        if shown is None:
            end = start + passes
        else:
            until = at + shown
            end = instant(until.date(), until.time(), zone)
        if start < end:  # it may lie within the hour that clocks jumped over
            yield start, end


def _starts(window: WindowSettings, wall: datetime, first: datetime, last: datetime) -> list[datetime]:
    until = min(last, local(window.until)) if window.until is not None else last
    if window.repeat is None:
        return [wall] if first <= wall <= until else []
    return list(recurrence(window.repeat, wall, until).between(first, until, inc=True))
