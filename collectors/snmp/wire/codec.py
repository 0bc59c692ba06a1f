"""SNMP v1 and v2c messages to and from octets. Pure, strict, bounds-checked; raises CodecError and nothing else.

A reply is read in two steps: `decode_header` finds the request-id, so that a stray costs almost nothing, then
`decode_varbinds` reads the rest. Sources: RFC 1157, RFC 1901, RFC 3416.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import Value, VarBind
from collectors.snmp.wire.errors import CodecError

__all__ = ["CodecError", "Header", "Message", "Pdu", "Request", "Value", "VarBind", "decode", "encode"]

V1 = 0
V2C = 1
REQUEST_ID_MIN = 1 << 24  # always four octets, so that a request-id can be patched into a ready request
REQUEST_ID_MAX = (1 << 31) - 1


class Pdu(IntEnum):
    """The PDUs we send and read, by their BER tag."""

    GET = 0xA0
    GETNEXT = 0xA1
    RESPONSE = 0xA2
    GETBULK = 0xA5


_VERSIONS = frozenset({V1, V2C})
_PDUS = frozenset(map(int, Pdu))  # plain ints: an enum member hashes slowly
_NO_ERROR = b"\x02\x01\x00\x02\x01\x00"  # error-status and error-index of nearly every reply
_FOUR = 4
_FOUR_UNSIGNED = frozenset({ber.COUNTER32, ber.GAUGE32, ber.TIME_TICKS})
_SMALL = _FOUR_UNSIGNED | {ber.INTEGER, ber.COUNTER64}
_from_bytes = int.from_bytes


class Header(NamedTuple):
    """Everything before the varbinds. For GETBULK the two error fields are non-repeaters and max-repetitions."""

    version: int
    community: bytes
    pdu: int
    request_id: int
    error_status: int
    error_index: int
    start: int  # where the varbinds begin and end
    stop: int


class Message(NamedTuple):
    """A whole message."""

    header: Header
    varbinds: list[VarBind]


@dataclass(frozen=True, slots=True)
class Request:
    """A ready request but for its request-id. `oids` are content octets.

    `expected` holds per OID its TLV, the distance from a varbind's start to its value, and the content octets.
    """

    version: int
    community: bytes
    pdu: int
    oids: tuple[bytes, ...]
    expected: tuple[tuple[bytes, int, bytes], ...]
    head: bytes
    tail: bytes

    def __repr__(self) -> str:
        """Without the community: it is a secret."""
        return f"Request(pdu=0x{self.pdu:02x}, oids={[oid.decode(raw) for raw in self.oids]})"

    def packet(self, request_id: int) -> bytes:
        """Return the datagram; `request_id` from REQUEST_ID_MIN to REQUEST_ID_MAX."""
        return self.head + request_id.to_bytes(4, "big") + self.tail


def request(
    pdu: Pdu, oids: Sequence[bytes], *, version: int, community: bytes, counts: tuple[int, int] = (0, 0)
) -> Request:
    """Prepare a GET, GETNEXT or GETBULK. `counts` = non-repeaters and max-repetitions of a GETBULK (RFC 3416 4.2.3)."""
    tlvs = [ber.tlv(ber.OBJECT_ID, oid.check(raw)) for raw in oids]
    varbinds = b"".join(ber.tlv(ber.SEQUENCE, name + b"\x05\x00") for name in tlvs)
    first, second = (ber.tlv(ber.INTEGER, ber.integer(count)) for count in counts)
    tail = first + second + ber.tlv(ber.SEQUENCE, varbinds)
    body = b"\x02\x04" + bytes(4) + tail
    start = ber.tlv(ber.INTEGER, ber.integer(version)) + ber.tlv(ber.OCTETS, community)
    whole = ber.tlv(ber.SEQUENCE, start + ber.tlv(pdu, body))
    return Request(
        version=version,
        community=community,
        pdu=pdu,
        oids=tuple(oids),
        expected=tuple((name, len(name) + 2, raw) for name, raw in zip(tlvs, oids, strict=True)),
        head=whole[: len(whole) - len(tail) - 4],
        tail=tail,
    )


def encode(header: Header, varbinds: Sequence[VarBind]) -> bytes:
    """Return the octets of a whole message (an agent's side: the load responder and the tests' agents)."""
    listed = b"".join(
        ber.tlv(ber.SEQUENCE, ber.tlv(ber.OBJECT_ID, oid.check(name)) + ber.write_value(tag, value))
        for name, tag, value in varbinds
    )
    numbers = (header.request_id, header.error_status, header.error_index)
    body = b"".join(ber.write_value(ber.INTEGER, number) for number in numbers) + ber.tlv(ber.SEQUENCE, listed)
    start = ber.write_value(ber.INTEGER, header.version) + ber.tlv(ber.OCTETS, header.community)
    return ber.tlv(ber.SEQUENCE, start + ber.tlv(header.pdu, body))


def decode(data: bytes) -> Message:
    """Read a whole message."""
    header = decode_header(data)
    return Message(header, decode_varbinds(data, header))


def decode_header(data: bytes) -> Header:
    """Read everything before the varbinds; nothing may follow the message."""
    try:
        return _header(data, len(data))
    except IndexError:
        raise CodecError("truncated") from None


def _header(data: bytes, end: int) -> Header:
    at = _rest(data, 0, end, ber.SEQUENCE)
    version, at = ber.read_int32(data, at, end) if data[at + 1] != 1 else _int8(data, at)
    if version not in _VERSIONS:
        raise CodecError(f"version {version}, expected v1 or v2c")
    start, stop = ber.open_tlv(data, at, end, ber.OCTETS)
    pdu = data[stop]
    if pdu not in _PDUS:
        raise CodecError(f"PDU 0x{pdu:02x} is none of ours")
    at = _rest(data, stop, end, pdu)
    request_id, at = ber.read_int32(data, at, end)
    if data.startswith(_NO_ERROR, at):
        status = index = 0
        at += len(_NO_ERROR)
    else:
        status, at = ber.read_int32(data, at, end)
        index, at = ber.read_int32(data, at, end)
        if status < 0 or index < 0:
            raise CodecError("negative error-status or error-index")
    at = _rest(data, at, end, ber.SEQUENCE)
    return Header(version, data[start:stop], pdu, request_id, status, index, at, end)


def _rest(data: bytes, at: int, end: int, tag: int) -> int:
    """Return where the content of a TLV begins that must reach exactly to the end: message, PDU, varbind list."""
    if data[at] != tag:
        raise CodecError(f"tag 0x{data[at]:02x}, expected 0x{tag:02x}")
    length = data[at + 1]
    at += 2
    if length > ber.SHORT:
        length, at = ber.long_length(data, at, length)
    if at + length != end:
        raise CodecError("length does not reach the end of the datagram")
    return at


def _int8(data: bytes, at: int) -> tuple[int, int]:
    if data[at] != ber.INTEGER:
        raise CodecError(f"tag 0x{data[at]:02x}, expected 0x02")
    return data[at + 2], at + 3


def decode_varbinds(data: bytes, header: Header, expected: Sequence[tuple[bytes, int, bytes]] = ()) -> list[VarBind]:
    """Read the varbinds of `data`. `expected` (of a Request) only saves time where the reply names the same OIDs.

    Each step moves forward by at least two octets, so the work is bounded by the size of the datagram.
    """
    at, end = header.start, header.stop
    out: list[VarBind] = []
    try:
        at = _expected(data, at, end, expected, out)
        while at < end:
            varbind, at = _varbind(data, at, end)
            out.append(varbind)
    except IndexError:
        raise CodecError("truncated") from None
    return out


def _expected(data: bytes, at: int, end: int, expected: Sequence[tuple[bytes, int, bytes]], out: list[VarBind]) -> int:
    """Read the varbinds that name `expected` in order with short lengths, the common case; return where it ends."""
    for name, size, known in expected:
        if at >= end or data[at] != ber.SEQUENCE or not data.startswith(name, at + 2):
            break
        stop = at + 2 + data[at + 1]
        here = at + size
        tag = data[here]
        length = data[here + 1]
        here += 2
        if here + length != stop or length > ber.SHORT or stop > end:
            break
        if tag == ber.OCTETS:
            out.append((known, tag, data[here:stop]))
        elif length == _FOUR and tag in _FOUR_UNSIGNED:
            out.append((known, tag, _from_bytes(data[here:stop], "big")))
        elif length == 1 and tag in _SMALL and data[here] <= ber.SHORT:
            out.append((known, tag, data[here]))
        else:
            out.append((known, tag, ber.read_value(tag, data[here:stop])))
        at = stop
    return at


def _varbind(data: bytes, at: int, end: int) -> tuple[VarBind, int]:
    at, stop = ber.open_tlv(data, at, end, ber.SEQUENCE)
    start, at = ber.open_tlv(data, at, stop, ber.OBJECT_ID)
    name = oid.check(data[start:at])
    tag = data[at]
    start, after = ber.open_tlv(data, at, stop, tag)
    if after != stop:
        raise CodecError("octets after a value")
    return (name, tag, ber.read_value(tag, data[start:stop])), stop
