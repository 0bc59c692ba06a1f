"""The child's side of traps: a socket, and pysnmp behind a door that opens to known senders with the right credentials.

Nothing here is the truth about a device: the daemon is told that a known one says something, and asks it.
"""

import asyncio
import errno
import hmac
import logging
import socket
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any

from pysnmp.entity import config  # type: ignore[import-untyped]  # it ships no types
from pysnmp.entity.rfc3413.ntfrcv import NotificationReceiver  # type: ignore[import-untyped]  # it ships no types

from collectors.snmp.child.lines import Message
from collectors.snmp.child.pysnmp_engine import Engine, User, user_of
from collectors.snmp.traps.envelope import Envelope, open_envelope
from collectors.snmp.traps.kinds import LIMITED, kind_of
from collectors.snmp.traps.limits import SENDERS, Limits
from collectors.snmp.traps.senders import Senders, plain_address
from collectors.snmp.wire.codec import V3, CodecError

_TRAP_OID = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)  # snmpTrapOID.0
_RECEIVE_BUFFER = 1 << 20
_AGAIN = 10.0  # seconds before a port that could not be had is tried again
_TELL_EVERY = 1.0  # seconds between two tellings of what was dropped
_LOOK_AFTER = 0.5  # seconds after traps that were too many, until their device is asked once for all of them
_ENGINES = 4  # engine IDs that one sender may have, the oldest is forgotten
_VERSIONS = {0: "1", 1: "2c", 3: "3"}
_log = logging.getLogger(__name__)


