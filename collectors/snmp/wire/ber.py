"""BER as SNMP uses it (RFC 3417 section 8, RFC 2578 section 7): tags, lengths, values. Pure.

Definite lengths only. A varbind is the plain tuple `(oid, tag, value)`: the hot path builds hundreds of thousands.
"""

import struct
from collections.abc import Callable

from collectors.snmp.wire import oid
from collectors.snmp.wire.errors import CodecError

INTEGER = 0x02
OCTETS = 0x04
NULL = 0x05
OBJECT_ID = 0x06
SEQUENCE = 0x30
IP_ADDRESS = 0x40
COUNTER32 = 0x41
GAUGE32 = 0x42
TIME_TICKS = 0x43
OPAQUE = 0x44
COUNTER64 = 0x46
NO_SUCH_OBJECT = 0x80
NO_SUCH_INSTANCE = 0x81
END_OF_MIB_VIEW = 0x82

Value = int | float | bytes | None
"""INTEGER, counters, gauges, ticks: int. Octets, IpAddress, OID (content octets): bytes. Opaque: float, else bytes.
NULL and the three exceptions: None, told apart by the tag."""

VarBind = tuple[bytes, int, Value]
"""OID (content octets), BER tag, value."""

_FLOAT = b"\x9f\x78\x04"  # Opaque-wrapped float and double, as net-snmp writes them
_DOUBLE = b"\x9f\x79\x08"
_UNSIGNED_OCTETS = {COUNTER32: 4, GAUGE32: 4, TIME_TICKS: 4, COUNTER64: 8}
# The largest first octet of an unsigned value, by its length: no sign, unless all octets are there (agents drop the
# zero that should stand before), and one octet more only if it is that zero.
_LARGEST_FIRST = {tag: (-1, *(0x7F for _ in range(octets - 1)), 0xFF, 0x00) for tag, octets in _UNSIGNED_OCTETS.items()}
_from_bytes = int.from_bytes
_EMPTY_TAGS = frozenset({NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW})
SHORT = 0x7F  # the largest length of the short form
_MAX_LENGTH_OCTETS = 4
_IPV4_OCTETS = 4


def long_length(data: bytes, at: int, first: int) -> tuple[int, int]:
    """Return `(length, position after it)` of a long-form length whose `first` octet stands before `at`.

    BER allows padded lengths and agents use them (net-snmp always writes two octets); above four octets is refused.
    """
    octets = first & 0x7F
    if not 1 <= octets <= _MAX_LENGTH_OCTETS:
        raise CodecError("indefinite or oversized length")
    stop = at + octets
    if stop > len(data):
        raise CodecError("truncated length")
    return int.from_bytes(data[at:stop], "big"), stop


def open_tlv(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Return `(start, stop)` of the content of the TLV at `at`, which must have this tag and lie within `end`."""
    if at + 2 > end:
        raise CodecError("truncated")
    if data[at] != tag:
        raise CodecError(f"tag 0x{data[at]:02x}, expected 0x{tag:02x}")
    length = data[at + 1]
    at += 2
    if length > SHORT:
        length, at = long_length(data, at, length)
    if at + length > end:
        raise CodecError("length runs past the end")
    return at, at + length


def read_int32(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return `(value, position after it)` of an INTEGER of at most four octets: request-id, error-status, index."""
    start, stop = open_tlv(data, at, end, INTEGER)
    if not 1 <= stop - start <= 4:  # noqa: PLR2004  # 32 bits
        raise CodecError("INTEGER of 0 or more than 4 octets in the header")
    return int.from_bytes(data[start:stop], "big", signed=True), stop


def read_value(tag: int, raw: bytes) -> Value:
    """Return the value of one varbind. CodecError for an unknown tag or content that its type cannot have."""
    if tag == OCTETS:
        return raw
    length = len(raw)
    largest = _LARGEST_FIRST.get(tag)
    if largest is not None:
        if not 0 < length < len(largest) or raw[0] > largest[length]:
            raise CodecError("unsigned value is negative or out of range")
        return _from_bytes(raw, "big")
    if tag == INTEGER:
        if not 1 <= length <= 8:  # noqa: PLR2004  # Integer32; agents that send up to 64 bits are read right, not cut
            raise CodecError("INTEGER of 0 or more than 8 octets")
        return raw[0] if length == 1 and raw[0] <= SHORT else _from_bytes(raw, "big", signed=True)
    reader = _READERS.get(tag)
    if reader is None:
        raise CodecError(f"unknown value tag 0x{tag:02x}")
    return reader(raw)


def _read_empty(raw: bytes) -> None:
    if raw:
        raise CodecError("NULL or exception with content")


def _read_address(raw: bytes) -> bytes:
    if len(raw) != _IPV4_OCTETS:
        raise CodecError("IpAddress is not 4 octets")
    return raw


def _read_opaque(raw: bytes) -> float | bytes:
    if raw[:3] == _FLOAT and len(raw) == 7:  # noqa: PLR2004  # 3 + 4
        return float(struct.unpack(">f", raw[3:])[0])
    if raw[:3] == _DOUBLE and len(raw) == 11:  # noqa: PLR2004  # 3 + 8
        return float(struct.unpack(">d", raw[3:])[0])
    return raw


_READERS: dict[int, Callable[[bytes], Value]] = {
    OBJECT_ID: oid.check,
    IP_ADDRESS: _read_address,
    OPAQUE: _read_opaque,
    **dict.fromkeys(_EMPTY_TAGS, _read_empty),
}


def tlv(tag: int, content: bytes) -> bytes:
    """Return tag, length (shortest form) and content."""
    length = len(content)
    if length <= SHORT:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def integer(value: int) -> bytes:
    """Return the shortest two's complement content octets of `value`."""
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)


def write_value(tag: int, value: Value) -> bytes:
    """Return the TLV of one value; CodecError when the type cannot carry it."""
    if isinstance(value, bool):
        raise CodecError("a boolean is no SNMP value")
    if isinstance(value, int) and tag == INTEGER and -(2**31) <= value < 2**31:
        return tlv(tag, integer(value))
    if isinstance(value, int) and tag in _UNSIGNED_OCTETS and 0 <= value < 1 << 8 * _UNSIGNED_OCTETS[tag]:
        return tlv(tag, integer(value))
    if isinstance(value, bytes) and (tag in {OCTETS, OPAQUE} or (tag == IP_ADDRESS and len(value) == _IPV4_OCTETS)):
        return tlv(tag, value)
    if isinstance(value, bytes) and tag == OBJECT_ID:
        return tlv(tag, oid.check(value))
    if isinstance(value, float) and tag == OPAQUE:
        return tlv(tag, _DOUBLE + struct.pack(">d", value))
    if value is None and tag in _EMPTY_TAGS:
        return tlv(tag, b"")
    raise CodecError(f"value of type {type(value).__name__} cannot be sent with tag 0x{tag:02x}")
