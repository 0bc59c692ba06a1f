"""Who says that it sends this: the outside of a datagram, read before pysnmp has to. Pure, bounds-checked."""

from typing import NamedTuple

from collectors.snmp.wire import ber
from collectors.snmp.wire.codec import V1, V2C, V3
from collectors.snmp.wire.errors import CodecError

_SHORTEST_ENGINE_ID, _LONGEST_ENGINE_ID = 5, 32  # octets, RFC 3411 SnmpEngineID
_TRAP_V1, _INFORM, _TRAP_V2 = 0xA4, 0xA6, 0xA7
_PRIV_ALONE = 2  # encrypted but not signed: RFC 3412 section 7.2.5 refuses it
_PDUS = {V1: frozenset({_TRAP_V1}), V2C: frozenset({_INFORM, _TRAP_V2})}


class Envelope(NamedTuple):
    """`community` of v1 and v2c; `engine_id`, `user` and security `level` (1 noAuthNoPriv, 2 authNoPriv, 3 authPriv) of
    v3. All as they came and not proven.
    """

    version: int
    community: bytes = b""
    engine_id: bytes = b""
    user: bytes = b""
    level: int = 1

    @property
    def discovery(self) -> bool:
        """Whether somebody asks who we are, before it sends an inform by v3."""
        return self.version == V3 and not self.engine_id


def open_envelope(data: bytes) -> Envelope:
    """Read a datagram's outside. CodecError when it is neither a trap nor an inform, or could not be one."""
    try:
        return _open(data)
    except IndexError:
        raise CodecError("truncated") from None


def _open(data: bytes) -> Envelope:
    at, end = ber.open_tlv(data, 0, len(data), ber.SEQUENCE)
    version, at = ber.read_int32(data, at, end)
    if version in _PDUS:
        start, stop = ber.open_tlv(data, at, end, ber.OCTETS)
        if data[stop] not in _PDUS[version]:
            raise CodecError(f"PDU 0x{data[stop]:02x}, expected a trap or an inform")
        return Envelope(version, community=data[start:stop])
    if version != V3:
        raise CodecError(f"version {version}, expected v1, v2c or v3")
    header, at = ber.open_tlv(data, at, end, ber.SEQUENCE)
    level = _level(data, header, at)
    inner, inner_end = ber.open_tlv(data, at, end, ber.OCTETS)
    at, inner_end = ber.open_tlv(data, inner, inner_end, ber.SEQUENCE)
    start, stop = ber.open_tlv(data, at, inner_end, ber.OCTETS)
    engine_id = data[start:stop]
    if engine_id and not _SHORTEST_ENGINE_ID <= len(engine_id) <= _LONGEST_ENGINE_ID:
        raise CodecError("an engine ID of a length that none has")
    _, at = ber.read_int32(data, stop, inner_end)
    _, at = ber.read_int32(data, at, inner_end)
    start, stop = ber.open_tlv(data, at, inner_end, ber.OCTETS)
    return Envelope(version, engine_id=engine_id, user=data[start:stop], level=level)


def _level(data: bytes, at: int, end: int) -> int:
    _, at = ber.read_int32(data, at, end)
    _, at = ber.read_int32(data, at, end)
    start, stop = ber.open_tlv(data, at, end, ber.OCTETS)
    if stop - start != 1 or data[start] & 3 == _PRIV_ALONE:
        raise CodecError("flags that no message of v3 has")
    return 1 + (data[start] & 1) + (data[start] >> 1 & 1)
