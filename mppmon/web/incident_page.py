"""One incident with its whole history: as a page, and over the API. Also when it is closed."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.responses import HTMLResponse

from alerts.message import render as message
from alerts.model import IncidentStatus, NoticeKind
from mppmon.engine.snapshot import Snapshot
from mppmon.i18n import Speech, speech
from mppmon.mall.principal import Principal
from mppmon.store import Store, StoreError
from mppmon.web.history import History, history
from mppmon.web.history_words import sentence
from mppmon.web.house import House, house_of, principal
from mppmon.web.pages import HEADERS, Language, render
from mppmon.web.views import incident_view

HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]
router = APIRouter()
_READERS = CapacityLimiter(2)
"""So many read the database for a page at a time: each holds descriptors, and the daemon pages with the same ones."""


@router.get("/api/v1/incidents/{number}")
async def incident(number: int, house: HouseOf, who: Who) -> dict[str, object]:
    """Return an incident, open or closed, and everything that happened to it, oldest first."""
    found = await _read(number, house, who)
    return history_view(found, house.engine.snapshot)


@router.get("/incidents/{number}")
async def page(number: int, house: HouseOf, who: Who, lang: Language = "id") -> Response:
    """Return the page of an incident."""
    found = await _read(number, house, who)
    snapshot = house.engine.snapshot
    speak = speech(snapshot.loaded.mall.site.timezone)(lang)
    values = page_values(found, snapshot, speak, now=house.clock.now())
    site = snapshot.loaded.mall.site.name
    return HTMLResponse(render("incident.html", speak, {**values, "site": site, "language": lang}), headers=HEADERS)


async def _read(number: int, house: House, who: Principal) -> History:
    loaded, now = house.engine.snapshot.loaded, house.clock.now()

    def read() -> History | None:
        with Store.open(house.database, read_only=True) as store:
            return history(store, who, number, loaded, now=now)

    try:
        found = await to_thread.run_sync(read, limiter=_READERS)
    except (StoreError, OSError):
        raise HTTPException(503, "the database cannot be read now; the daemon's log says why") from None
    if found is None:
        raise HTTPException(404, f"#{number}: no incident of this number")
    return found


def history_view(found: History, snapshot: Snapshot) -> dict[str, object]:
    """Return a history as JSON: the incident as `/status` shows it, its end, and its timeline in both languages."""
    loaded = snapshot.loaded
    speak = speech(loaded.mall.site.timezone)
    incident = found.incident
    names = {one.id: one.name for one in loaded.people.values()}
    return {
        **incident_view(incident, names),
        "timezone": loaded.mall.site.timezone,
        "mended_at": _iso(incident.mended_at),
        "closed_at": _iso(incident.closed_at),
        "closed_because": incident.closed_because or None,
        "merged_into": incident.merged_into,
        "timeline": [
            {
                "at": one.at.isoformat(),
                "kind": one.kind,
                **one.detail,
                "said": {language: sentence(one, speak(language)) for language in ("id", "en")},
            }
            for one in found.entries
        ],
    }


def page_values(found: History, snapshot: Snapshot, speak: Speech, *, now: datetime) -> Mapping[str, object]:
    """Return what the page says: the message's words, how it stands, and the timeline by day."""
    incident = found.incident
    said = message(NoticeKind.PAGE, incident, speech=speak, now=now)
    person = snapshot.loaded.people.get(incident.acknowledged_by or "")
    by = person.name if person else incident.acknowledged_by or ""
    days = [
        (day, [(speak.time(one.at), one.kind, sentence(one, speak)) for one in entries])
        for day, entries in groupby(found.entries, key=lambda one: speak.date(one.at))
    ]
    over = incident.status in {IncidentStatus.MENDED, IncidentStatus.CLOSED}
    urgent = any(one.interrupted and not one.closed for one in incident.facts.stopped)
    return {
        "number": incident.number,
        "head": said.lines[0],
        "lines": said.lines[1:-1],
        "state": "over" if over else "urgent" if urgent else "routine",
        "over": over,
        "by": by,
        "merged": incident.merged_into,
        "days": days,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
