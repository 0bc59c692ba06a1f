"""For machines: `/metrics`, `/healthz`, `/readyz`."""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from mppmon.mall.principal import Principal
from mppmon.web.house import House, house_of, principal

router = APIRouter()
_BLOCK = 65_536  # bytes
HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]


@router.get("/metrics")
def metrics(house: HouseOf, who: Who) -> Response:
    """Return everything for Prometheus, from cached chunks. Of all agencies at once, hence none may read it."""
    who.require(who.sees_all, "read the metrics")
    pieces = house.metrics()
    length = {"Content-Length": str(sum(map(len, pieces)))}
    return StreamingResponse(_blocks(pieces), media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=length)


async def _blocks(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    """Yield the page in blocks: with 1,000 devices it is 7 MB, of which no second copy is wanted."""
    block: list[bytes] = []
    size = 0
    for piece in pieces:
        block.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield b"".join(block)
            block, size = [], 0
    yield b"".join(block)


@router.get("/healthz")
async def healthz() -> Response:
    """Say that the process answers; nothing else is looked at."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def readyz(house: HouseOf, _: Who) -> Response:
    """Say whether every part does its work: 200 or 503. `now`: by the daemon's clock, which the demo's is not ours."""
    parts = dict(house.ready())
    said = {"ready": all(parts.values()), "parts": parts, "now": house.clock.now().isoformat()}
    return JSONResponse(said, status_code=200 if all(parts.values()) else 503)
