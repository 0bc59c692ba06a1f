"""Liveness by ICMP echo, through gufo-ping: an unprivileged datagram socket where we may, else a raw one."""

import asyncio
import socket

from gufo.ping import Ping, SelectionPolicy

from collectors.collector import Now, Target
from collectors.liveness.asking import settings_of
from collectors.observation import Observation, Outcome
from collectors.online.failure import Failed, of_socket
from collectors.online.names import Names

_RESOLVERS = 2  # look-ups cannot be stopped: they have a pool of their own
_DISCARD = 9  # a port to ask the routing table with; nothing is sent
_AT_ONCE = 0.5  # share of the timeout: gufo-ping says None at once when the kernel refused to send, late when none came
_WAYS = (
    ("dgram", SelectionPolicy.DGRAM, socket.SOCK_DGRAM),
    ("raw", SelectionPolicy.RAW, socket.SOCK_RAW),
)
_FIX = "run: sysctl -w net.ipv4.ping_group_range='0 2147483647' (or give the daemon CAP_NET_RAW)"


def _usable() -> tuple[str, SelectionPolicy] | None:
    """Return the first kind of ICMP socket that the kernel really opens for us."""
    for way, policy, kind in _WAYS:
        try:
            socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP).close()
        except OSError:
            continue
        return way, policy
    return None


def _route(address: str) -> Failed | None:
    """Return why the kernel would not send to `address`, by a datagram socket that is connected and never used."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.connect((address, _DISCARD))
    except OSError as error:
        return of_socket(error)
    return None


class IcmpCollector:
    """Way.ICMP. One socket per address family and timeout, shared by all targets."""

    def __init__(self, *, now: Now) -> None:
        self._now = now
        found = _usable()
        self.way: str | None = found[0] if found else None
        """`dgram`, `raw` or None."""
        self.why_not = "" if found else f"the kernel gives us no ICMP socket; {_FIX}"
        """The one-line fix, empty when ICMP is available."""
        self._policy = found[1] if found else SelectionPolicy.DGRAM
        self._pings: dict[float, Ping] = {}
        self._echoes: set[asyncio.Task[float | None]] = set()
        self._names = Names(_RESOLVERS, "icmp")

    def available(self) -> bool:
        """Return whether the kernel lets us send echo requests; `why_not` says what to do otherwise."""
        return self.way is not None

    async def poll(self, target: Target) -> Observation:
        """Ask once, within `settings.timeout` seconds. TypeError for another way's settings."""
        settings = settings_of(target)
        at, loop = self._now(), asyncio.get_running_loop()
        began = loop.time()
        try:
            seconds, detail = await self._ask(target.address, settings.timeout), ""
            outcome = Outcome.OK
        except Failed as failed:
            seconds, outcome, detail = loop.time() - began, failed.outcome, failed.detail
        return Observation(target.check, target.device, outcome, at, seconds, detail=detail)

    async def _ask(self, host: str, timeout: float) -> float:  # noqa: ASYNC109  # it also chooses the socket
        """Return the round trip in seconds, or raise Failed."""
        if not self.available():
            raise Failed(Outcome.LOCAL, self.why_not)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        addresses = await self._names.resolve(host, 0, deadline=deadline)
        address = addresses[0][1][0]
        sent = loop.time()
        trip = await self._echo(address, timeout, deadline)
        if trip is not None:
            return trip
        if loop.time() - sent < _AT_ONCE * (deadline - sent):
            raise _route(address) or Failed(Outcome.LOCAL, "the kernel refused to send")
        raise Failed(Outcome.TIMEOUT, "no echo came back")

    async def _echo(self, address: str, timeout: float, deadline: float) -> float | None:  # noqa: ASYNC109  # likewise
        """Return the round trip, None for none. The inner task is never cancelled: gufo-ping would set the result of a
        cancelled future when the echo comes late, and lose the other echoes read with it. It ends by its own timeout.
        """
        ping = self._pings.get(timeout) or Ping(policy=self._policy, timeout=timeout)
        self._pings[timeout] = ping
        echo = asyncio.ensure_future(ping.ping(address))
        self._echoes.add(echo)
        echo.add_done_callback(self._echoes.discard)
        await asyncio.wait({echo}, timeout=deadline - asyncio.get_running_loop().time())
        if not echo.done():
            return None
        if broken := echo.exception():
            raise Failed(Outcome.LOCAL, "no ICMP socket for this address family") from broken
        return echo.result()

    async def close(self) -> None:
        """Wait for the last echoes (at most twice their timeout) and let go of the sockets."""
        self._names.close()
        if self._echoes:
            await asyncio.wait(self._echoes)
        self._pings.clear()
