"""The door itself: connections, TLS, and for each one request that is taken or refused.

Who may send is known by his token alone, of which we hold the SHA-256: there is no name of a PC to try. The token is
random (256 bits), so that a plain hash of it is as hard to turn round as a slow one would be, and what the time of a
look-up tells is about hashes, of which nobody can choose the beginning to any use.
"""

import asyncio
import contextlib
import ipaddress
import math
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256
from http import HTTPStatus

import h11

from collectors.collector import Now, Target
from collectors.observation import Observation, Outcome
from collectors.online.failure import Failed
from collectors.online.reason import Reason
from collectors.pc.push.limits import Buckets, Limits
from collectors.pc.push.request import Answer, Broken, Exchange, Refused, too_large
from collectors.pc.push.unpack import TooMuch, unpack
from collectors.pc.reader import Reading, Unreadable, read
from collectors.pc.seen import Seen, failed, names_of, settings_of

PATH = b"/push"
LOOK = (b"GET", b"/")
"""As whoever only looks whether the door is open asks: `mppmon doctor`, a browser."""
AGE = b"x-mppmon-age"
"""Header: how many seconds ago the text was made, by the sender's monotonic clock."""
PUSHED = ("mppmon_pc_pushed_time_seconds", ())
OUTCOMES = (
    "accepted", "unreadable", "too_large", "stranger", "unknown_token", "limited", "refused", "broken", "turned_away",
    "looked",
)  # fmt: skip
"""What becomes of a connection."""
_MISSED = 3  # intervals after which a PC is not heard any more
_PC_BURST = 4.0  # pushes at once, after which two per interval are taken
_BACKLOG = 128
_SIXTY_FOUR = 64  # bits of an IPv6 network: one household
_LINGER = 8_000_000  # bytes that are thrown away at most, for a second at most
_PAUSE = 0.5  # seconds without a free descriptor


@dataclass(frozen=True, slots=True)
class _Head:
    target: Target
    encoding: str
    kind: str
    age: float


