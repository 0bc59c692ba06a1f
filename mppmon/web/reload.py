"""The configuration over the control socket: what a reload would change, and the reload itself."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import JSONResponse

from mppmon.mall.principal import Principal, Role
from mppmon.web.house import House, house_of, peer_of, principal

router = APIRouter(prefix="/api/v1/config")
HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]


@router.get("/plan")
async def plan(request: Request, house: HouseOf, who: Who) -> JSONResponse:
    """Return what a reload would change; 422 with the problems when what is on disk is not valid."""
    _administrator(request, who)
    return _answer(await house.settings.plan())


@router.post("/reload")
async def reload(request: Request, house: HouseOf, who: Who) -> JSONResponse:
    """Take over what is on disk. 422: it is not valid, nothing was changed; 503: the database has not taken it."""
    _administrator(request, who)
    found = await house.settings.reload(who.name)
    return _answer(found, undone=503)


def _administrator(request: Request, who: Principal) -> None:
    if peer_of(request).uid is None:
        raise HTTPException(403, "the configuration is read and taken over by the control socket only")
    who.require(who.role is Role.ADMINISTRATOR, "take over the configuration")


def _answer(found: Mapping[str, object], *, undone: int = 200) -> JSONResponse:
    if found["problems"]:
        return JSONResponse(dict(found), 422)
    return JSONResponse(dict(found), 200 if found["done"] else undone)
