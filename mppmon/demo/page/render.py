"""From a template and values to HTML; every text is escaped."""

from collections.abc import Mapping
from functools import lru_cache

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from mppmon.demo.page.stage import Stage
from mppmon.i18n import Speech


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("mppmon.demo.page", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(template: str, speak: Speech, values: Mapping[str, object]) -> str:
    """Return a part of a page."""
    words = {"_": speak._, "plural": speak.plural, "language": speak.language}
    return _templates().get_template(template).render(**words, **values)


def document(template: str, request: Request, stage: Stage, lang: str, values: Mapping[str, object]) -> Response:
    """Return a whole page, which may load from here alone and frame the mall's page."""
    port = stage.place.ports.web
    frames = f"http://127.0.0.1:{port} http://localhost:{port}"
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
        f"frame-src {frames}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    site = {
        "site": stage.place.loaded.mall.site.name,
        "mall_url": f"http://{request.url.hostname}:{port}/?lang={lang}",
    }
    return HTMLResponse(render(template, stage.speak(lang), {**site, **values}), headers=headers)
