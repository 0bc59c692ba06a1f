"""The wire: sends requests to all devices through one socket per family, and gives each reply to whoever waits for it.

A reply counts only with the request-id AND from the address and port that were asked. A device that answers from
elsewhere may be let (`Endpoint.any_source`): then the request-id alone must tell, so it is drawn anew for each request
and no device can tell another's from its own; and what other devices send never counts. Deadlines are absolute: nothing
that arrives moves them. A request is repeated with the same request-id, so that a late first answer still counts.
"""

import asyncio
import errno
import os
import socket
import struct
from dataclasses import dataclass, field
from heapq import heappop, heappush
from weakref import WeakValueDictionary

from collectors.snmp.wire import codec
from collectors.snmp.wire.codec import CodecError
from collectors.snmp.wire.errors import Invalid, Local, NoAnswer, Refused, ShortError, Unreachable, WireError
from collectors.snmp.wire.exchange import Endpoint, Exchange, Reply
from collectors.snmp.wire.layout import guess_request_id
from collectors.snmp.wire.request import REQUEST_ID_MAX, REQUEST_ID_MIN, Request
from collectors.snmp.wire.slots import Slots
from collectors.snmp.wire.sockets import Address, UdpSocket

RECEIVE_BUFFER = 4 << 20
TICK = 0.01  # seconds; deadlines are rounded up to it, and share one timer
# With more than _FEW in flight, replies are left for _GATHER seconds (the loop makes it one or two ms) to be read
# together: waking up for each costs more than reading it.
_FEW, _GATHER = 8, 0.001
_DATAGRAMS_A_TURN = 100  # then the rest of the loop has its turn
_DRAWN = struct.Struct("=256I")  # request-ids drawn at once
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN, errno.ENONET})


@dataclass(slots=True)
class Counts:
    """What the wire saw, for the daemon's own metrics and for tests."""

    sent: int = 0
    repeated: int = 0
    received: int = 0
    strays: int = 0  # no such request (any more): late, doubled, invented
    misdirected: int = 0  # a known request-id from an address that was not asked
    malformed: int = 0
    unsent: int = 0  # our send buffer was full
    dropped: int = 0  # by the kernel, because we were too slow to read
    receive_buffer: int = 0  # octets that the kernel gave, of the smaller socket


@dataclass(slots=True)
class Limits:
    """How many requests may be in flight to one device and in all, and the wanted receive buffer in octets."""

    per_device: int = 2
    in_all: int = 4096
    receive_buffer: int = RECEIVE_BUFFER


@dataclass(slots=True)
class _Timers:
    """Deadlines in buckets of one tick: most are answered long before, and a bucket costs less than a timer."""

    buckets: dict[int, set[Exchange]] = field(default_factory=dict)
    heap: list[int] = field(default_factory=list)
    handle: asyncio.TimerHandle | None = None


