"""Liveness by TCP: a connection, or a refusal, says that the host is there."""

import asyncio

from collectors.collector import Now, Target
from collectors.observation import Observation, Outcome
from collectors.online.failure import Failed
from collectors.online.names import Names
from collectors.online.tcp import connect
from collectors.settings import LivenessSettings

_RESOLVERS = 2  # look-ups cannot be stopped: they have a pool of their own


class TcpCollector:
    """Way.TCP: connects to `settings.port` and hangs up, saying nothing."""

    def __init__(self, *, now: Now) -> None:
        self._now = now
        self._names = Names(_RESOLVERS, "tcp")

    async def poll(self, target: Target) -> Observation:
        """Ask once, within `settings.timeout` seconds. TypeError for another way's settings."""
        settings = target.settings
        if not isinstance(settings, LivenessSettings):
            raise TypeError(f"{target.check}: found {type(settings).__name__}, expected LivenessSettings")
        at, loop = self._now(), asyncio.get_running_loop()
        began = loop.time()
        outcome, detail, reason = Outcome.OK, "", ""
        try:
            await self._knock(target.address, settings.port, deadline=began + settings.timeout)
        except Failed as failed:
            outcome, detail, reason = failed.outcome, failed.detail, failed.reason
            if outcome is Outcome.REFUSED:  # a closed port is an answer of the host's own: it is alive
                outcome, detail, reason = Outcome.OK, "refused", ""
        took = loop.time() - began
        return Observation(target.check, target.device, outcome, at, took, detail=detail, reason=reason)

    async def _knock(self, host: str, port: int | None, *, deadline: float) -> None:
        if port is None:
            raise Failed(Outcome.LOCAL, "no port is configured for liveness by TCP")
        (await connect(await self._names.resolve(host, port, deadline=deadline), deadline=deadline)).close()

    async def close(self) -> None:
        """Give the resolver's threads back."""
        self._names.close()