class Receiver(asyncio.DatagramProtocol):
    """Takes traps and informs, where it is told to."""

    def __init__(self, say: Callable[[Message], None], owner_of: Callable[[bytes], str | None]) -> None:
        self.engine = Engine()
        self._say, self._owner_of = say, owner_of
        self._own_id = b""
        self._community: bytes | None = None
        self._users: dict[bytes, User] = {}
        self._senders, self._limits = Senders(), Limits()
        self._met: OrderedDict[str, deque[tuple[str, bytes]]] = OrderedDict()
        self._dropped: Counter[str] = Counter()
        self._heard: list[str] = []
        self._later: dict[str, asyncio.TimerHandle] = {}
        self._listen: tuple[str, int] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._tasks: list[asyncio.Task[None]] = []
        NotificationReceiver(self.engine.snmp, self._notified)

    async def follow(self, message: Message) -> None:
        """Take over what the daemon wants: `listen` (host and port, or null), `hosts` (host -> devices), `community`
        (hexadecimal, or null), `users`, and `engine` (hexadecimal) with `boots` at the first time.
        """
        listen = message["listen"]
        wanted = (str(listen[0]), int(listen[1])) if listen else None
        if not self._own_id:
            self._own_id = bytes.fromhex(message["engine"])
            self.engine.call_itself(self._own_id, message["boots"])
        self._senders.follow(message["hosts"])
        self._follow_credentials(message["community"], message["users"])
        if wanted != self._listen or self._transport is None:
            await self.close()
            self._listen = wanted
            if wanted is not None:
                work = (self._listening(wanted), self._senders.resolving(), self._telling())
                self._tasks = [asyncio.create_task(one) for one in work]

    async def close(self) -> None:
        """Stop listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        for timer in self._later.values():
            timer.cancel()
        self._later.clear()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def _follow_credentials(self, community: str | None, users: Sequence[dict[str, str | None]]) -> None:
        for engines in self._met.values():
            for name, engine_id in engines:
                self.engine.forget(name, engine_id)
        self._met.clear()
        for old in self._users.values():
            self.engine.forget(old.name, self._own_id)
        self._users = {str(one["user"]).encode(): user_of(one) for one in users}
        for user in self._users.values():
            self.engine.know(user, self._own_id)  # informs are signed for us
        before, self._community = self._community, None if community is None else bytes.fromhex(community)
        if before is not None:
            config.delete_v1_system(self.engine.snmp, "traps")
        if self._community is not None:
            config.add_v1_system(self.engine.snmp, "traps", self._community)

    async def _listening(self, where: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        told = ""
        while self._transport is None:
            try:
                self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=_bound(*where))
            except OSError as error:
                why = errno.errorcode.get(error.errno or 0, "no such address")
                if why != told:
                    self._say({"listening": False, "why": why})
                told = why
                await asyncio.sleep(_AGAIN)
            else:
                self._say({"listening": True, "why": ""})

    async def _telling(self) -> None:
        while True:
            await asyncio.sleep(_TELL_EVERY)
            if self._dropped:
                self._say({"dropped": dict(self._dropped)})
                self._dropped.clear()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Take one datagram, or count why not."""
        dropped = self._take(data, addr)
        if dropped is not None:
            self._dropped[dropped] += 1

    def _take(self, data: bytes, addr: tuple[str, int]) -> str | None:
        address = plain_address(addr[0]) or ""
        devices = self._senders.at(address)
        try:
            envelope = open_envelope(data)
        except CodecError:
            return "invalid" if devices else "unknown_sender"
        owner = self._owner_of(envelope.engine_id) if envelope.engine_id else None
        if owner is not None:
            devices = [owner]
        if not devices:
            return "unknown_sender"
        sender = address if owner is None else envelope.engine_id.hex()
        if not envelope.discovery and not self._welcome(envelope):
            return "wrong_credentials"  # before the limit: whoever guesses in a device's name must not silence it
        if not self._limits.allow(sender, asyncio.get_running_loop().time()):
            if not envelope.discovery and sender not in self._later:
                self._later[sender] = asyncio.get_running_loop().call_later(_LOOK_AFTER, self._look, sender, devices)
            return "limited"
        user = self._users.get(envelope.user)
        if user is not None and envelope.version == V3 and envelope.engine_id not in {b"", self._own_id}:
            self._meet(sender, user, envelope.engine_id)
        return self._read(data, addr, envelope, devices)

    def _look(self, sender: str, devices: Sequence[str]) -> None:
        """Have a device asked for the traps of it that were not read: the last of them may tell of a new fault."""
        del self._later[sender]
        self._say({"trap": LIMITED, "devices": devices})

    def _welcome(self, envelope: Envelope) -> bool:
        """Check what can be checked before the message is read.

        The level too: pysnmp takes a trap that is less protected than its user has to be.
        """
        if envelope.version != V3:
            return self._community is not None and hmac.compare_digest(envelope.community, self._community)
        user = self._users.get(envelope.user)
        if user is None:
            return False
        if envelope.engine_id == self._own_id:
            return True  # it is for pysnmp to say: the level of a first inform is lower
        return envelope.level >= user.level

    def _meet(self, sender: str, user: User, engine_id: bytes) -> None:
        engines = self._met.setdefault(sender, deque())
        self._met.move_to_end(sender)
        if (user.name, engine_id) not in engines:
            engines.append((user.name, engine_id))
            if len(engines) > _ENGINES:
                self.engine.forget(*engines.popleft())
            if len(self._met) > SENDERS:
                for one in self._met.popitem(last=False)[1]:
                    self.engine.forget(*one)
        self.engine.know(user, engine_id)

    def _read(self, data: bytes, addr: tuple[str, int], envelope: Envelope, devices: Sequence[str]) -> str | None:
        self._heard.clear()
        before = self._out_of_time()
        try:
            self.engine.received(_Back(self._transport, addr), data)
        except Exception as error:  # noqa: BLE001  # pysnmp read somebody's octets; it is as if they had not come
            _log.info("a trap made pysnmp fail: %s", type(error).__name__)
            return "invalid"
        if self._heard:
            self._say({"trap": self._heard[0], "devices": devices, "version": _VERSIONS[envelope.version]})
            return None
        if envelope.discovery or self._out_of_time() != before:
            return None  # who sends an inform by v3 asks first who we are, or how late it is here
        return "wrong_credentials" if envelope.version == V3 else "invalid"

    def _notified(self, *said: Any) -> None:  # noqa: ANN401  # pysnmp's callback
        for name, value in said[4]:
            if tuple(name) == _TRAP_OID:
                self._heard.append(kind_of(value.prettyPrint()))
                return
        self._heard.append(kind_of(""))

    def _out_of_time(self) -> int:
        (stat,) = self.engine.snmp.get_mib_builder().import_symbols(
            "__SNMP-USER-BASED-SM-MIB", "usmStatsNotInTimeWindows"
        )
        return int(stat.syntax)


class _Back:
    """Where an answer to an inform goes."""

    def __init__(self, transport: asyncio.DatagramTransport | None, addr: tuple[str, int]) -> None:
        self._transport, self._addr = transport, addr

    def send(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.sendto(data, self._addr)


def _bound(host: str, port: int) -> socket.socket:
    """Return a bound socket, for both families where `host` is `::`. OSError when it cannot be had."""
    family, kind, protocol, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)[
        0
    ]
    opened = socket.socket(family, kind, protocol)
    try:
        opened.setblocking(False)  # noqa: FBT003  # the standard library's order
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        if family == socket.AF_INET6 and host == "::":
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        opened.bind(where)
    except BaseException:
        opened.close()
        raise
    return opened
