"""`mppmon demo --check`: plays the story without a person, one JSON line per step; exit 0 only if all hold."""

import asyncio
import json
import sys
from pathlib import Path

import httpx

from mppmon import control
from mppmon.clock import Clock
from mppmon.demo.children import ChildFailed
from mppmon.demo.scene import Missed, Scene, scene
from mppmon.demo.simulator.launch import ControlRefused, NotStarted
from mppmon.demo.story import STORY
from mppmon.store import StoreError

_TROUBLE = (
    *(Missed, ChildFailed, NotStarted, ControlRefused, StoreError, httpx.HTTPError, OSError),
    *(control.Off, control.Denied, control.Broken),
)


def play(folder: Path) -> int:
    """Play it in `folder`; return the exit status. Stops at the first step that does not hold."""
    clock = Clock()
    began = clock.monotonic()
    try:
        with scene(folder) as stage:
            _say("started", ok=True, seconds=clock.monotonic() - began)
            held = asyncio.run(_steps(stage, clock))
    except _TROUBLE as error:
        _say("stage", ok=False, seconds=clock.monotonic() - began, found=f"{type(error).__name__}: {error}")
        held = False
    _say("story", ok=held, seconds=clock.monotonic() - began)
    return 0 if held else 1


async def _steps(stage: Scene, clock: Clock) -> bool:
    for step in STORY:
        began = clock.monotonic()
        try:
            seen = await step(stage)
        except _TROUBLE as error:
            _say(step.__name__, ok=False, seconds=clock.monotonic() - began, found=f"{type(error).__name__}: {error}")
            return False
        _say(step.__name__, ok=True, seconds=clock.monotonic() - began, **seen)
    return True


def _say(step: str, *, ok: bool, seconds: float, **seen: object) -> None:
    line = {"step": step, "ok": ok, "seconds": round(seconds, 2), **seen}
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
