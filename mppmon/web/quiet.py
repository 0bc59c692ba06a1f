"""What calls nobody now or later, as plain values: silences, and maintenance by file or by command. Staff's to read."""

from datetime import datetime, timedelta

from alerts.silence import Silence
from mppmon.engine.snapshot import Snapshot

SOON = timedelta(days=1)
"""How far ahead the status looks."""


def silences_view(snapshot: Snapshot, now: datetime) -> dict[str, object]:
    """Return the silences in force, and those that begin later; the one that ends first at the top."""
    found = [one for one in snapshot.silences if not one.planned and one.end > now]
    return {"timezone": _zone(snapshot), "silences": [_view(one, snapshot, now) for one in found]}


def maintenance_view(snapshot: Snapshot, now: datetime) -> dict[str, object]:
    """Return the maintenance that is under way or comes next, the one that begins first at the top; of one that comes
    again, its next time.
    """
    coming = {one.id.partition("@")[0]: one for one in reversed(snapshot.loaded.windows) if one.end > now}
    by_hand = [one for one in snapshot.silences if one.planned and one.end > now]
    found = sorted((*coming.values(), *by_hand), key=lambda one: (one.start, one.id))
    return {"timezone": _zone(snapshot), "windows": [_view(one, snapshot, now) for one in found]}


def quiet_view(snapshot: Snapshot, now: datetime) -> list[dict[str, object]]:
    """Return what is in force now or begins within SOON, the one that begins first at the top."""
    windows = [one for one in snapshot.loaded.windows if now < one.end and one.start < now + SOON]
    by_hand = [one for one in snapshot.silences if now < one.end and one.start < now + SOON]
    found = sorted((*windows, *by_hand), key=lambda one: (one.start, one.id))
    return [_view(one, snapshot, now) for one in found]


def _zone(snapshot: Snapshot) -> str:
    return snapshot.loaded.mall.site.timezone


def _view(one: Silence, snapshot: Snapshot, now: datetime) -> dict[str, object]:
    person = snapshot.loaded.people.get(one.author)
    return {
        "id": one.id,
        "match": {label: list(values) for label, values in one.match},
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
        "author": one.author,
        "author_name": person.name if person is not None else one.author,
        "reason": one.reason,
        "name": one.name,
        "planned": one.planned,
        "under_way": one.start <= now,
    }
