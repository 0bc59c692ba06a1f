"""The API. The command line speaks it over the control socket; over TCP it is read-only until sign-in exists."""

import asyncio
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

from mppmon.engine.commands import Acknowledge, Answer, Command, Escalate
from mppmon.mall.principal import Principal
from mppmon.reports import Format, ReportError, run_report_async
from mppmon.reports import Request as ReportRequest
from mppmon.store import StoreError
from mppmon.web.house import House, house_of, principal
from mppmon.web.views import on_call_view, status_view

router = APIRouter(prefix="/api/v1")
HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]
CommandId = Annotated[str | None, Header(alias="Idempotency-Key", max_length=64)]
_REPORT_STATUS = {"refused": 403, "unknown-agency": 404, "no-config": 404, "period": 422, "request": 422}
_STATUS = {"ok": 200, "already": 409, "unknown-incident": 404, "refused": 403}


@router.get("/status")
async def status(house: HouseOf, who: Who) -> dict[str, object]:
    """Return services, devices that do not function, open incidents, who is on duty."""
    return status_view(house.engine.snapshot, who)


@router.get("/oncall")
async def oncall(house: HouseOf, who: Who) -> dict[str, object]:
    """Return roster -> who is on duty now and next."""
    return on_call_view(house.engine.snapshot, who, house.clock.now())


@router.post("/incidents/{number}/acknowledge")
async def acknowledge(number: int, request: Request, house: HouseOf, who: Who, key: CommandId = None) -> Response:
    """Take an incident on."""
    return await _do(request, house, Acknowledge(id=key or str(uuid4()), principal=who, incident=number))


@router.post("/incidents/{number}/escalate")
async def escalate(number: int, request: Request, house: HouseOf, who: Who, key: CommandId = None) -> Response:
    """Pass an incident on to the next step of its policy."""
    return await _do(request, house, Escalate(id=key or str(uuid4()), principal=who, incident=number))


@router.post("/devices/{device}/poll")
async def poll(device: str, request: Request, house: HouseOf, who: Who) -> Response:
    """Poll a device now, outside its turn, and return what it said."""
    _by_socket(request)
    if not who.may_act():
        raise HTTPException(403, "this role may not poll")
    if device not in house.engine.snapshot.loaded.mall.devices:
        raise HTTPException(404, f"no device {device!r} in the inventory")
    return JSONResponse(dict(await house.poll(device)))


@router.get("/reports/agency/{agency}")
async def report(
    agency: str,
    house: HouseOf,
    who: Who,
    *,
    month: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}$")] = None,
    day: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}$")] = None,
    form: Annotated[Format, Query(alias="format")] = Format.JSON,
    language: Literal["id", "en"] = "id",
) -> Response:
    """Return what an agency delivered in a month or on a day, in service hours."""
    period = month or day
    if period is None or (month and day):
        raise HTTPException(422, "give either month=YYYY-MM or day=YYYY-MM-DD")
    request = ReportRequest(
        database=house.database,
        principal=who,
        agency=agency,
        period=period,
        now=house.clock.now(),
        format=form,
        language=language,
    )
    try:
        made = await run_report_async(request)
    except ReportError as error:
        raise HTTPException(_REPORT_STATUS.get(error.word, 500), str(error)) from error
    kinds = {
        Format.TABLE: "text/plain; charset=utf-8",
        Format.CSV: "text/csv; charset=utf-8",
        Format.JSON: "application/json",
    }
    return Response(made, media_type=kinds[form])


async def _do(request: Request, house: House, command: Command) -> Response:
    _by_socket(request)
    try:
        answer: Answer = await asyncio.wrap_future(house.engine.submit(command))
    except StoreError as error:
        raise HTTPException(503, f"nothing was changed, try again: {error}") from error
    return JSONResponse(
        {"ok": answer.ok, "code": answer.code, "text": answer.text}, status_code=_STATUS.get(answer.code, 400)
    )


def _by_socket(request: Request) -> None:
    """Refuse changes over TCP: until sign-in exists nobody there is known by name."""
    if request.state.peer.uid is None:
        raise HTTPException(403, "changes are made by the control socket or by Telegram until sign-in exists")
