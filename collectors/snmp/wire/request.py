"""Requests made ready once and sent many times: only the request-id changes. Pure."""

from collections.abc import Sequence

from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import Header, Pdu
from collectors.snmp.wire.errors import CodecError
from collectors.snmp.wire.layout import Layout, shared

REQUEST_ID_MIN = 1 << 24  # always four octets
REQUEST_ID_MAX = (1 << 31) - 1
_COUNTS = b"\x02\x01\x00\x02\x01"  # no non-repeaters, and max-repetitions of one octet, which follows
_COUNT = len(_COUNTS)


class Request:
    """A GET, GETNEXT or GETBULK to one device, and the shape of its last reply.

    `counts` are non-repeaters and max-repetitions of a GETBULK (RFC 3416 section 4.2.3). CodecError for a bad OID.
    """

    __slots__ = ("_head", "_last_size", "_tail", "community", "layout", "oids", "pdu", "repetitions", "version")

    def __init__(
        self, pdu: Pdu, oids: Sequence[bytes], *, version: int, community: bytes, counts: tuple[int, int] = (0, 0)
    ) -> None:
        self.pdu = pdu
        self.oids = tuple(oids)
        self.version = version
        self.community = community
        self.repetitions = counts[1]
        self.layout: Layout | None = None
        self._last_size = 0
        names = (ber.tlv(ber.OBJECT_ID, oid.check(raw)) for raw in oids)
        varbinds = ber.tlv(ber.SEQUENCE, b"".join(ber.tlv(ber.SEQUENCE, name + b"\x05\x00") for name in names))
        numbers = b"".join(ber.tlv(ber.INTEGER, ber.integer(count)) for count in counts)
        self._tail = numbers + varbinds
        start = ber.tlv(ber.INTEGER, ber.integer(version)) + ber.tlv(ber.OCTETS, community)
        whole = ber.tlv(ber.SEQUENCE, start + ber.tlv(pdu, b"\x02\x04" + bytes(4) + self._tail))
        self._head = whole[: len(whole) - len(self._tail) - 4]

    def __repr__(self) -> str:
        """Without the community: it is a secret."""
        return f"Request({self.pdu.name}, {[oid.decode(raw) for raw in self.oids]})"

    def packet(self, request_id: int) -> bytes:
        """Return the datagram; `request_id` from REQUEST_ID_MIN to REQUEST_ID_MAX."""
        return self._head + request_id.to_bytes(4, "big") + self._tail

    def repeated(self, request_id: int, repeats: int) -> bytes:
        """Return the datagram of a repeat. A GETBULK asks for half as much each time under the same request-id: its
        answer may have been too long to arrive, and whichever answer comes, it answers this.
        """
        tail = self._tail
        if self.repetitions > 1 and tail.startswith(_COUNTS) and tail[_COUNT] <= ber.SHORT:
            tail = tail[:_COUNT] + bytes([max(1, tail[_COUNT] >> repeats)]) + tail[_COUNT + 1 :]
        return self._head + request_id.to_bytes(4, "big") + tail

    @property
    def divisible(self) -> bool:
        """Whether less can be asked."""
        return len(self.oids) > 1 or self.repetitions > 1

    def part(self, oids: Sequence[bytes]) -> "Request":
        """Return the same request for some of its OIDs."""
        return Request(self.pdu, oids, version=self.version, community=self.community)

    def expects(self, header: Header) -> None:
        """Raise CodecError unless this can be the header of a reply to this request."""
        if header.pdu != Pdu.RESPONSE or header.version != self.version:
            raise CodecError("no response, or of another version")
        if header.community != self.community:
            raise CodecError("the community is not the one that was asked with")

    def learn(self, data: bytes, header: Header, varbinds: list[VarBind]) -> None:
        """Remember the shape of a good reply that was read in full, at the second of one size: it will come again."""
        if len(data) == self._last_size and varbinds and not header.error_status:
            self.layout = shared(Layout(data, header, varbinds))
        self._last_size = len(data)
