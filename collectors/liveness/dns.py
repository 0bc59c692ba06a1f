"""Liveness by DNS: does a resolver answer a question? What it answers is not read, only whether it can."""

import asyncio
import secrets
import socket

from collectors.collector import Now, Target
from collectors.liveness.asking import observed
from collectors.observation import Observation, Outcome
from collectors.online.dns import code_of, question
from collectors.online.failure import Failed, of_socket
from collectors.online.names import Names
from collectors.online.reason import Reason
from collectors.settings import LivenessSettings

_PORT = 53
_RESOLVERS = 1  # the address of a resolver is seldom a name
_GOOD = frozenset({0, 3})  # NOERROR; NXDOMAIN, which is an answer too
_MOST = 4096  # bytes of an answer that are looked at


def verdict(query: bytes, answer: bytes) -> Failed | bool | None:
    """Return True for an answer to `query`, a `Failed` when the resolver says that it cannot, None as `code_of`."""
    code = code_of(query, answer)
    if code is None:
        return None
    if code in _GOOD:
        return True
    return Failed(Outcome.REFUSED, f"the resolver answers that it cannot (code {code})", Reason.RESOLVER_FAILING)


class DnsCollector:
    """Way.DNS: asks the resolver at the target's address for `settings.name`."""

    def __init__(self, *, now: Now) -> None:
        self._now = now
        self._names = Names(_RESOLVERS, "dns")

    async def poll(self, target: Target) -> Observation:
        """Ask once, within `settings.timeout` seconds. TypeError for another way's settings."""

        async def ask(settings: LivenessSettings, deadline: float) -> str:
            await self._ask(target.address, settings, deadline=deadline)
            return ""

        return await observed(target, ask, now=self._now)

    async def _ask(self, host: str, settings: LivenessSettings, *, deadline: float) -> None:
        try:
            query = question(settings.name, secrets.randbelow(1 << 16))
        except ValueError as error:  # also UnicodeError
            raise Failed(Outcome.LOCAL, "the configured name cannot be asked for") from error
        addresses = await self._names.resolve(host, settings.port or _PORT, deadline=deadline)
        family, where = addresses[0]
        loop = asyncio.get_running_loop()
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as sock:
                sock.settimeout(0.0)
                sock.connect(where)  # strays from elsewhere never arrive, and a closed port is told
                async with asyncio.timeout_at(deadline):
                    await loop.sock_sendall(sock, query)
                    while (said := verdict(query, await loop.sock_recv(sock, _MOST))) is None:
                        pass
        except TimeoutError as error:
            raise Failed(Outcome.TIMEOUT, "the resolver gave no answer", Reason.RESOLVER_SILENT) from error
        except OSError as error:
            raise of_socket(error) from error
        if isinstance(said, Failed):
            raise said

    async def close(self) -> None:
        """Give the thread back."""
        self._names.close()
