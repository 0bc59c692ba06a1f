"""The one ASGI application: status page, API, event stream, probes; for the loopback port and the control socket."""

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from mppmon.web import api, pages, probes
from mppmon.web.house import House

_HOSTS = ["localhost", "127.0.0.1", "[::1]", "mppmon"]
"""Names a browser may know us by: a foreign name that resolves to loopback (DNS rebinding) is refused."""


def create_app(house: House) -> FastAPI:
    """Return the application of this house."""
    app = FastAPI(title="mppmon", docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json")
    app.state.house = house
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_HOSTS)
    for router in (probes.router, api.router, pages.router):
        app.include_router(router)
    app.mount("/static", pages.static)
    return app
