"""What every request to the demo's page brings along: the demo, the reader's language, where it comes from."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request

from mppmon.demo.page.stage import Stage

Language = Literal["id", "en"]


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
Here = Depends(from_here)
