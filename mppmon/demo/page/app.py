"""The demo's web application, on loopback only. A GET shows; what changes something is a POST from this very page."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import httpx
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi import Path as Parameter
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, PackageLoader, StrictUndefined
from pydantic import BaseModel, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from mppmon.demo.page.report import NoReport, ask
from mppmon.demo.page.scenes import bubbles, letters, others, since, talks
from mppmon.demo.page.stage import Stage
from mppmon.demo.page.troubles import troubles
from mppmon.demo.simulator.launch import ControlRefused
from mppmon.i18n import Speech

Language = Literal["id", "en"]
_HOSTS = ["localhost", "127.0.0.1"]
router = APIRouter()


def create_app(stage: Stage) -> FastAPI:
    """Return the application of this demo."""
    app = FastAPI(title="mppmon demo", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.stage = stage
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    return app


def stage_of(request: Request) -> Stage:
    """Return the demo (a FastAPI dependency)."""
    stage = request.app.state.stage
    assert isinstance(stage, Stage)  # noqa: S101  # set by create_app
    return stage


def from_here(request: Request) -> None:
    """Refuse a change that another site's page asks for (a FastAPI dependency): browsers name the origin."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(403, f"found origin {origin}, expected this page")


StageOf = Annotated[Stage, Depends(stage_of)]
Key = Annotated[str, Parameter(pattern=r"^[a-z-]{1,40}@[a-z0-9-]{1,40}$")]
Here = Depends(from_here)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("mppmon.demo.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(template: str, speak: Speech, values: Mapping[str, object]) -> str:
    words = {"_": speak._, "plural": speak.plural, "language": speak.language}
    return _templates().get_template(template).render(**words, **values)


@router.get("/")
def page(request: Request, stage: StageOf, lang: Language = "id") -> Response:
    """Return the page; its parts follow by `/parts`."""
    port = stage.place.ports.web
    mall = stage.place.loaded.mall
    values = {
        "site": mall.site.name,
        "agencies": [(one.id, one.short) for one in mall.agencies.values()],
        "mall_url": f"http://{request.url.hostname}:{port}/?lang={lang}",
    }
    frames = f"http://127.0.0.1:{port} http://localhost:{port}"
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
        f"frame-src {frames}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return HTMLResponse(_render("page.html", stage.speak(lang), values), headers=headers)


@router.get("/parts")
def parts(stage: StageOf, lang: Language = "id", chat: str = "") -> Response:
    """Return each part of the page as it is now, as HTML, and what the script needs to know."""
    speak, now = stage.speak(lang), stage.clock.now()
    loaded = stage.place.loaded
    unreachable = False
    active, messages, mails = [], [], []
    try:
        active = stage.control.get("/faults")["active"]
        messages = stage.control.get("/chat")["messages"]
        mails = stage.control.get("/mailbox")["mails"]
    except (httpx.HTTPError, ControlRefused):
        unreachable = True
    people = talks(loaded, messages, now)
    chosen = next((one for one in people if one.chat == chat), people[0])
    offered = troubles(speak)
    lasting = since(active, now, speak)
    shown: dict[str, dict[str, object]] = {
        "monitor": {"monitor": stage.monitor, "dead": stage.dead, "unreachable": unreachable},
        "faults": {"offered": offered, "lasting": lasting, "others": others(active, offered)},
        "talks": {"talks": people, "chosen": chosen},
        "chat": {
            "chosen": chosen,
            "bubbles": bubbles(messages, chosen.chat, speak),
            "cut": any(one["fault"] == "uplink-off" for one in active),
        },
        "mail": {"letters": letters(mails, loaded.people, speak)},
    }
    return JSONResponse(
        {
            "parts": {name: _render(f"{name}.html", speak, values) for name, values in shown.items()},
            "clock": f"{speak.date(now)} · {speak.time(now)}",
            "running": stage.monitor.condition.value == "running",
            "counts": {"faults": len(active), "chat": len(messages), "mail": len(mails)},
        },
        headers={"Cache-Control": "no-store"},
    )


@router.get("/report")
async def report(stage: StageOf, agency: str, lang: Language = "id") -> Response:
    """Return an agency's report of the demo's day as HTML."""
    if agency not in stage.place.loaded.mall.agencies:
        raise HTTPException(404, f"no agency {agency!r}")
    speak = stage.speak(lang)
    try:
        found = await ask(stage.place.ports.web, agency, stage.clock.now(), speak)
    except NoReport:
        found = None
    return HTMLResponse(_render("report.html", speak, {"report": found}), headers={"Cache-Control": "no-store"})


class Press(BaseModel):
    """A button of a message."""

    message: int
    data: str = Field(max_length=64)


@router.post("/chat/press", dependencies=[Here])
def press(stage: StageOf, given: Press) -> Response:
    """Press a button in the chat."""
    return _do(lambda: stage.control.post("/chat/press", given.model_dump()))


@router.post("/faults/{key}/{deed}", dependencies=[Here])
def fault(stage: StageOf, key: Key, deed: Literal["begin", "mend"]) -> Response:
    """Begin or mend a fault, `fault@device`."""
    name, _, device = key.partition("@")
    act = stage.control.begin if deed == "begin" else stage.control.mend
    return _do(lambda: act(name, device))


@router.post("/mend", dependencies=[Here])
def mend(stage: StageOf) -> Response:
    """Mend everything."""
    return _do(stage.control.mend)


@router.post("/monitor/kill", dependencies=[Here])
async def kill(stage: StageOf) -> Response:
    """Kill the daemon, as a power cut would."""
    await stage.monitor.kill()
    return Response(status_code=204)


@router.post("/monitor/start", dependencies=[Here])
async def start(stage: StageOf) -> Response:
    """Start the daemon again."""
    await stage.monitor.start()
    return Response(status_code=204)


def _do(deed: Callable[[], object]) -> Response:
    """Do something at the simulator; say what it says when it does not."""
    try:
        deed()
    except ControlRefused as refused:
        raise HTTPException(409, str(refused)) from refused
    except httpx.HTTPError as error:
        raise HTTPException(502, f"the simulator does not answer: {error}") from error
    return Response(status_code=204)
