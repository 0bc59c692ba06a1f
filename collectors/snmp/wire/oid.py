"""Object identifiers as BER content octets, dotted text or arcs. Pure.

On the wire an OID stays `bytes`: it is compared, sliced and looked up far more often than it is read.
"""

import re
from functools import lru_cache

from collectors.snmp.wire.errors import CodecError

MAX_ARCS = 128  # RFC 3416 section 4.1
MAX_ARC = 2**32 - 1
_MORE = 0x80  # the bit of every octet of an arc but its last

# Sub-identifiers of one to five octets, no leading 0x80 (X.690 section 8.19.2), none above 32 bits.
VALID = re.compile(
    rb"(?:[\x00-\x7f]|[\x81-\xff][\x80-\xff]{0,2}[\x00-\x7f]|[\x81-\x8f][\x80-\xff]{3}[\x00-\x7f])+", re.DOTALL
).fullmatch


def check(raw: bytes) -> bytes:
    """Return `raw` if it is a valid OID of at most 128 arcs; CodecError otherwise."""
    if VALID(raw) is None:
        raise CodecError("OID is empty, unfinished or padded")
    # The first octets hold two arcs; an arc ends at each octet without the high bit.
    if len(raw) >= MAX_ARCS and 1 + sum(octet < _MORE for octet in raw) > MAX_ARCS:
        raise CodecError("OID has more than 128 arcs")
    return raw


@lru_cache(maxsize=16_384)
def encode(text: str) -> bytes:
    """Return the BER content of dotted `text` ("1.3.6.1.2.1.1.1.0"; a leading dot is allowed). CodecError if bad."""
    try:
        arcs = [int(arc) for arc in text.removeprefix(".").split(".")]
    except ValueError:
        raise CodecError(f"OID {text[:80]!r}: expected numbers joined by dots") from None
    if not 2 <= len(arcs) <= MAX_ARCS or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39):  # noqa: PLR2004  # X.660: 2 roots of 40
        raise CodecError(f"OID {text[:80]!r}: expected 2 to {MAX_ARCS} arcs from 0.0, 1.0 or 2.0")
    if not all(0 <= arc <= MAX_ARC for arc in arcs):
        raise CodecError(f"OID {text[:80]!r}: expected arcs of 0 to {MAX_ARC}")
    return encode_arcs([40 * arcs[0] + arcs[1], *arcs[2:]])


def encode_arcs(arcs: list[int]) -> bytes:
    """Return the base-128 octets of sub-identifiers: of an index, or of an OID whose first two arcs are joined."""
    out = bytearray()
    for arc in arcs:
        if arc < _MORE:
            out.append(arc)
            continue
        groups = [arc & 0x7F]
        rest = arc >> 7
        while rest:
            groups.append(rest & 0x7F | _MORE)
            rest >>= 7
        out += bytes(reversed(groups))
    return bytes(out)


def arcs_of(raw: bytes) -> tuple[int, ...]:
    """Return the sub-identifiers of valid octets; of a whole OID the first stands for two arcs. Sorts as SNMP sorts."""
    if raw.isascii():  # every arc below 128
        return tuple(raw)
    arcs = []
    arc = 0
    for octet in raw:
        arc = arc << 7 | octet & 0x7F
        if octet < _MORE:
            arcs.append(arc)
            arc = 0
    return tuple(arcs)


def decode(raw: bytes) -> str:
    """Return the dotted text of valid octets."""
    first, *rest = arcs_of(raw)
    root = min(first // 40, 2)
    return ".".join(map(str, (root, first - 40 * root, *rest)))


def index_text(raw: bytes) -> str:
    """Return the dotted text of an index: what is left of an OID after its column."""
    return ".".join(map(str, arcs_of(raw)))
