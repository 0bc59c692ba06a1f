"""What a device's values say: levels, bits, dates, and words in whatever encoding it chose. Pure; nothing raises."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite

from collectors.observation import clean_text
from collectors.snmp.wire import oid
from collectors.snmp.wire.ber import Value
from collectors.snmp.wire.errors import CodecError

_TOP_BIT = 0x80
_MAC = 6  # octets
_EARLIEST = datetime(2005, 1, 1, tzinfo=UTC)  # no battery that is in use is older; 2001-01-01 is a clock never set
_WIDE = 4  # octets from which UTF-16 can be told
_HEXADECIMAL = re.compile(r"(?:0x)?[0-9A-Fa-f]{8,}|[0-9A-Fa-f]{2}(?:[ :-][0-9A-Fa-f]{2}){3,}")
_PRINTABLE = range(0x20, 0x7F)  # ASCII
_DIGITS = re.compile(r"-?[0-9]{1,10}(?:\.[0-9]{1,6})?")


def ratio(level: Value, capacity: Value) -> float | None:
    """Return level / capacity from 0 to 1, or None where one of them is a sentinel (-1, -2, -3) or makes no sense.

    A level above its capacity (seen: 150 %) is in other units than it claims: unknown, not full.
    """
    if not isinstance(level, int) or not isinstance(capacity, int) or capacity <= 0 or not 0 <= level <= capacity:
        return None
    return level / capacity


def bit_set(octets: bytes, bit: int) -> bool:
    """Return whether `bit` of a BITS-like octet string is set: bit 0 is the high bit of the first octet (RFC 2790)."""
    return bit // 8 < len(octets) and bool(octets[bit // 8] & _TOP_BIT >> bit % 8)


def number(value: Value, *, digits: bool = False) -> float | int | None:
    """Return a finite number; with `digits` also one that is written as text."""
    if isinstance(value, bytes) and digits and len(value) <= 20:  # noqa: PLR2004  # digits of any real figure
        text = value.decode("latin-1").strip()
        return float(text) if _DIGITS.fullmatch(text) else None
    return value if isinstance(value, int | float) and isfinite(value) else None


def last_arc(value: Value) -> int | None:
    """Return the last arc of an OID's octets."""
    if not isinstance(value, bytes):
        return None
    try:
        return oid.arcs_of(oid.check(value))[-1]
    except CodecError:
        return None


def age(value: Value, formats: tuple[str, ...], now: datetime) -> float | None:
    """Return the seconds from a written day (UTC) to `now`; None for what is no day, or one to come."""
    text = clean_text(value) if isinstance(value, bytes) else ""
    for wanted in formats:
        with suppress(ValueError):
            day = datetime.strptime(text, wanted).replace(tzinfo=UTC)
            return (now - day).total_seconds() if _EARLIEST <= day <= now else None
    return None


def words(raw: bytes, *, hexadecimal: bool = False) -> str:
    """Return a device's own words, cleaned: UTF-8, else UTF-16 by its zero octets, else Latin-1.

    `hexadecimal`: some agents spell them as hexadecimal digits ("0x4A 61 6D"); read if what comes out is printable.
    """
    text = clean_text(_narrow(raw[:512]))
    if hexadecimal and _HEXADECIMAL.fullmatch(text):
        spelt = re.sub(r"0x|[ :-]", "", text)
        meant = bytes.fromhex(spelt) if len(spelt) % 2 == 0 else b""
        if meant and all(octet in _PRINTABLE or octet in b"\r\n\t\0" for octet in meant):
            return clean_text(meant)
    return text


def _narrow(raw: bytes) -> bytes | str:
    if len(raw) < _WIDE or b"\0" not in raw.rstrip(b"\0"):
        return raw
    even = raw[: len(raw) // 2 * 2]
    high, low = even[0::2], even[1::2]
    if raw.startswith(b"\xfe\xff") or high.count(0) > 0.6 * len(high) > 0 >= low.rstrip(b"\0").count(0):
        return even.decode("utf-16-be", "replace").lstrip("\ufeff")
    if raw.startswith(b"\xff\xfe") or low.count(0) > 0.6 * len(low) > 0 >= high.rstrip(b"\0").count(0):
        return even.decode("utf-16-le", "replace").lstrip("\ufeff")
    return raw


def identifier(raw: bytes) -> str:
    """Return the words of an LLDP chassis or port id: text as it is, six other octets as a hardware address."""
    if raw and all(octet in _PRINTABLE for octet in raw.rstrip(b"\0")):
        return clean_text(raw)
    return raw.hex(":") if len(raw) == _MAC else raw[:16].hex()
