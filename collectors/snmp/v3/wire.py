"""Asks by SNMPv3 through the child process: what `wire.transport` is to v1 and v2c."""

import asyncio
from typing import Any

from collectors.settings import SnmpSettings
from collectors.snmp.child.lines import Message
from collectors.snmp.child.process import Child
from collectors.snmp.v3.secrets import Secrets, user_message
from collectors.snmp.wire import ber, codec
from collectors.snmp.wire.errors import (
    CodecError,
    Denied,
    Invalid,
    Local,
    NoAnswer,
    Refused,
    Unreachable,
    WireError,
)
from collectors.snmp.wire.exchange import Reply
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.slots import Slots
from collectors.snmp.wire.sockets import Address

IN_ALL = 64
"""Questions under way: pysnmp drops replies when there are more than a hundred."""
_PER_DEVICE = 2
_FAILURES: dict[str, type[WireError]] = {
    "timeout": NoAnswer,
    "refused": Refused,
    "unreachable": Unreachable,
    "denied": Denied,
    "invalid": Invalid,
    "local": Local,
}


class Peer:
    """One device: its address, its user, and what is under way to it. `check`: whose question it is; the child knows it
    by that. `device`: its id in the inventory.
    """

    __slots__ = ("_hello", "address", "key", "slots", "told")

    def __init__(self, check: str, device: str, address: Address, settings: SnmpSettings, secrets: Secrets) -> None:
        self.address = address
        self.key = check
        self.slots = Slots(_PER_DEVICE)
        self.told = 0
        """The life of the child that knows it."""
        host = f"{address[0]}%{address[3]}" if len(address) > 2 and address[3] else address[0]  # noqa: PLR2004  # IPv6
        self._hello: Message = {
            "do": "device",
            "key": self.key,
            "device": device,
            "host": host,
            "port": address[1],
            "context": settings.context or "",
            **user_message(settings, secrets),
        }

    def __repr__(self) -> str:
        """Without its user and passphrases."""
        return f"Peer({self._hello['device']}, {self._hello['host']}, {self._hello['port']})"

    def hello(self) -> Message:
        """Return what introduces it to a child."""
        return self._hello


class V3Wire:
    """Lives in one loop, with its child."""

    def __init__(self, child: Child) -> None:
        self._child, self._loop = child, asyncio.get_running_loop()
        self._slots = Slots(IN_ALL)

    async def ask(self, endpoint: Peer, request: Request, *, timeout: float, deadline: float) -> Reply:  # noqa: ASYNC109  # the pause before a repeat, not a bound on this call
        """Ask, see `Asker.ask`."""
        await endpoint.slots.take(deadline)
        try:
            await self._slots.take(deadline)
            try:
                return await self._ask(endpoint, request, timeout, deadline)
            finally:
                self._slots.release()
        finally:
            endpoint.slots.release()

    async def _ask(self, peer: Peer, request: Request, timeout: float, deadline: float) -> Reply:  # noqa: ASYNC109  # likewise
        question = {
            "do": "ask",
            "key": peer.key,
            "pdu": int(request.pdu),
            "oids": [one.hex() for one in request.oids],
            "counts": (0, request.repetitions),
            "timeout": timeout,
        }
        answer: dict[str, Any] = {"failed": "stranger"}
        for _ in range(2):
            answer = await self._told(peer, question, deadline)
            if answer.get("failed") != "stranger":  # it forgets what was long not asked
                break
            peer.told = 0
        return _reply(answer)

    async def _told(self, peer: Peer, question: dict[str, Any], deadline: float) -> dict[str, Any]:
        child = self._child
        await child.ready(deadline)
        if peer.told != child.life:
            child.tell(peer.hello())
            peer.told = child.life
        seconds = deadline - self._loop.time()
        if seconds <= 0:
            raise NoAnswer("no time left before the deadline")
        return await child.ask({**question, "seconds": seconds}, deadline=deadline)


def _reply(answer: dict[str, Any]) -> Reply:
    """Read what a child answered: the device's PDU by our own strict codec."""
    failed = answer.get("failed")
    if failed is not None:
        raise _FAILURES.get(str(failed), Local)(str(answer.get("why", ""))[:200])
    try:
        pdu = bytes.fromhex(answer["pdu"])
        message = codec.decode(ber.tlv(ber.SEQUENCE, _V2C + pdu))
    except (CodecError, KeyError, TypeError, ValueError):
        raise Invalid("malformed reply") from None
    header = message.header
    return Reply(header.error_status, header.error_index, message.varbinds, len(pdu))


_V2C = ber.tlv(ber.INTEGER, ber.integer(codec.V2C)) + ber.tlv(ber.OCTETS, b"")
"""What stands before the PDU in a message that our codec reads."""
