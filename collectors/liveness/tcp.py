"""Liveness by TCP: a connection, or a refusal, says that the host is there."""

from collectors.collector import Now, Target
from collectors.liveness.asking import observed
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

        async def knock(settings: LivenessSettings, deadline: float) -> str:
            try:
                await self._knock(target.address, settings.port, deadline=deadline)
            except Failed as failed:
                if failed.outcome is Outcome.REFUSED:  # a closed port is an answer of the host's own: it is alive
                    return "refused"
                raise
            return ""

        return await observed(target, knock, now=self._now)

    async def _knock(self, host: str, port: int | None, *, deadline: float) -> None:
        if port is None:
            raise Failed(Outcome.LOCAL, "no port is configured for liveness by TCP")
        (await connect(await self._names.resolve(host, port, deadline=deadline), deadline=deadline)).close()

    async def close(self) -> None:
        """Give the resolver's threads back."""
        self._names.close()
