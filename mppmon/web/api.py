"""The API. The command line speaks it over the control socket; over TCP it is read-only until sign-in exists."""

import logging
from dataclasses import replace
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

from alerts.timeline import LONGEST_NOTE
from mppmon.config.renaming import meant
from mppmon.engine.commands import Acknowledge, AddNote, Escalate, Merge
from mppmon.mall.principal import Principal, Role
from mppmon.mall.rename import Named
from mppmon.reports import Format, ReportError
from mppmon.reports import Request as ReportRequest
from mppmon.reports.period import days
from mppmon.web.desk import Desk, DeskFull
from mppmon.web.doing import by_socket, do
from mppmon.web.house import House, house_of, principal
from mppmon.web.views import on_call_view, status_view

_log = logging.getLogger(__name__)
router = APIRouter(prefix="/api/v1")
HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]
CommandId = Annotated[str | None, Header(alias="Idempotency-Key", max_length=64)]
_REPORT_STATUS = {"refused": 403, "unknown-agency": 404, "no-config": 404, "period": 422, "request": 422}
"""What a reader may be told as it is; of every other error the log has the text."""
_REPORT_FAULT = {
    "database": (503, "the database cannot be read now; the daemon's log says why"),
    "timeout": (504, "the report took too long and was given up; ask for a shorter period"),
}
_FAILED = (500, "the report could not be made; the daemon's log says why")


@router.get("/status")
async def status(house: HouseOf, who: Who) -> dict[str, object]:
    """Return services, devices that do not function, open incidents, who is on duty."""
    return {**status_view(house.engine.snapshot, who, now=house.clock.now()), "icmp": house.icmp}


@router.get("/oncall")
async def oncall(house: HouseOf, who: Who) -> dict[str, object]:
    """Return roster -> who is on duty now and next."""
    return on_call_view(house.engine.snapshot, who, house.clock.now())


@router.post("/incidents/{number}/acknowledge")
async def acknowledge(
    number: int,
    request: Request,
    house: HouseOf,
    who: Who,
    person: Annotated[str | None, Query(alias="as", max_length=40)] = None,
    key: CommandId = None,
) -> Response:
    """Take an incident on. `as`: an administrator does it in the name of a person of `people.yaml`."""
    if person is not None:
        who = _in_the_name_of(person, who, house)
    return await do(request, Acknowledge(id=key or str(uuid4()), principal=who, incident=number))


def _in_the_name_of(person: str, who: Principal, house: House) -> Principal:
    who.require(who.role is Role.ADMINISTRATOR, "act in somebody else's name")
    loaded = house.engine.snapshot.loaded
    if person not in loaded.people:
        near = meant(loaded, Named.PERSON, person, loaded.people)
        hint = f"; did you mean {near!r}?" if near else ""
        raise HTTPException(422, f"no person {person!r} in people.yaml{hint}")
    return replace(who, person=person)


@router.post("/incidents/{number}/escalate")
async def escalate(number: int, request: Request, who: Who, key: CommandId = None) -> Response:
    """Pass an incident on to the next step of its policy."""
    return await do(request, Escalate(id=key or str(uuid4()), principal=who, incident=number))


@router.post("/incidents/{number}/merge")
async def merge(number: int, into: int, request: Request, who: Who, key: CommandId = None) -> Response:
    """Say that an incident is the same fault as another one: it goes on there."""
    return await do(request, Merge(id=key or str(uuid4()), principal=who, incident=number, into=into))


@router.post("/incidents/{number}/notes")
async def note(
    number: int,
    request: Request,
    who: Who,
    text: Annotated[str, Query(max_length=2 * LONGEST_NOTE)],
    key: CommandId = None,
) -> Response:
    """Keep a few words about an incident, for colleagues."""
    return await do(request, AddNote(id=key or str(uuid4()), principal=who, incident=number, text=text))


@router.post("/devices/{device}/poll")
async def poll(device: str, request: Request, house: HouseOf, who: Who) -> Response:
    """Poll a device now, outside its turn, and return what it said."""
    by_socket(request)
    if not who.may_act():
        raise HTTPException(403, "this role may not poll")
    if device not in house.engine.snapshot.loaded.mall.devices:
        loaded = house.engine.snapshot.loaded
        near = meant(loaded, Named.DEVICE, device, loaded.mall.devices)
        hint = f" (did you mean {near!r}?)" if near else ""
        raise HTTPException(404, f"no device {device!r} in the inventory{hint}")
    return JSONResponse(dict(await house.poll(device)))


@router.get("/reports/agency/{agency}")
async def report(  # one argument per part of the query
    request: Request,
    agency: str,
    house: HouseOf,
    who: Who,
    *,
    month: Annotated[str | None, Query(max_length=40)] = None,
    day: Annotated[str | None, Query(max_length=40)] = None,
    form: Annotated[Format, Query(alias="format")] = Format.JSON,
    language: Literal["id", "en"] = "id",
) -> Response:
    """Return what an agency delivered in a month or on a day, in service hours."""
    period = _period(month, day)
    asked = ReportRequest(
        database=house.database,
        principal=who,
        agency=agency,
        period=period,
        now=house.clock.now(),
        format=form,
        language=language,
    )
    desk: Desk = request.app.state.desk
    try:
        made = await desk.get(asked)
    except DeskFull:
        raise HTTPException(503, "many reports are being made; ask again soon", headers={"Retry-After": "10"}) from None
    except ReportError as error:
        raise _told(error) from error
    kinds = {
        Format.TABLE: "text/plain; charset=utf-8",
        Format.CSV: "text/csv; charset=utf-8",
        Format.JSON: "application/json",
    }
    return Response(made, media_type=kinds[form])


def _period(month: str | None, day: str | None) -> str:
    """Return what was asked for, if it is a period: no child is started to find that it is none."""
    word = month or day
    if word is None or (month and day) or len(word) != len("YYYY-MM" if month else "YYYY-MM-DD"):
        raise HTTPException(422, "give either month=YYYY-MM or day=YYYY-MM-DD")
    try:
        days(word)
    except ReportError as error:
        raise HTTPException(422, str(error)) from error
    return word


def _told(error: ReportError) -> HTTPException:
    """Return what a reader is told of it."""
    if error.word in _REPORT_STATUS:
        return HTTPException(_REPORT_STATUS[error.word], str(error))
    _log.error("no report: %s", error)
    status, text = _REPORT_FAULT.get(error.word, _FAILED)
    return HTTPException(status, text)
