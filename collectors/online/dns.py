"""Questions to a resolver and its answers, as bytes (RFC 1035 section 4). Pure; every answer is taken for hostile.

Not dnspython: it would add 3.5 MiB to a daemon whose memory is budgeted, for one question and three kinds of record.
"""

import ipaddress
import re
import struct
from dataclasses import dataclass
from types import MappingProxyType

TYPES = MappingProxyType({"A": 1, "NS": 2, "CNAME": 5, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33})
"""What may be asked for, by the number of its type."""

_HEADER = struct.Struct("!6H")  # id, flags, counts
_RECORD = struct.Struct("!2HIH")  # type, class, time to live, length of the data
_RECURSION = 0x0100  # RD
_ANSWER, _TRUNCATED, _CODE = 0x8000, 0x0200, 0x000F  # QR, TC, RCODE
_IN = 1
_POINTER = 0xC0
_LONGEST = 63  # bytes of a label
_LABEL = re.compile(rb"[A-Za-z0-9_-]{1,63}")  # of a host, or of a service (SRV)
_LONGEST_NAME = 255  # bytes
_CHAIN = 16  # aliases that are followed
_MOST = 1000  # records that are looked at
_LENGTHS = {4: "A", 16: "AAAA"}  # bytes of an address

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Damaged(ValueError):
    """An answer that breaks the rules of the format."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `code`: RCODE. `truncated`: the whole is to be had by TCP. `found`: how many records of the asked type
    there are for the name, over its aliases; `addresses`: what they say, where they are addresses.
    """

    code: int
    truncated: bool
    found: int = 0
    addresses: tuple[Address, ...] = ()


def question(name: str, number: int, kind: str = "A") -> bytes:
    """Return the query for `kind` (IN) of `name`. ValueError or UnicodeError: it is no host name."""
    written = name.rstrip(".").split(".")
    labels = [label.encode("ascii" if label.startswith("_") else "idna") for label in written]
    if not all(map(_LABEL.fullmatch, labels)):
        raise ValueError(f"found {name!r}, expected a host name")
    asked = b"".join(bytes((len(label),)) + label for label in labels) + b"\x00"
    if len(asked) > _LONGEST_NAME:
        raise ValueError(f"found {name!r}, expected a host name")
    return _HEADER.pack(number, _RECURSION, 1, 0, 0, 0) + asked + struct.pack("!2H", TYPES[kind], _IN)


def code_of(query: bytes, answer: bytes) -> int | None:
    """Return the RCODE of an answer to `query`; None for anything else, which may be forged and is waited past. Only
    header and question are looked at.
    """
    if len(answer) < len(query) or answer[:2] != query[:2]:
        return None
    _, flags, questions, *_ = _HEADER.unpack_from(answer)
    if not flags & _ANSWER or questions != 1:
        return None
    if answer[_HEADER.size : len(query)].lower() != query[_HEADER.size :].lower():
        return None
    return int(flags & _CODE)


def read(query: bytes, answer: bytes) -> Reply | None:
    """Return what an answer to `query` says, None as `code_of`. Damaged: it cannot be read."""
    code = code_of(query, answer)
    if code is None:
        return None
    _, flags, _, count, *_ = _HEADER.unpack_from(answer)
    if flags & _TRUNCATED:
        return Reply(code, truncated=True)
    if count > _MOST:
        raise Damaged(f"{count} records")
    kind = int.from_bytes(query[-4:-2])
    aliases: dict[bytes, bytes] = {}
    records: list[tuple[bytes, bytes]] = []
    at = len(query)
    for _ in range(count):
        owner, at = _name(answer, at)
        its, family, data, at = _record(answer, at)
        if family != _IN:
            continue
        if its == kind:
            records.append((owner, data))
        if its == TYPES["CNAME"]:
            aliases[owner] = _name(answer, at - len(data))[0]
    name = _name(query, _HEADER.size)[0]
    if kind != TYPES["CNAME"]:
        name = _end(name, aliases)
    mine = [data for owner, data in records if owner == name]
    return Reply(code, truncated=False, found=len(mine), addresses=_addresses(kind, mine))


def _addresses(kind: int, mine: list[bytes]) -> tuple[Address, ...]:
    if kind not in {TYPES[one] for one in _LENGTHS.values()}:
        return ()
    if any(TYPES.get(_LENGTHS.get(len(data), "")) != kind for data in mine):
        raise Damaged("an address of another length")
    return tuple(ipaddress.ip_address(data) for data in mine)


def _record(raw: bytes, at: int) -> tuple[int, int, bytes, int]:
    """Return type, class and data of a record after its name, and where the next one begins."""
    if at + _RECORD.size > len(raw):
        raise Damaged("it ends within a record")
    kind, family, _, length = _RECORD.unpack_from(raw, at)
    at += _RECORD.size
    if at + length > len(raw):
        raise Damaged("it ends within a record")
    return kind, family, raw[at : at + length], at + length


def _name(raw: bytes, at: int) -> tuple[bytes, int]:
    """Return the name at a place, in lower case, and where it ends. A pointer leads only backwards: none goes round."""
    found, ends, lowest = b"", -1, at
    while True:
        if at >= len(raw):
            raise Damaged("it ends within a name")
        length = raw[at]
        if length & _POINTER == _POINTER:
            if at + 1 >= len(raw):
                raise Damaged("it ends within a name")
            ends = ends if ends >= 0 else at + 2
            at = (length & ~_POINTER) << 8 | raw[at + 1]
            if at >= lowest:
                raise Damaged("a name goes round in circles")
            lowest = at
            continue
        if length > _LONGEST or len(found) + length + 1 > _LONGEST_NAME:
            raise Damaged("a name is too long")
        found += raw[at : at + 1 + length].lower()
        at += 1 + length
        if not length:
            return found, ends if ends >= 0 else at


def _end(name: bytes, aliases: dict[bytes, bytes]) -> bytes:
    for _ in range(_CHAIN):
        if name not in aliases:
            return name
        name = aliases[name]
    raise Damaged("its aliases go round in circles")
