"""SNMP v1 and v2c messages to and from octets. Pure, strict, bounds-checked; raises CodecError and nothing else.

A reply is read in two steps: `decode_header` finds the request-id, so that a stray costs almost nothing, then
`decode_varbinds` reads the rest. Sources: RFC 1157, RFC 1901, RFC 3416.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import Value, VarBind
from collectors.snmp.wire.errors import CodecError, ShortError

__all__ = ["CodecError", "Header", "Message", "Pdu", "Value", "VarBind", "decode", "encode"]

V1 = 0
V2C = 1
V3 = 3
"""Not a version of this codec: messages of v3 are made and read by the child process."""


class Pdu(IntEnum):
    """The PDUs we send and read, by their BER tag."""

    GET = 0xA0
    GETNEXT = 0xA1
    RESPONSE = 0xA2
    GETBULK = 0xA5


_VERSIONS = frozenset({V1, V2C})
_PDUS = frozenset(map(int, Pdu))  # plain ints: an enum member hashes slowly
_NO_ERROR = b"\x02\x01\x00\x02\x01\x00"  # error-status and error-index of nearly every reply
# The hot path's names, looked up once.
_SEQUENCE, _OBJECT_ID, _SHORT = ber.SEQUENCE, ber.OBJECT_ID, ber.SHORT
_read_value, _valid_oid = ber.read_value, oid.VALID


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
    if at + length > end:
        raise ShortError("length runs past the end of the datagram")
    if at + length != end:
        raise CodecError("length does not reach the end of the datagram")
    return at


def _int8(data: bytes, at: int) -> tuple[int, int]:
    if data[at] != ber.INTEGER:
        raise CodecError(f"tag 0x{data[at]:02x}, expected 0x02")
    return data[at + 2], at + 3


def decode_varbinds(data: bytes, header: Header) -> list[VarBind]:
    """Read the varbinds of `data`.

    Each step moves forward by at least two octets, so the work is bounded by the size of the datagram.
    """
    out: list[VarBind] = []
    try:
        _varbinds(data, header.start, header.stop, out)
    except IndexError:
        raise CodecError("truncated") from None
    return out


def _varbinds(data: bytes, at: int, end: int, out: list[VarBind]) -> None:
    """Read any varbinds up to `end`. Written without calls: a walk reads hundreds at a time.

    An inner length that runs over its varbind is caught at the last: the value must end exactly where the varbind does.
    """
    while at < end:
        if data[at] != _SEQUENCE:
            raise CodecError(f"tag 0x{data[at]:02x}, expected 0x30")
        length = data[at + 1]
        at += 2
        if length > _SHORT:
            length, at = ber.long_length(data, at, length)
        stop = at + length
        if stop > end or data[at] != _OBJECT_ID:
            raise CodecError("no OID in a varbind, or it runs past the end")
        length = data[at + 1]
        at += 2
        if length > _SHORT:
            length, at = ber.long_length(data, at, length)
        name = data[at : at + length]
        if not _valid_oid(name) or length >= oid.MAX_ARCS:
            oid.check(name)
        at += length
        tag = data[at]
        length = data[at + 1]
        at += 2
        if length > _SHORT:
            length, at = ber.long_length(data, at, length)
        if at + length != stop:
            raise CodecError("a value does not end with its varbind")
        out.append((name, tag, _read_value(tag, data[at:stop])))
        at = stop
