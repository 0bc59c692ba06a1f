"""What a device's Report (RFC 3412 section 7.1.3) says of our request: to be healed, or a reason a person can act on.
Pure.
"""

from collections.abc import Mapping
from enum import Enum


class Cure(Enum):
    """What makes the same request good."""

    ENGINE = "engine"  # its engine ID has to be asked for (anew)
    TIME = "time"  # its boots and time came with the report


ReportOid = tuple[int, ...]

_USM_STATS = (1, 3, 6, 1, 6, 3, 15, 1, 1)  # RFC 3414, usmStats
UNKNOWN_ENGINE: ReportOid = (*_USM_STATS, 4, 0)
_CURES = {2: Cure.TIME, 4: Cure.ENGINE}
_REASONS = {
    1: "unsupported security level: the device does not let this user ask at this level (auth_protocol, priv_protocol)",
    2: "not in time window: the device's boots and time cannot be agreed on",
    3: "unknown user name: the device has no such user (user)",
    4: "unknown engine ID: the device takes none of the engine IDs it gives",
    5: "wrong digest: auth_file or auth_protocol is not what the device has for this user",
    6: "decryption error: priv_file or priv_protocol is not what the device has for this user",
}
_OTHERS: Mapping[ReportOid, str] = {
    (1, 3, 6, 1, 6, 3, 12, 1, 4): "unavailable context: the device does not serve this context now (context)",
    (1, 3, 6, 1, 6, 3, 12, 1, 5): "unknown context: the device has no such context (context)",
}  # RFC 3413, snmpUnavailableContexts and snmpUnknownContexts


def cure(oid: ReportOid) -> Cure | None:
    """Return how to make the request good, None where only a person can."""
    return _CURES.get(oid[-2]) if oid[:-2] == _USM_STATS else None


def reason(oid: ReportOid) -> str:
    """Return what is wrong, and which key of the configuration may be."""
    if oid[:-2] == _USM_STATS and oid[-2] in _REASONS:
        return _REASONS[oid[-2]]
    return _OTHERS.get(oid[:-1], "the device refuses the request for a reason that is not SNMPv3's own")


def silence(*, encrypted: bool, context: bool) -> str | None:
    """Return why a device that tells its engine ID says no more, None where that cannot be told.

    Many agents, net-snmp among them, drop what they decrypt to nonsense, or a context they lack, without a word.
    """
    keys = [*(["priv_file or priv_protocol"] if encrypted else []), *(["context"] if context else [])]
    if not keys:
        return None
    return f"the device answers, but not this request: {', or '.join(keys)} is probably not what it has"