class Wire:
    """Asks by SNMP. Lives in one event loop; made and closed there. Sockets are opened on first use of a family."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits = limits or Limits()
        self._slots = Slots(self._limits.in_all)
        self._sockets: dict[socket.AddressFamily, UdpSocket] = {}
        self._endpoints: WeakValueDictionary[Address, Endpoint] = WeakValueDictionary()
        self._pending: dict[int, Exchange] = {}
        self._timers = _Timers()
        self._outgoing: list[Exchange] = []
        self._request_ids: list[int] = []
        self._counts = Counts()

    @property
    def counts(self) -> Counts:
        """What was seen so far, with the kernel's own count of what never reached us."""
        sockets = self._sockets.values()
        self._counts.dropped = sum(wire.dropped for wire in sockets)
        self._counts.receive_buffer = min((wire.receive_buffer for wire in sockets), default=0)
        return self._counts

    def endpoint(self, family: socket.AddressFamily, address: Address) -> Endpoint:
        """Return the one Endpoint of a numeric address, so that its limit holds for whoever asks."""
        endpoint = self._endpoints.get(address)
        if endpoint is None:
            endpoint = self._endpoints[address] = Endpoint(family, address, self._limits.per_device)
        return endpoint

    async def ask(self, endpoint: Endpoint, request: Request, *, timeout: float, deadline: float) -> Reply:  # noqa: ASYNC109  # the pause before a repeat, not a bound on this call
        """Send `request`, repeat it every `timeout` seconds until `deadline` (loop time), and return the reply.

        Raises NoAnswer, Refused, Unreachable, Invalid or Local. Error-status in the reply is the caller's to read.
        """
        now = self._loop.time()
        if now >= deadline:
            raise NoAnswer("no time left before the deadline")
        device, whole = endpoint.slots, self._slots
        if device.free > 0 and whole.free > 0:
            device.free -= 1
            whole.free -= 1
        else:
            await self._admitted(endpoint, deadline)
            now = self._loop.time()
        request_id = self._request_ids.pop() if self._request_ids else self._draw()
        while request_id in self._pending:
            request_id = self._draw()
        future: asyncio.Future[Reply] = self._loop.create_future()
        exchange = Exchange(endpoint, request, request_id, future, timeout, deadline)
        self._pending[request_id] = exchange
        endpoint.exchanges.add(exchange)
        try:
            if not self._outgoing:
                self._loop.call_soon(self._flush)
            self._outgoing.append(exchange)
            self._wait(exchange, now)
            return await future
        finally:
            endpoint.exchanges.discard(exchange)
            bucket = self._timers.buckets.get(exchange.tick)
            if bucket is not None:
                bucket.discard(exchange)  # else a reply of 64 KB would stay until its deadline
            del self._pending[request_id]
            whole.release()
            device.release()

    async def _admitted(self, endpoint: Endpoint, deadline: float) -> None:
        """Take a place of the device, then one in all."""
        await endpoint.slots.take(deadline)
        try:
            await self._slots.take(deadline)
        except BaseException:
            endpoint.slots.release()
            raise

    def close(self) -> None:
        """Close the sockets; whoever still waits gets Local."""
        if self._timers.handle is not None:
            self._timers.handle.cancel()
        for wire in self._sockets.values():
            self._loop.remove_reader(wire.fileno())
            wire.close()
        self._sockets.clear()
        for exchange in self._pending.values():
            exchange.fail(Local("the wire was closed"))

    def _draw(self) -> int:
        """Return a request-id that nobody can foretell; many are drawn at once."""
        if not self._request_ids:
            drawn = _DRAWN.unpack(os.urandom(_DRAWN.size))
            self._request_ids = [REQUEST_ID_MIN + number % (REQUEST_ID_MAX - REQUEST_ID_MIN) for number in drawn]
        return self._request_ids.pop()

    def _flush(self) -> None:
        """Send what this turn of the loop asked for, in one go: one by one, each would wake its receiver anew."""
        outgoing, self._outgoing = self._outgoing, []
        for exchange in outgoing:
            if not exchange.future.done():
                self._send_or_fail(exchange)

    def _send_or_fail(self, exchange: Exchange) -> bool:
        try:
            self._send(exchange)
        except WireError as failure:
            exchange.fail(failure)
            return False
        return True

    def _send(self, exchange: Exchange) -> None:
        endpoint = exchange.endpoint
        try:
            wire = self._sockets.get(endpoint.family) or self._open(endpoint.family)
            wire.send(exchange.packet, endpoint.address)
        except BlockingIOError:
            self._counts.unsent += 1
        except OSError as error:
            exchange.failure = _failure(error.errno)
            raise exchange.failure from error
        else:
            self._counts.sent += 1
            exchange.sent = True

    def _open(self, family: socket.AddressFamily) -> UdpSocket:
        wire = self._sockets[family] = UdpSocket(family, self._limits.receive_buffer)
        self._loop.add_reader(wire.fileno(), self._readable, wire)
        return wire

    def _readable(self, wire: UdpSocket) -> None:
        """Read now, or with many in flight a moment later, together with what arrives until then."""
        if len(self._pending) <= _FEW:
            self._drain(wire)
        else:
            self._loop.remove_reader(wire.fileno())
            self._loop.call_later(_GATHER, self._gathered, wire)

    def _gathered(self, wire: UdpSocket) -> None:
        if wire in self._sockets.values():  # not closed meanwhile
            self._drain(wire)
            self._loop.add_reader(wire.fileno(), self._readable, wire)

    def _drain(self, wire: UdpSocket) -> None:
        for turn in range(_DATAGRAMS_A_TURN):
            try:
                received = wire.receive()
            except OSError:
                self._icmp(wire)
                continue
            if received is None:
                if turn == 0:  # woken, but not by a datagram: only the error queue is left
                    self._icmp(wire)
                return
            self._received(*received)

    def _received(self, data: bytes, address: Address) -> None:
        self._counts.received += 1
        try:
            exchange = self._pending.get(guess_request_id(data))
            if exchange is not None and exchange.endpoint.address == address and exchange.same_again(data):
                return
            header = codec.decode_header(data)
            exchange = self._pending.get(header.request_id)
            if exchange is None:
                self._counts.strays += 1
            elif exchange.endpoint.address != address and not self._let(exchange.endpoint, address):
                self._counts.misdirected += 1
            else:
                exchange.answered(data, header)
        except CodecError as error:
            self._malformed(data, address, error)

    def _let(self, endpoint: Endpoint, address: Address) -> bool:
        """Whether a device may answer from `address`, which is not its own; never from that of another device."""
        return endpoint.any_source and len(address) == len(endpoint.address) and address not in self._endpoints

    def _malformed(self, data: bytes, address: Address, error: CodecError) -> None:
        """Remember that this device sends what cannot be read, but wait on: a repeat may yet be answered well."""
        self._counts.malformed += 1
        endpoint = self._endpoints.get(address)
        for exchange in endpoint.exchanges if endpoint is not None else ():
            exchange.failure = Invalid(f"malformed reply: {error}")
        asked = self._pending.get(guess_request_id(data)) if isinstance(error, ShortError) else None
        if asked is not None and asked.endpoint is endpoint:
            asked.cut_off()

    def _icmp(self, wire: UdpSocket) -> None:
        for address, number in wire.errors():
            endpoint = self._endpoints.get(address)
            if endpoint is not None:
                for exchange in endpoint.exchanges:
                    exchange.fail(_failure(number))

    def _wait(self, exchange: Exchange, now: float) -> None:
        timers = self._timers
        exchange.tick = tick = int(min(now + exchange.timeout, exchange.deadline) / TICK) + 1
        bucket = timers.buckets.get(tick)
        if bucket is not None:
            bucket.add(exchange)
            return
        timers.buckets[tick] = {exchange}
        heappush(timers.heap, tick)
        if timers.heap[0] == tick:
            if timers.handle is not None:
                timers.handle.cancel()
            timers.handle = self._loop.call_at(tick * TICK, self._due)

    def _due(self) -> None:
        timers = self._timers
        timers.handle = None
        for wire in self._sockets.values():
            self._drain(wire)  # what has arrived is not late
        now = self._loop.time()
        while timers.heap and timers.heap[0] * TICK <= now:
            for exchange in timers.buckets.pop(heappop(timers.heap)):
                if not exchange.future.done():
                    self._late(exchange, now)
        if timers.heap and timers.handle is None:
            timers.handle = self._loop.call_at(timers.heap[0] * TICK, self._due)

    def _late(self, exchange: Exchange, now: float) -> None:
        """Fail at the deadline, else repeat."""
        if now >= exchange.deadline:
            unsent = None if exchange.sent else Local("our send buffer was full: not sent before the deadline")
            exchange.fail(exchange.failure or unsent or NoAnswer("no answer before the deadline"))
            return
        self._counts.repeated += 1
        exchange.repeat()
        if self._send_or_fail(exchange):
            self._wait(exchange, now)


def _failure(number: int | None) -> WireError:
    if number == errno.ECONNREFUSED:
        return Refused("port is closed")
    if number in _UNREACHABLE:
        return Unreachable(errno.errorcode.get(number or 0, "unreachable"))
    return Local(f"cannot send: {errno.errorcode.get(number or 0, 'unknown error')}")
