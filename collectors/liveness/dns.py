"""Liveness by DNS: does a resolver answer a question? What it answers is not read, only whether it can."""

import asyncio
import secrets
import socket
import struct

from collectors.collector import Now, Target
from collectors.liveness.asking import observed
from collectors.observation import Observation, Outcome
from collectors.online.failure import Failed, of_socket
from collectors.online.names import Names
from collectors.online.reason import Reason
from collectors.settings import LivenessSettings

_PORT = 53
_RESOLVERS = 1  # the address of a resolver is seldom a name
_HEADER = struct.Struct("!6H")  # RFC 1035 section 4.1.1: id, flags, counts
_RECURSION = 0x0100  # RD
_ANSWER, _CODE = 0x8000, 0x000F  # QR, RCODE
_GOOD = frozenset({0, 3})  # NOERROR; NXDOMAIN, which is an answer too
_MOST = 4096  # bytes of an answer that are looked at
_LONGEST = 63  # bytes of a label


def question(name: str, number: int) -> bytes:
    """Return the query for the address (A, IN) of `name`. ValueError or UnicodeError: it is no host name."""
    labels = [label.encode("idna") for label in name.rstrip(".").split(".") if label]
    if not labels or any(len(label) > _LONGEST for label in labels):
        raise ValueError(f"found {name!r}, expected a host name")
    asked = b"".join(bytes((len(label),)) + label for label in labels) + b"\x00"
    return _HEADER.pack(number, _RECURSION, 1, 0, 0, 0) + asked + struct.pack("!2H", 1, 1)


def verdict(query: bytes, answer: bytes) -> Failed | bool | None:
    """Return True for an answer to `query`, a `Failed` when the resolver says that it cannot, None for anything else,
    which may be forged and is waited past. Only the header and the question are looked at (RFC 1035 section 4.1).
    """
    if len(answer) < len(query) or answer[:2] != query[:2]:
        return None
    _, flags, questions, *_ = _HEADER.unpack_from(answer)
    if not flags & _ANSWER or questions != 1:
        return None
    if answer[_HEADER.size : len(query)].lower() != query[_HEADER.size :].lower():
        return None
    code = flags & _CODE
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
