"""What tells one device from all others, as people and devices write it: hardware addresses, SNMP engine IDs. Pure."""

import re

_MAC = re.compile(r"[0-9a-f]{12}")
_PARTED = re.compile(
    r"[0-9A-Fa-f]{2}(?:([:-])[0-9A-Fa-f]{2})(?:\1[0-9A-Fa-f]{2}){4}|[0-9A-Fa-f]{4}(?:\.[0-9A-Fa-f]{4}){2}"
)
_ENGINE = re.compile(r"(?:[0-9a-f]{2}){5,32}")  # SnmpEngineID, RFC 3411


def hardware_address(text: str) -> str:
    """Return a hardware address in lower case with colons; ValueError says what was expected."""
    text = text.strip()
    digits = re.sub(r"[:.-]", "", text).lower() if _PARTED.fullmatch(text) else text.lower()
    if not _MAC.fullmatch(digits):
        raise ValueError("a hardware address (MAC) such as 00:1b:21:3c:4d:5e")
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def engine_id(text: str) -> str:
    """Return an SNMP engine ID as hexadecimal digits in lower case; ValueError says what was expected."""
    digits = re.sub(r"^0x|[:\s]", "", text.strip().lower())
    if not _ENGINE.fullmatch(digits):
        raise ValueError("an SNMP engine ID: 10 to 64 hexadecimal digits, such as 80001f8880e9630000d61ff449")
    return digits
