"""What this machine itself knows of its networks: hardware addresses it has heard of (ARP, NDP), and its gateway."""

import json
import shutil
import subprocess
from collections.abc import Mapping

from collectors.snmp.discovery.sighting import mac_of

_WITHIN = 5.0  # seconds
_LONGEST = 4 << 20  # octets


def nearby() -> Mapping[str, str]:
    """Return address -> hardware address; empty where there is no `ip` command (iproute2)."""
    return heard(_said("neigh", "show"))


def way_out() -> str:
    """Return the address of this machine's own gateway, "" where there is none or no `ip` command."""
    try:
        return str(json.loads(_said("route", "show", "default"))[0]["gateway"])
    except (ValueError, TypeError, KeyError, IndexError):
        return ""


def _said(*words: str) -> bytes:
    program = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return b""
    try:
        done = subprocess.run([program, "-j", *words], capture_output=True, timeout=_WITHIN, check=True)  # noqa: S603  # fixed argv
    except (OSError, subprocess.SubprocessError):
        return b""
    return done.stdout[:_LONGEST]


def heard(said: bytes) -> Mapping[str, str]:
    """Read what `ip -j neigh show` prints; what is not in its shape says nothing. Pure."""
    try:
        rows = json.loads(said)
        found = {
            str(row["dst"]): mac_of(bytes.fromhex(row["lladdr"].replace(":", ""))) for row in rows if "lladdr" in row
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}
    return {address: mac for address, mac in found.items() if mac}
