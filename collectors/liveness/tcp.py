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
        outcome, detail = await self._knock(target.address, settings.port, deadline=began + settings.timeout)
        return Observation(target.check, target.device, outcome, at, loop.time() - began, detail=detail)

    async def _knock(self, host: str, port: int | None, *, deadline: float) -> tuple[Outcome, str]:
        if port is None:
            return Outcome.LOCAL, "no port is configured for liveness by TCP"
        try:
            addresses = await self._names.resolve(host, port, deadline=deadline)
        except Failed as failed:
            return failed.outcome, failed.detail
        try:
            (await connect(addresses, deadline=deadline)).close()
        except Failed as failed:
            # A closed port is an answer of the host's own: it is alive.
            return (Outcome.OK, "refused") if failed.outcome is Outcome.REFUSED else (failed.outcome, failed.detail)
        return Outcome.OK, ""

    async def close(self) -> None:
        """Give the resolver's threads back."""
        self._names.close()