class Door:
    """Lives in one loop, apart from the polls'. `emit` and `count` are called there."""

    def __init__(
        self,
        *,
        now: Now,
        emit: Callable[[Observation], None],
        count: Callable[[str], None],
        limits: Limits | None = None,
    ) -> None:
        self._now, self._emit, self._count = now, emit, count
        self._limits = limits or Limits()
        self._targets: Mapping[str, Target] = {}
        self._seen = Seen()
        self._connections: set[asyncio.Task[None]] = set()
        self._from: Counter[str] = Counter()
        self._busy: set[str] = set()
        self._heard: dict[str, float] = {}
        most = self._limits.addresses
        self._rate = Buckets(burst=self._limits.burst, most=most)
        self._wrong = Buckets(burst=self._limits.wrong_burst, most=most)
        self._pushes = Buckets(burst=_PC_BURST, most=100_000)

    def follow(self, targets: Iterable[Target]) -> None:
        """Take from these from now on, each by its tokens. From any thread."""
        found: dict[str, Target] = {}
        for target in targets:
            push = settings_of(target).push
            found |= dict.fromkeys(push.tokens if push is not None else (), target)
        self._targets = found

    async def serve(self, listener: socket.socket, context: ssl.SSLContext) -> None:
        """Take connections until cancelled; the caller closes the listener."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="push-read") as pool:
            try:
                while True:
                    try:
                        connection, address = await loop.sock_accept(listener)
                    except OSError:  # no descriptor is free, or the client is gone already
                        await asyncio.sleep(_PAUSE)
                        continue
                    self._take(connection, _network(str(address[0])), context, pool)
            finally:
                for task in self._connections:
                    task.cancel()
                await asyncio.gather(*self._connections, return_exceptions=True)

    def _take(self, connection: socket.socket, address: str, context: ssl.SSLContext, pool: ThreadPoolExecutor) -> None:
        limits, now = self._limits, asyncio.get_running_loop().time()
        full = len(self._connections) >= limits.connections or self._from[address] >= limits.each
        if full or self._rate.wait(address, limits.rate, now):
            connection.close()
            self._count("turned_away")
            return
        self._from[address] += 1
        task = asyncio.create_task(self._connection(connection, address, context, pool))
        self._connections.add(task)
        task.add_done_callback(partial(self._gone, address))

    def _gone(self, address: str, task: "asyncio.Task[None]") -> None:
        self._connections.discard(task)
        self._from[address] -= 1
        if not self._from[address]:
            del self._from[address]

    async def _connection(
        self, connection: socket.socket, address: str, context: ssl.SSLContext, pool: ThreadPoolExecutor
    ) -> None:
        loop, limits = asyncio.get_running_loop(), self._limits
        reader = asyncio.StreamReader(limit=limits.head_bytes)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport: asyncio.Transport | None = None
        outcome = "broken"
        try:
            async with asyncio.timeout(limits.whole):
                transport, _ = await loop.connect_accepted_socket(
                    lambda: protocol, connection, ssl=context, ssl_handshake_timeout=limits.handshake
                )
                writer = asyncio.StreamWriter(transport, protocol, reader, loop)
                exchange = Exchange(reader, writer, head_bytes=limits.head_bytes)
                answer = await self._answer(exchange, address, pool)
                if answer is None:
                    outcome = "limited"
                    return
                await exchange.answer(answer)
                outcome = answer.outcome
                if answer.status >= HTTPStatus.BAD_REQUEST:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(exchange.linger(_LINGER), limits.slow)
        except (OSError, TimeoutError, Broken):
            pass  # gone, too slow, or not TLS: it is counted
        finally:
            self._count(outcome)
            if transport is None:
                connection.close()
            else:
                transport.close()
                loop.call_later(limits.slow, transport.abort)

    async def _answer(self, exchange: Exchange, address: str, pool: ThreadPoolExecutor) -> Answer | None:
        """Return what to answer; None: nothing, for one who tries tokens."""
        loop = asyncio.get_running_loop()
        try:
            head = self._head(await exchange.head())
            if head is None:
                if self._wrong.wait(address, self._limits.wrong_rate, loop.time()):
                    return None
                await asyncio.sleep(self._limits.slow)
                return Answer(HTTPStatus.UNAUTHORIZED, "unknown_token", "the token is not known here")
            target, began = head.target, loop.time()
            self._admit(target, began)
            self._busy.add(target.check)
            try:
                body = await exchange.body(self._limits.body_bytes)
                return await self._read(head, body, loop.time() - began, pool)
            finally:
                self._busy.discard(target.check)
        except Refused as refused:
            return refused.answer

    def _head(self, request: h11.Request) -> _Head | None:
        """Return what a head says; None: its token is unknown. Refused for all that is not a push."""
        if (request.method, request.target) == LOOK:
            raise Refused(Answer(HTTPStatus.NOT_FOUND, "looked", "only POST /push is answered here"))
        if request.target != PATH:
            raise Refused(Answer(HTTPStatus.NOT_FOUND, "refused", "only POST /push is answered here"))
        if request.method != b"POST":
            raise Refused(Answer(HTTPStatus.METHOD_NOT_ALLOWED, "refused", "only POST /push is answered here"))
        headers = dict(request.headers)
        scheme, _, token = headers.get(b"authorization", b"").partition(b" ")
        target = self._targets.get(sha256(token.strip()).hexdigest()) if scheme.lower() == b"bearer" else None
        if target is None:
            return None
        if int(headers.get(b"content-length", b"0")) > self._limits.body_bytes:  # h11 has seen that it is a number
            raise Refused(too_large())
        encoding = headers.get(b"content-encoding", b"identity").decode("latin-1").strip().lower()
        if encoding not in {"identity", "gzip"}:
            raise Refused(Answer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "refused", "only gzip, or as it is"))
        try:
            age = float(headers.get(AGE, b"0"))
        except ValueError:
            age = math.nan
        if not 0 <= age <= self._limits.oldest:
            words = f"its age has to be 0 to {self._limits.oldest:g} s"
            raise Refused(Answer(HTTPStatus.BAD_REQUEST, "refused", words))
        return _Head(target, encoding, headers.get(b"content-type", b"").decode("latin-1"), age)

    def _admit(self, target: Target, now: float) -> None:
        """Let a PC in that does not send too often, nor twice at a time. Refused."""
        waits = self._pushes.wait(target.check, 2 / target.interval, now)
        if waits or target.check in self._busy:
            words = "too often"
            raise Refused(Answer(HTTPStatus.TOO_MANY_REQUESTS, "limited", words, waits or target.interval))

    async def _read(self, head: _Head, body: bytes, took: float, pool: ThreadPoolExecutor) -> Answer:
        loop, target = asyncio.get_running_loop(), head.target
        came = self._now()
        at = came - timedelta(seconds=head.age + took)
        try:
            reading = await loop.run_in_executor(pool, _reading, head, body)
        except TooMuch:
            self._emit(
                failed(target, Failed(Outcome.INVALID, "more than its max_bytes of metrics", Reason.TOO_MUCH), at, took)
            )
            return too_large()
        except Unreadable as error:
            self._emit(failed(target, Failed(Outcome.INVALID, str(error), Reason.NOT_METRICS), at, took))
            return Answer(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable", str(error))
        seen = self._seen.of(target, reading.plus(PUSHED, came.timestamp()), at, took)
        if seen.outcome is Outcome.STRANGER:
            if loop.time() - self._heard.get(target.check, -math.inf) > _MISSED * target.interval:
                self._emit(seen)  # else the PC itself is heard too, and this one says nothing about it
            return Answer(HTTPStatus.FORBIDDEN, "stranger", "this token is another machine's")
        self._heard[target.check] = loop.time()
        self._emit(seen)
        return Answer(HTTPStatus.NO_CONTENT, "accepted")


def _reading(head: _Head, body: bytes) -> Reading:
    """Read it, in a thread beside: a megabyte takes its time."""
    settings = settings_of(head.target)
    text = unpack(body, settings.max_bytes) if head.encoding == "gzip" else body
    if len(text) > settings.max_bytes:
        raise TooMuch
    return read(text, head.kind, names_of(head.target))


def listen(host: str, port: int) -> socket.socket:
    """Return the listening socket. OSError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)  # noqa: FBT003  # positional only
    return listener


def _network(address: str) -> str:
    """Return whom a connection is counted for: an IPv4 address, or a network of IPv6, of which one has very many."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _SIXTY_FOUR), strict=False))
