"""What a liveness check by one question has in common, whatever the way: one deadline, and how long it took."""

import asyncio
from collections.abc import Awaitable, Callable

from collectors.collector import Now, Target
from collectors.observation import Observation, Outcome
from collectors.online.failure import Failed
from collectors.settings import LivenessSettings


def settings_of(target: Target) -> LivenessSettings:
    """Return how a target is asked for a sign of life. TypeError for another way's settings."""
    settings = target.settings
    if not isinstance(settings, LivenessSettings):
        raise TypeError(f"{target.check}: found {type(settings).__name__}, expected LivenessSettings")
    return settings


async def observed(
    target: Target, ask: Callable[[LivenessSettings, float], Awaitable[str]], *, now: Now
) -> Observation:
    """Return what `ask(settings, deadline)` saw: the detail of a good answer, or it raises `Failed`. `deadline` is
    loop time, `settings.timeout` seconds from now. TypeError as `settings_of`.
    """
    settings = settings_of(target)
    at, loop = now(), asyncio.get_running_loop()
    began = loop.time()
    outcome, reason = Outcome.OK, ""
    try:
        detail = await ask(settings, began + settings.timeout)
    except Failed as failed:
        outcome, detail, reason = failed.outcome, failed.detail, failed.reason
    took = loop.time() - began
    return Observation(target.check, target.device, outcome, at, took, detail=detail, reason=reason)
