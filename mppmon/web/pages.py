"""The status page: phone width first, Indonesian first, rendered once per scope, language and version."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from sse_starlette import EventSourceResponse

from mppmon.engine.snapshot import Snapshot
from mppmon.i18n import Speech, speech
from mppmon.mall.principal import Principal
from mppmon.web.house import House, house_of, principal
from mppmon.web.status_page import page_of

Language = Literal["id", "en"]
HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]

router = APIRouter()
static = StaticFiles(directory=Path(__file__).parent / "static")

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'self' http://127.0.0.1:*",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("mppmon.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, speak: Speech, values: Mapping[str, object]) -> str:
    """Return a template in a language; every value is escaped where it is placed."""
    return _templates().get_template(template).render(speech=speak, _=speak._, plural=speak.plural, **values)


@lru_cache(maxsize=8)
def _live(picture: "_ByIdentity", scope: Principal, language: Language) -> str:
    snapshot = picture.snapshot
    speak = speech(snapshot.loaded.mall.site.timezone)(language)
    return render("live.html", speak, {"page": page_of(snapshot, scope, speak)})


class _ByIdentity:
    """Lets the cache know a snapshot by identity instead of comparing its maps."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __hash__(self) -> int:
        return hash(self.snapshot.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByIdentity) and other.snapshot is self.snapshot


@router.get("/")
def status(house: HouseOf, who: Who, lang: Language = "id") -> Response:
    """Return the page; its live part follows by the event stream."""
    snapshot = house.engine.snapshot
    speak = speech(snapshot.loaded.mall.site.timezone)(lang)
    live = _live(_ByIdentity(snapshot), who, lang)
    values = {"live": live, "site": snapshot.loaded.mall.site.name, "language": lang, "version": snapshot.version}
    return HTMLResponse(render("status.html", speak, values), headers=_HEADERS)


@router.get("/live")
def live(house: HouseOf, who: Who, lang: Language = "id") -> Response:
    """Return the live part of the page as it is now."""
    snapshot = house.engine.snapshot
    return HTMLResponse(_live(_ByIdentity(snapshot), who, lang), headers=_HEADERS)


@router.get("/events")
async def events(house: HouseOf, who: Who, request: Request) -> Response:  # noqa: ARG001  # known or refused
    """Stream snapshot versions and changed ids (server-sent events)."""
    return EventSourceResponse(({"data": word} async for word in house.broadcast.words()), ping=15)
