"""The demo's web application, on loopback only. A GET shows; what changes something is a POST from this very page."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import httpx
from fastapi import APIRouter, FastAPI, HTTPException, Request, Response
from fastapi import Path as Parameter
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from mppmon.demo.page.asked import Here, Language, StageOf
from mppmon.demo.page.render import document, render
from mppmon.demo.page.report import NoReport, ask
from mppmon.demo.page.scenes import bubbles, letters, others, since, talks
from mppmon.demo.page.tour import Tour
from mppmon.demo.page.tour import router as tour_router
from mppmon.demo.page.troubles import troubles
from mppmon.demo.simulator.launch import ControlRefused
from mppmon.demo.typed import demo_command

_HOSTS = ["localhost", "127.0.0.1"]
router = APIRouter()


def create_app(tour: Tour) -> FastAPI:
    """Return the application of this demo."""
    app = FastAPI(title="mppmon demo", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.stage, app.state.tour = tour.stage, tour
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)
    app.include_router(tour_router)
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    return app


Key = Annotated[str, Parameter(pattern=r"^[a-z-]{1,40}@[a-z0-9-]{1,40}$")]


@router.get("/play")
def page(request: Request, stage: StageOf, lang: Language = "id") -> Response:
    """Return the page of the free play; its parts follow by `/parts`."""
    agencies = [(one.id, one.short) for one in stage.place.loaded.mall.agencies.values()]
    return document("page.html", request, stage, lang, {"agencies": agencies})


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
        "faults": {
            "offered": offered,
            "lasting": lasting,
            "others": others(active, offered),
            "typed": demo_command(stage.place.root),
        },
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
            "parts": {name: render(f"{name}.html", speak, values) for name, values in shown.items()},
            "clock": f"{speak.date(now)} · {speak.time(now)}",
            "running": stage.monitor.condition.value == "running",
            "counts": {"faults": len(active), "chat": len(messages), "mail": len(mails)},
        },
        headers={"Cache-Control": "no-store"},
    )


@router.get("/report")
async def report(stage: StageOf, agency: str, lang: Language = "id", *, brief: bool = False) -> Response:
    """Return an agency's report of the demo's day as HTML; `brief`: for a narrow place."""
    if agency not in stage.place.loaded.mall.agencies:
        raise HTTPException(404, f"no agency {agency!r}")
    speak = stage.speak(lang)
    try:
        found = await ask(stage.place.ports.web, agency, stage.clock.now(), speak)
    except NoReport:
        found = None
    template = "tour_report.html" if brief else "report.html"
    return HTMLResponse(render(template, speak, {"report": found}), headers={"Cache-Control": "no-store"})


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
