"""A device's address, and a request that waits there for its reply."""

import socket
from typing import TYPE_CHECKING, NamedTuple

from collectors.snmp.wire import codec
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import Header
from collectors.snmp.wire.errors import Truncated, WireError
from collectors.snmp.wire.layout import Layout
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.slots import Slots
from collectors.snmp.wire.sockets import Address

if TYPE_CHECKING:
    from asyncio import Future


class Reply(NamedTuple):
    """A reply: `size` in octets, `repeats` of the request before it came, `layout` where its shape was known."""

    error_status: int
    error_index: int
    varbinds: list[VarBind]
    size: int = 0
    repeats: int = 0
    layout: Layout | None = None


class Endpoint:
    """One device's address and port, and what is in flight to it."""

    __slots__ = ("__weakref__", "address", "any_source", "exchanges", "family", "slots")

    def __init__(self, family: socket.AddressFamily, address: Address, in_flight: int) -> None:
        self.any_source = False  # whether it may answer from elsewhere than it was asked
        self.family = family
        self.address = address
        self.slots = Slots(in_flight)
        self.exchanges: set[Exchange] = set()


class Exchange:
    """One request on its way. `timeout` is the pause before a repeat, `deadline` the end (loop time)."""

    __slots__ = (
        *("deadline", "endpoint", "failure", "future", "packet", "repeats", "request", "request_id", "sent"),
        *("tick", "timeout"),
    )

    def __init__(
        self,
        endpoint: Endpoint,
        request: Request,
        request_id: int,
        future: "Future[Reply]",
        timeout: float,
        deadline: float,
    ) -> None:
        self.endpoint = endpoint
        self.request = request
        self.request_id = request_id
        self.packet = request.packet(request_id)
        self.future = future
        self.timeout = timeout
        self.deadline = deadline
        self.sent = False
        self.repeats = 0
        self.tick = 0  # when it is looked at again, in the wire's ticks
        self.failure: WireError | None = None  # why it will have failed, if nothing better comes before the deadline

    def same_again(self, data: bytes) -> bool:
        """Read a reply that has the shape of the one before; return whether it had. CodecError for a bad value."""
        layout = self.request.layout
        varbinds = layout.read(data, self.request_id) if layout is not None else None
        if varbinds is None:
            return False
        if not self.future.done():
            self.future.set_result(Reply(0, 0, varbinds, len(data), self.repeats, layout))
        return True

    def answered(self, data: bytes, header: Header) -> None:
        """Read a reply in full. CodecError if it is none to this request."""
        if self.future.done():
            return
        self.request.expects(header)
        varbinds = codec.decode_varbinds(data, header)
        self.request.learn(data, header, varbinds)
        self.future.set_result(Reply(header.error_status, header.error_index, varbinds, len(data), self.repeats))

    def repeat(self) -> None:
        """Make the next packet ready."""
        self.repeats += 1
        self.packet = self.request.repeated(self.request_id, self.repeats)

    def cut_off(self) -> None:
        """End now, where less can be asked: a reply to this came, and was cut off."""
        if self.request.divisible:
            self.fail(Truncated("the reply was cut off"))

    def fail(self, failure: WireError) -> None:
        """End without a reply."""
        if not self.future.done():
            self.future.set_exception(failure)
