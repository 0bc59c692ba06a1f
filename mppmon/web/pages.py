"""The status page: phone width first, Indonesian first, rendered once per version, reader's scope and language."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from sse_starlette import EventSourceResponse
from starlette.types import Receive, Scope, Send

from mppmon.engine.snapshot import Snapshot
from mppmon.i18n import Speech, speech
from mppmon.mall.principal import Principal
from mppmon.web.house import House, house_of, peer_of, principal
from mppmon.web.limits import Slots
from mppmon.web.live import Word
from mppmon.web.once import Once
from mppmon.web.status_page import page_of, visible

Language = Literal["id", "en"]
HouseOf = Annotated[House, Depends(house_of)]
Who = Annotated[Principal, Depends(principal)]

router = APIRouter()

VERSION = "Mppmon-Version"
"""Header of `/live`: the life and version that its body shows."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_MAX_NAMED = 200
"""More ids than this in one word: it says that much has changed, and names none."""


class _Static(StaticFiles):
    """Asked for anew each time (304 mostly): after an upgrade no old script reads the new stream."""

    def file_response(self, *args: Any, **more: Any) -> Response:  # noqa: ANN401  # Starlette's own
        response = super().file_response(*args, **more)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


static = _Static(directory=Path(__file__).parent / "static")


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("mppmon.web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # read once: a page needs no descriptor
        trim_blocks=True,
        lstrip_blocks=True,
    )


def preload() -> None:
    """Read the templates from disk now, while descriptors can be had."""
    for name in ("live.html", "status.html", "incident.html"):
        _templates().get_template(name)


def render(template: str, speak: Speech, values: Mapping[str, object]) -> str:
    """Return a template in a language; every value is escaped where it is placed."""
    return _templates().get_template(template).render(speech=speak, _=speak._, plural=speak.plural, **values)


class _Picture:
    """A snapshot known by identity, instead of by comparing its maps."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def __hash__(self) -> int:
        return hash(self.snapshot.version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Picture) and other.snapshot is self.snapshot


@dataclass(frozen=True, slots=True)
class _View:
    picture: _Picture
    scope: Principal
    language: Language


def _render_live(view: _View) -> str:
    snapshot = view.picture.snapshot
    speak = speech(snapshot.loaded.mall.site.timezone)(view.language)
    return render("live.html", speak, {"page": page_of(snapshot, view.scope, speak)})


_rendered: Once[_View, str] = Once(_render_live, keep=8)


@router.get("/")
async def status(house: HouseOf, who: Who, lang: Language = "id") -> Response:
    """Return the page; its live part follows by the event stream."""
    now = house.clock.now()
    snapshot = house.engine.snapshot
    speak = speech(snapshot.loaded.mall.site.timezone)(lang)
    values = {
        "live": await _rendered.get(_View(_Picture(snapshot), who, lang)),
        "site": snapshot.loaded.mall.site.name,
        "language": lang,
        "version": _name(house, snapshot.version),
        "time": speak.time(now),
        "date": speak.date(now),
    }
    return HTMLResponse(render("status.html", speak, values), headers=HEADERS)


@router.get("/live")
async def live(house: HouseOf, who: Who, lang: Language = "id") -> Response:
    """Return the live part of the page as it is now."""
    snapshot = house.engine.snapshot
    body = await _rendered.get(_View(_Picture(snapshot), who, lang))
    return HTMLResponse(body, headers={**HEADERS, VERSION: _name(house, snapshot.version)})


class _Stream(EventSourceResponse):
    """An event stream that holds a slot while it lasts; 503 when none is free."""

    def __init__(self, told: AsyncIterator[dict[str, str]], slots: Slots | None) -> None:
        super().__init__(told, headers={"X-Content-Type-Options": "nosniff"})
        self._slots = slots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._slots is None:
            await super().__call__(scope, receive, send)
        elif self._slots.take():
            try:
                await super().__call__(scope, receive, send)
            finally:
                self._slots.give_back()
        else:
            busy = JSONResponse({"detail": "too many open pages"}, status_code=503, headers={"Retry-After": "10"})
            await busy(scope, receive, send)


@router.get("/events")
async def events(request: Request, house: HouseOf, who: Who, lang: Language = "id") -> Response:
    """Stream versions and changed ids (server-sent events), each with the mall's time."""
    slots = request.app.state.streams if peer_of(request).uid is None else None  # the control socket has its own cap
    return _Stream(_told(house, who, lang), slots)


async def _told(house: House, who: Principal, language: Language) -> AsyncIterator[dict[str, str]]:
    async for word in house.broadcast.words():
        yield {"data": _said(house, who, word, language, house.clock.now())}


def _said(house: House, who: Principal, word: Word, language: Language, now: datetime) -> str:
    snapshot = house.engine.snapshot
    changed = visible(snapshot, who, word.changed) if len(word.changed) <= _MAX_NAMED else ()
    time = speech(snapshot.loaded.mall.site.timezone)(language).time(now)
    return json.dumps({"version": _name(house, word.version), "time": time, "changed": sorted(changed)})


def _name(house: House, version: int) -> str:
    return f"{house.broadcast.life}.{version}"
