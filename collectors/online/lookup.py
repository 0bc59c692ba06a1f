"""What a resolver says of a name: the wanted answer, another answer, or none. By UDP, and by TCP what does not fit."""

import asyncio
import ipaddress
import secrets
import socket
from functools import lru_cache

from collectors.collector import Now, Target
from collectors.observation import EMPTY, Observation, Outcome, schema_of
from collectors.online.dns import Damaged, Reply, question, read
from collectors.online.failure import Failed, of_socket
from collectors.online.names import Address, Names
from collectors.online.reason import Reason
from collectors.online.tcp import connect
from collectors.settings import DnsSettings

METRICS = ("mppmon_online_ok", "mppmon_online_seconds")
"""All that is read in this way."""
_SCHEMA = schema_of(
    ((METRICS[0], ()), (METRICS[1], (("phase", "dns"),)), (METRICS[1], (("phase", "total"),))),
)
_OTHER = schema_of(((METRICS[0], ()),))
_LARGEST = 65_535  # bytes: what the length before an answer by TCP can say
_TRIES = 3  # a datagram may be lost
_RESOLVERS = 1  # threads: the address of a resolver is seldom a name
_NO_ERROR, _NO_NAME, _REFUSED = 0, 3, 5  # RCODE, RFC 1035 section 4.1.1


class LookupCollector:
    """Way.LOOKUP: asks the resolver at the target's address for what `settings` name."""

    def __init__(self, *, now: Now) -> None:
        self._now = now
        self._names = Names(_RESOLVERS, "lookup")

    async def poll(self, target: Target) -> Observation:
        """Ask once, within `settings.timeout` seconds altogether. TypeError for another way's settings."""
        settings = target.settings
        if not isinstance(settings, DnsSettings):
            raise TypeError(f"{target.check}: found {type(settings).__name__}, expected DnsSettings")
        at, loop = self._now(), asyncio.get_running_loop()
        began = loop.time()
        schema, failed = EMPTY, None
        try:
            reply = await self._ask(target.address, settings, deadline=began + settings.timeout)
            failed = judge(reply, settings)
        except Failed as error:
            failed = error
        took = loop.time() - began
        values: tuple[float, ...] = ()
        if failed is None:
            schema, values = _SCHEMA, (1.0, took, took)
        elif failed.outcome is Outcome.UNEXPECTED:  # it answered, with what is not wanted
            schema, values = _OTHER, (0.0,)
        return Observation(
            target.check,
            target.device,
            failed.outcome if failed else Outcome.OK,
            at,
            took,
            schema,
            values,
            detail=failed.detail if failed else "",
            reason=failed.reason if failed else "",
        )

    async def close(self) -> None:
        """Give the thread back."""
        self._names.close()

    async def _ask(self, host: str, settings: DnsSettings, *, deadline: float) -> Reply:
        try:
            query = question(settings.name, secrets.randbelow(1 << 16), settings.type)
        except ValueError as error:  # also UnicodeError
            raise Failed(Outcome.LOCAL, "the configured name cannot be asked for") from error
        addresses = await self._names.resolve(host, settings.port, deadline=deadline)
        try:
            async with asyncio.timeout_at(deadline):
                reply = await _by_udp(addresses[0], query, share=settings.timeout / _TRIES)
            return await _by_tcp(addresses[:1], query, deadline=deadline) if reply.truncated else reply
        except TimeoutError as error:
            raise Failed(Outcome.TIMEOUT, "the resolver gave no answer", Reason.RESOLVER_SILENT) from error
        except Damaged as error:
            raise Failed(Outcome.UNEXPECTED, f"the answer is damaged: {error}", Reason.DAMAGED) from error
        except OSError as error:
            raise of_socket(error) from error


async def _by_udp(address: Address, query: bytes, *, share: float) -> Reply:
    """Return the answer, asking again every `share` seconds, until the caller's deadline."""
    loop = asyncio.get_running_loop()
    family, where = address
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.0)
        sock.connect(where)  # strays from elsewhere never arrive, and a closed port is told
        while True:
            await loop.sock_sendall(sock, query)
            try:
                async with asyncio.timeout(share):
                    while (reply := read(query, await loop.sock_recv(sock, _LARGEST))) is None:
                        pass
            except TimeoutError:
                continue
            return reply


async def _by_tcp(addresses: list[Address], query: bytes, *, deadline: float) -> Reply:
    loop = asyncio.get_running_loop()
    with await connect(addresses, deadline=deadline) as sock:
        await loop.sock_sendall(sock, len(query).to_bytes(2) + query)
        got = bytearray()
        try:
            async with asyncio.timeout_at(deadline):
                await _fill(sock, got, 2)
                await _fill(sock, got, 2 + int.from_bytes(got[:2]))
        except TimeoutError as error:
            if not got:
                raise
            raise Failed(Outcome.TIMEOUT, "its answer by TCP did not end", Reason.TOO_SLOW) from error
    reply = read(query, bytes(got[2:]))
    if reply is None or reply.truncated:
        raise Damaged("by TCP it is no answer to the question")
    return reply


async def _fill(sock: socket.socket, got: bytearray, wanted: int) -> None:
    while len(got) < wanted:
        more = await asyncio.get_running_loop().sock_recv(sock, wanted - len(got))
        if not more:
            raise Failed(Outcome.UNEXPECTED, "its answer by TCP broke off", Reason.BROKEN_OFF)
        got += more


def judge(reply: Reply, settings: DnsSettings) -> Failed | None:
    """Return what is wrong with an answer, None when it is the wanted one. Pure."""
    if reply.code == _NO_NAME:
        wanted = settings.expected == "nxdomain"
        return None if wanted else _other(f"the name {settings.name} is not known", Reason.NAME_UNKNOWN)
    if reply.code != _NO_ERROR:
        refused = reply.code == _REFUSED
        said = "the resolver refuses to answer" if refused else f"the resolver cannot answer (code {reply.code})"
        return _other(said, Reason.RESOLVER_REFUSES if refused else Reason.RESOLVER_FAILING)
    found = ", ".join(map(str, reply.addresses[:_TRIES])) or f"{reply.found} records"
    if settings.expected == "nxdomain":
        said = f"found {found} for a name that is not to be known"
        return _other(said, Reason.NAME_INVENTED) if reply.found else None
    if not reply.found:
        return _other(f"the name {settings.name} has no {settings.type}", Reason.NAME_EMPTY)
    networks = _networks(settings.addresses)
    if networks and not all(any(one in network for network in networks) for one in reply.addresses):
        return _other(f"found {found}, expected {', '.join(settings.addresses)}"[:200], Reason.OTHER_ADDRESS)
    return None


def _other(detail: str, reason: Reason) -> Failed:
    return Failed(Outcome.UNEXPECTED, detail, reason)


@lru_cache(maxsize=1024)
def _networks(written: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(one) for one in written)
