"""MANIFEST.csv's kinds in our words, and where a look at the recording says otherwise."""

from collections.abc import Mapping

from tests.truth.manifest import Recorded

KINDS: Mapping[str, frozenset[str]] = {
    "ap": frozenset({"access-point"}),
    "camera": frozenset({"camera"}),
    "firewall": frozenset({"router"}),  # it routes; DESIGN has one word for both
    "host": frozenset({"server", "pc"}),  # SNMP rarely tells a server from a desk: either is right
    "nas": frozenset({"server"}),
    "printer": frozenset({"printer"}),
    "printer-ctx": frozenset({"printer"}),  # the same printer, in an SNMP context
    "projector": frozenset({"display"}),
    "router": frozenset({"router"}),
    "scanner": frozenset({"scanner"}),
    "switch": frozenset({"switch"}),
    "ups": frozenset({"ups"}),
}
NO_WORD = frozenset({"pdu", "sensor", "wlc", "nvr", "phone/voip"})
"""Kinds that the inventory has no word for: `unknown` is right, and they are not counted among the identified."""

CORRECTED: Mapping[str, tuple[frozenset[str], str]] = {
    "ciscosb": (frozenset({"access-point"}), "its sysDescr says WAP371, an access point"),
    "junos": (frozenset({"router"}), "its sysDescr says srx100h2 internet router"),
    "routeros_crs317": (frozenset({"switch", "router"}), "a Cloud Router Switch, sold and used as a switch"),
    "sd-cisco-unmarked-0": (frozenset({"switch"}), "sysObjectID 9.1.366 is a Catalyst 3550, and it bridges"),
    "ios_1": (frozenset({"switch"}), "its sysDescr says C3750, a switch"),
    "vrp": (frozenset({"router"}), "its sysDescr says AR1220, a router"),
    "ruckuswireless-sz": (frozenset({"unknown"}), "SmartZone controls access points, and is none"),
    "ruckuswireless-sz_smartcell": (frozenset({"unknown"}), "SmartCell Gateway controls access points, and is none"),
    "ruckuswireless_zd1100": (frozenset({"unknown"}), "ZoneDirector controls access points, and is none"),
    "ruckuswireless_zd1200": (frozenset({"unknown"}), "ZoneDirector controls access points, and is none"),
    "linux_ups-apcups-legacy": (frozenset({"server"}), "a Linux server that asks its UPS by a script of its own"),
    "linux_ups-apcups-v1": (frozenset({"server"}), "a Linux server that asks its UPS by a script of its own"),
    "eaton-ats": (frozenset({"unknown"}), "a transfer switch of power, without a battery"),
}
"""What the manifest says of these is not what the device says of itself."""


def judge(recorded: Recorded, kind: str) -> str:
    """Return right, unknown, wrong, or `no-word` (right, and nothing to identify)."""
    if recorded.name in CORRECTED:
        wanted = CORRECTED[recorded.name][0]
    elif recorded.kind in NO_WORD:
        wanted = frozenset({"unknown"})
    else:
        wanted = KINDS[recorded.kind]
    if kind in wanted:
        return "no-word" if kind == "unknown" else "right"
    return "unknown" if kind == "unknown" else "wrong"
