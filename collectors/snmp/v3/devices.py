"""The child's side of SNMPv3: asks devices by pysnmp until an absolute deadline, and heals what a restart changes.

Every device has a connected socket while it is asked: the kernel lets nothing in but from its address and port, and
tells of closed ones. Two may be asked at a time per device, at most 64 in all (`wire`): pysnmp drops replies above 100.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyasn1.codec.ber import encoder  # type: ignore[import-untyped]  # it ships no types
from pysnmp.carrier.asyncio.dgram.udp import SNMP_UDP_DOMAIN  # type: ignore[import-untyped]  # it ships no types
from pysnmp.proto.api import PROTOCOL_MODULES, SNMP_VERSION_2C  # type: ignore[import-untyped]  # it ships no types
from pysnmp.proto.rfc1902 import OctetString  # type: ignore[import-untyped]  # it ships no types

from collectors.snmp.child.lines import Message
from collectors.snmp.child.pysnmp_engine import Engine, User, user_of
from collectors.snmp.traps.envelope import open_envelope
from collectors.snmp.v3.reports import UNKNOWN_ENGINE, Cure, cure, reason, silence
from collectors.snmp.wire import oid
from collectors.snmp.wire.codec import CodecError, Pdu

_HEALS = 4  # of one question: engine ID, time, and both once more for a device that restarts meanwhile
_FORGET = 3600.0  # seconds after its last question that a device is forgotten
_RECEIVE_BUFFER = 256 * 1024
_V3, _USM = 3, 3
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EHOSTDOWN, errno.ENETDOWN})
_PDU = PROTOCOL_MODULES[SNMP_VERSION_2C]

_log = logging.getLogger(__name__)

Failure = dict[str, Any]
"""`failed`: `timeout`, `refused`, `unreachable`, `denied`, `invalid`, `local` or `stranger`; `why`."""


class Devices:
    """All devices that are asked by SNMPv3."""

    def __init__(self) -> None:
        self.engine = Engine()
        self._peers: dict[str, _Peer] = {}
        self._owners: dict[bytes, str] = {}

    def introduce(self, message: Message) -> None:
        """Take a device: `key` of the questions, `device` (its id), `host`, `port`, `context`, and a user."""
        now = asyncio.get_running_loop().time()
        for key in [key for key, one in self._peers.items() if not one.asked and now - one.used > _FORGET]:
            del self._peers[key]
        place = (str(message["host"]), int(message["port"]))
        user = user_of(dict(message))
        context = message["context"].encode()
        self._peers[message["key"]] = _Peer(self.engine, message["device"], place, user, context, now)

    def owner_of(self, engine_id: bytes) -> str | None:
        """Return the device that proved to be this engine."""
        return self._owners.get(engine_id)

    async def ask(self, message: Message) -> dict[str, Any]:
        """Ask once: `pdu`, `oids`, `counts`, repeated every `timeout` seconds for `seconds`. Return `pdu` as octets in
        hexadecimal digits, or a Failure.
        """
        loop = asyncio.get_running_loop()
        peer = self._peers.get(message["key"])
        if peer is None:
            return {"failed": "stranger", "why": ""}
        peer.used = loop.time()
        until = loop.time() + message["seconds"]
        pdu = _request(message["pdu"], [bytes.fromhex(one) for one in message["oids"]], message["counts"])
        try:
            await peer.open()
        except OSError as error:
            return _no_way(error)
        try:
            return await _Question(self.engine, peer, pdu, message["timeout"], until, self._owners).run()
        finally:
            peer.done()


class _Place:
    """Where pysnmp thinks a device is; what it remembers of the device hangs on this object, so a new one heals."""

    def __init__(self, peer: "_Peer") -> None:
        self._peer = peer

    def send(self, data: bytes) -> None:
        if self._peer.transport is not None:
            self._peer.transport.sendto(data)


class _Peer(asyncio.DatagramProtocol):
    """One device, and its socket while it is asked."""

    def __init__(
        self, engine: Engine, device: str, address: tuple[str, int], user: User, context: bytes, now: float
    ) -> None:
        self._engine = engine
        self.device, self.address, self.user, self.context = device, address, user, context
        self.used = now
        self.transport: asyncio.DatagramTransport | None = None
        self.asked: set[_Question] = set()
        self.users = 0
        self.heard = 0
        self.place = _Place(self)
        self.engine_id = b""
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Open the socket, unless it is. OSError when there is no way to the device."""
        async with self._opening:
            if self.transport is None:
                loop = asyncio.get_running_loop()
                self.transport, _ = await loop.create_datagram_endpoint(lambda: self, remote_addr=self.address)
                its: socket.socket = self.transport.get_extra_info("socket")
                its.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
            self.users += 1

    def done(self) -> None:
        """Close the socket when nobody asks any more."""
        self.users -= 1
        if self.users == 0 and self.transport is not None:
            self.transport.close()
            self.transport = None

    def renew(self) -> None:
        """Forget what the device said of itself: its engine ID is asked for anew."""
        self.place = _Place(self)
        self.engine_id = b""

    def datagram_received(self, data: bytes, addr: object) -> None:  # noqa: ARG002  # connected: there is only one
        self.heard += 1
        if self.engine_id and _engine_of(data) not in {self.engine_id, b""}:
            # Another engine, so pysnmp, which does not know our user there, would drop what it says.
            self.renew()
            for question in tuple(self.asked):
                question.meet_anew()
            return
        try:
            self._engine.received(self.place, data)
        except Exception as error:  # noqa: BLE001  # pysnmp read a stranger's octets; it is as if they had not come
            _log.info("a datagram from %s made pysnmp fail: %s", self.device, type(error).__name__)

    def error_received(self, exc: Exception) -> None:
        for question in tuple(self.asked):
            question.end(_no_way(exc))


