"""The one ASGI application: status page, API, event stream, probes; for the loopback port and the control socket."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from mppmon.mall.principal import Refused
from mppmon.web import api, canaries, incident_page, pages, probes, reload, silences
from mppmon.web.desk import Desk
from mppmon.web.house import House
from mppmon.web.limits import Limits, Slots
from mppmon.web.pending import Pending

_HOSTS = ["localhost", "127.0.0.1", "[::1]", "mppmon"]
"""Names a browser may know us by: a foreign name that resolves to loopback (DNS rebinding) is refused."""


_SHOWN = 60  # characters of what was found


def create_app(house: House, *, limits: Limits | None = None) -> FastAPI:
    """Return the application of this house."""
    limits = limits or Limits()
    pages.preload()
    app = FastAPI(title="mppmon", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    app.state.house = house
    app.state.streams = Slots(limits.streams)
    app.state.desk = Desk(limits)
    app.state.pending = Pending(house.engine.submit, limits)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(Exception, _failed)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)
    for router in (
        probes.router,
        api.router,
        canaries.router,
        reload.router,
        silences.router,
        silences.maintenance,
        incident_page.router,
        pages.router,
    ):
        app.include_router(router)
    app.mount("/static", pages.static)
    return app


async def _refused(_: Request, refusal: Exception) -> Response:
    return JSONResponse({"detail": str(refusal)}, status_code=403)


async def _unreadable(_: Request, error: Exception) -> Response:
    """Say in words what part of a request is not as it has to be; of what was found, no more than fits a line."""
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for it
    said = (
        f"{'.'.join(map(str, one['loc'][1:]))}: found {str(one['input'])[:_SHOWN]!r}, expected otherwise: {one['msg']}"
        for one in error.errors()
    )
    return JSONResponse({"detail": "; ".join(said)}, status_code=422)


async def _failed(_: Request, __: Exception) -> Response:
    """Answer a fault of ours. It says nothing of what is inside; uvicorn logs the fault itself, once, and hangs up."""
    detail = {"detail": "the daemon could not answer; its log says why"}
    return JSONResponse(detail, status_code=500, headers={"Connection": "close"})
