"""What a trap is about, by the OID it carries (RFC 3584 section 3.1 gives v1 traps one too). Pure."""

from collections.abc import Mapping

AUTHENTICATION_FAILURE = "authenticationFailure"
OTHER = "other"
LIMITED = "limited"
"""Not a trap's kind: that there were more of a sender's than are read, so that the last of them may tell of something.
"""
LINKS = frozenset({"linkDown", "linkUp"})
"""Those that may be about what hangs on the sender, more than about itself."""

KINDS: Mapping[str, str] = {
    "1.3.6.1.6.3.1.1.5.1": "coldStart",  # SNMPv2-MIB
    "1.3.6.1.6.3.1.1.5.2": "warmStart",
    "1.3.6.1.6.3.1.1.5.3": "linkDown",  # IF-MIB
    "1.3.6.1.6.3.1.1.5.4": "linkUp",
    "1.3.6.1.6.3.1.1.5.5": AUTHENTICATION_FAILURE,
    "1.3.6.1.2.1.43.18.2.0.1": "printerAlert",  # Printer-MIB printerV2Alert
    "1.3.6.1.2.1.33.2.1": "upsOnBattery",  # UPS-MIB upsTraps
    "1.3.6.1.2.1.33.2.2": "upsTestCompleted",
    "1.3.6.1.2.1.33.2.3": "upsAlarmEntryAdded",
    "1.3.6.1.2.1.33.2.4": "upsAlarmEntryRemoved",
    "1.3.6.1.2.1.33.2.0.1": "upsOnBattery",  # the same, sent by v1 (a zero before the specific trap)
    "1.3.6.1.2.1.33.2.0.2": "upsTestCompleted",
    "1.3.6.1.2.1.33.2.0.3": "upsAlarmEntryAdded",
    "1.3.6.1.2.1.33.2.0.4": "upsAlarmEntryRemoved",
    "1.3.6.1.4.1.318.0.5": "upsOnBattery",  # PowerNet-MIB upsOnBattery
    "1.3.6.1.4.1.318.0.7": "upsLowBattery",
    "1.3.6.1.4.1.318.0.9": "upsPowerRestored",
}
"""Any other trap of a known sender starts a poll too: vendors number theirs as they like."""


def kind_of(trap_oid: str) -> str:
    """Return the kind of a trap; `other` for what is not listed, so that it is never a device's own word."""
    return KINDS.get(trap_oid, OTHER)
