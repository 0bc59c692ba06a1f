"""A device's address, and a request that waits there for its reply."""

import socket
from typing import TYPE_CHECKING

from collectors.snmp.wire import codec
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import Header
from collectors.snmp.wire.errors import WireError
from collectors.snmp.wire.request import Request
from collectors.snmp.wire.slots import Slots
from collectors.snmp.wire.sockets import Address

if TYPE_CHECKING:
    from asyncio import Future

Reply = tuple[int, int, list[VarBind]]
"""error-status, error-index, varbinds."""


class Endpoint:
    """One device's address and port, and what is in flight to it."""

    __slots__ = ("__weakref__", "address", "exchanges", "family", "slots")

    def __init__(self, family: socket.AddressFamily, address: Address, in_flight: int) -> None:
        self.family = family
        self.address = address
        self.slots = Slots(in_flight)
        self.exchanges: set[Exchange] = set()


class Exchange:
    """One request on its way. `timeout` is the pause before a repeat, `deadline` the end (loop time)."""

    __slots__ = ("deadline", "endpoint", "failure", "future", "packet", "request", "request_id", "sent", "timeout")

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
        self.failure: WireError | None = None  # why it will have failed, if nothing better comes before the deadline

    def same_again(self, data: bytes) -> bool:
        """Read a reply that has the shape of the one before; return whether it had. CodecError for a bad value."""
        layout = self.request.layout
        varbinds = layout.read(data, self.request_id) if layout is not None else None
        if varbinds is None:
            return False
        if not self.future.done():
            self.future.set_result((0, 0, varbinds))
        return True

    def answered(self, data: bytes, header: Header) -> None:
        """Read a reply in full. CodecError if it is none to this request."""
        if self.future.done():
            return
        self.request.expects(header)
        varbinds = codec.decode_varbinds(data, header)
        self.request.learn(data, header, varbinds)
        self.future.set_result((header.error_status, header.error_index, varbinds))

    def fail(self, failure: WireError) -> None:
        """End without a reply."""
        if not self.future.done():
            self.future.set_exception(failure)
