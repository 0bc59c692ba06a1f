"""Silences and maintenance windows over the API."""

from datetime import datetime
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response

from mppmon.config.settings_maintenance import local
from mppmon.engine.commands import Hush, Speak
from mppmon.mall.calendar import instant
from mppmon.mall.principal import Principal
from mppmon.web.api import CommandId
from mppmon.web.doing import do
from mppmon.web.house import House, house_of, principal
from mppmon.web.quiet import maintenance_view, silences_view

router = APIRouter(prefix="/api/v1/silences")
maintenance = APIRouter(prefix="/api/v1/maintenance")
HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]
Names = Annotated[list[str], Query(max_length=100)]


@router.get("")
async def silences(house: HouseOf, who: Who) -> dict[str, object]:
    """Return the silences in force, the one that ends first at the top. They are staff's to read."""
    who.require(who.sees_all, "read silences")
    return silences_view(house.engine.snapshot, house.clock.now())


@maintenance.get("")
async def windows(house: HouseOf, who: Who) -> dict[str, object]:
    """Return the maintenance that is under way or comes next, the one that begins first at the top; of one that comes
    again, its next time. It is staff's to read.
    """
    who.require(who.sees_all, "read maintenance windows")
    return maintenance_view(house.engine.snapshot, house.clock.now())


@router.post("")
async def add(  # one argument per part of the wish
    request: Request,
    house: HouseOf,
    who: Who,
    *,
    seconds: float,
    reason: Annotated[str, Query(max_length=2000)],  # how long it may be, the engine says in words
    device: Names = [],  # noqa: B006  # FastAPI's way of saying that there may be none
    rule: Names = [],  # noqa: B006  # likewise
    kind: Names = [],  # noqa: B006  # likewise
    agency: Names = [],  # noqa: B006  # likewise
    place: Names = [],  # noqa: B006  # likewise
    channel: Names = [],  # noqa: B006  # likewise; of alerts about the daemon itself, as the two below
    person: Names = [],  # noqa: B006  # likewise
    way: Names = [],  # noqa: B006  # likewise
    start: Annotated[str | None, Query(max_length=40)] = None,
    name: Annotated[str, Query(max_length=2000)] = "",
    planned: bool = False,
    key: CommandId = None,
) -> Response:
    """Begin a silence, or a maintenance window (`planned`); its id is the answer's text.

    `start`: by the mall's clock, such as `2026-11-29 20:00`; left out: now.
    """
    mall = {"agency": agency, "device": device, "kind": kind, "place": place, "rule": rule}
    wanted = {**mall, "channel": channel, "person": person, "way": way}
    match = tuple((label, tuple(sorted(set(values)))) for label, values in wanted.items() if values)
    at = _at(start, house.engine.snapshot.loaded.mall.site.timezone) if start is not None else None
    wish = Hush(
        id=key or str(uuid4()),
        principal=who,
        match=match,
        seconds=seconds,
        reason=reason,
        start=at,
        name=name,
        planned=planned,
    )
    return await do(request, wish)


def _at(text: str, zone: str) -> datetime:
    try:
        wall = local(text)
    except ValueError as error:
        raise HTTPException(422, f"start: found {text!r}, expected {error}") from error
    return instant(wall.date(), wall.time(), ZoneInfo(zone))


@router.post("/{silence}/end")
async def end(  # one argument per part of the request
    silence: str, request: Request, who: Who, *, planned: bool | None = None, key: CommandId = None
) -> Response:
    """End a silence now. `planned`: whether it has to be maintenance (left out: either)."""
    return await do(request, Speak(id=key or str(uuid4()), principal=who, silence=silence, planned=planned))
