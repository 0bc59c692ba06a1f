"""Silences over the API."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request, Response

from alerts.silence import Silence
from mppmon.engine.commands import Hush, Speak
from mppmon.mall.principal import Principal
from mppmon.web.api import CommandId
from mppmon.web.doing import do
from mppmon.web.house import House, house_of, principal

router = APIRouter(prefix="/api/v1/silences")
HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]
Names = Annotated[list[str], Query(max_length=100)]


@router.get("")
async def silences(house: HouseOf, who: Who) -> dict[str, object]:
    """Return the silences in force, the one that ends first at the top. They are staff's to read."""
    who.require(who.sees_all, "read silences")
    names = {one.id: one.name for one in house.engine.snapshot.loaded.people.values()}
    return {"silences": [_view(one, names) for one in house.engine.snapshot.silences]}


@router.post("")
async def add(  # one argument per part of the wish
    request: Request,
    who: Who,
    *,
    seconds: Annotated[float, Query(gt=0)],
    reason: Annotated[str, Query(max_length=200)],
    device: Names = [],  # noqa: B006  # FastAPI's way of saying that there may be none
    rule: Names = [],  # noqa: B006  # likewise
    kind: Names = [],  # noqa: B006  # likewise
    agency: Names = [],  # noqa: B006  # likewise
    key: CommandId = None,
) -> Response:
    """Begin a silence; its id is the answer's text."""
    wanted = {"agency": agency, "device": device, "kind": kind, "rule": rule}
    match = tuple((label, tuple(sorted(set(values)))) for label, values in wanted.items() if values)
    return await do(request, Hush(id=key or str(uuid4()), principal=who, match=match, seconds=seconds, reason=reason))


@router.post("/{silence}/end")
async def end(silence: str, request: Request, who: Who, key: CommandId = None) -> Response:
    """End a silence now."""
    return await do(request, Speak(id=key or str(uuid4()), principal=who, silence=silence))


def _view(one: Silence, names: dict[str, str]) -> dict[str, object]:
    return {
        "id": one.id,
        "match": {label: list(values) for label, values in one.match},
        "start": one.start.isoformat(),
        "end": one.end.isoformat(),
        "author": one.author,
        "author_name": names.get(one.author, one.author),
        "reason": one.reason,
    }