@dataclass(eq=False)
class _Question:
    """One request to one device, with all its repetitions."""

    engine: Engine
    peer: _Peer
    pdu: Any
    timeout: float
    until: float
    owners: dict[bytes, str]

    async def run(self) -> dict[str, Any]:
        """Ask until there is an answer, a reason or no time."""
        self._news: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._handles: list[int] = []
        before = self.peer.heard
        self.peer.asked.add(self)
        try:
            return await self._repeat() or self._silent(heard=self.peer.heard > before)
        finally:
            self.peer.asked.discard(self)
            for handle in self._handles:
                self.engine.snmp.message_dispatcher.release_state_information(self.engine.snmp, handle, _V3)

    def end(self, failure: Failure) -> None:
        """End it without an answer."""
        if not self._news.done():
            self._news.set_result(failure)

    def meet_anew(self) -> None:
        """Ask again, beginning with the engine ID."""
        if not self._news.done():
            self._news.set_result(UNKNOWN_ENGINE)

    async def _repeat(self) -> dict[str, Any] | None:
        loop = asyncio.get_running_loop()
        heals = 0
        while (now := loop.time()) < self.until:
            if self._news.done():
                self._news = loop.create_future()
            place = self.peer.place
            self._send(place)
            await asyncio.wait({self._news}, timeout=min(self.until - now, self.timeout))
            if not self._news.done():
                continue
            news = self._news.result()
            if not isinstance(news, tuple):
                return dict(news)
            way = cure(news)
            if way is None or heals == _HEALS:
                if way is not None:
                    self.peer.renew()
                return {"failed": "denied", "why": reason(news)}
            heals += 1
            if way is Cure.ENGINE and place is self.peer.place:
                self._meet(place)
        return None

    def _send(self, place: _Place) -> None:
        user = self.peer.user
        if self.peer.engine_id:
            self.engine.know(user, self.peer.engine_id)
        self._meeting = self._engine_id(place) is None
        handle = self.engine.snmp.message_dispatcher.send_pdu(
            self.engine.snmp,
            SNMP_UDP_DOMAIN,
            place,
            _V3,
            _USM,
            OctetString(user.name),
            user.level,
            None,
            self.peer.context,
            1,
            self.pdu,
            True,  # noqa: FBT003  # pysnmp's order of arguments: it is answered
            2**31,  # ticks: the deadline is ours
            self._answered,
            None,
        )
        self._handles.append(handle)

    def _answered(self, *said: Any) -> None:  # noqa: ANN401  # pysnmp's callback
        pdu, trouble, handle = said[8], said[9], said[10]
        if handle in self._handles:
            self._handles.remove(handle)
        if self._news.done():
            return
        if pdu is not None:
            self.owners[self.peer.engine_id] = self.peer.device
            self._news.set_result({"pdu": encoder.encode(pdu).hex()})
        elif "oid" in trouble:
            self._news.set_result(tuple(trouble["oid"]))

    def _meet(self, place: _Place) -> None:
        """Take the engine ID that was asked for; a device that has changed it without being asked is met anew."""
        if self._meeting:
            self.peer.engine_id = self._engine_id(place) or b""
            return
        self.engine.forget(self.peer.user.name, self.peer.engine_id)
        self.owners.pop(self.peer.engine_id, None)
        self.peer.renew()

    def _engine_id(self, place: _Place) -> bytes | None:
        models = self.engine.snmp.message_processing_subsystems
        found, _, _ = models[_V3].get_peer_engine_info(SNMP_UDP_DOMAIN, place)
        return None if found is None else bytes(found)

    def _silent(self, *, heard: bool) -> Failure:
        """Say what silence means. What was known of the device is forgotten: it may be another one."""
        self.peer.renew()
        if not heard:
            return {"failed": "timeout", "why": "no answer before the deadline"}
        why = silence(encrypted=bool(self.peer.user.priv), context=bool(self.peer.context))
        if why is not None:
            return {"failed": "denied", "why": why}
        return {"failed": "invalid", "why": "it answers, but not in SNMPv3 that this user can read"}


def _request(tag: int, oids: Sequence[bytes], counts: Sequence[int]) -> Any:  # noqa: ANN401  # pysnmp has no types
    kind = {
        Pdu.GET: _PDU.GetRequestPDU,
        Pdu.GETNEXT: _PDU.GetNextRequestPDU,
        Pdu.GETBULK: _PDU.GetBulkRequestPDU,
    }[Pdu(tag)]
    pdu = kind()
    handler = _PDU.apiBulkPDU if tag == Pdu.GETBULK else _PDU.apiPDU
    handler.set_defaults(pdu)
    if tag == Pdu.GETBULK:
        handler.set_non_repeaters(pdu, counts[0])
        handler.set_max_repetitions(pdu, counts[1])
    handler.set_varbinds(pdu, [(_arcs(one), _PDU.null) for one in oids])
    return pdu


def _engine_of(data: bytes) -> bytes:
    try:
        return open_envelope(data).engine_id
    except CodecError:
        return b""


def _arcs(raw: bytes) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.decode(raw).split("."))


def _no_way(error: Exception) -> Failure:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ECONNREFUSED:
        return {"failed": "refused", "why": "the port is closed"}
    if number in _UNREACHABLE:
        return {"failed": "unreachable", "why": errno.errorcode[number or 0]}
    return {"failed": "local", "why": errno.errorcode.get(number or 0, "no socket")}
