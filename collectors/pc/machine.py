"""Which machine answers, by what node_exporter and windows_exporter tell of it. Pure.

The best first, and each only where it is there and says something: the UUID of the mainboard (node_exporter reads it
only as root), the host name with its domain, the bare host name. Of a PC of a workgroup there is only the last.
"""

import re
from collections.abc import Mapping

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOBODY = frozenset({"03000200-0400-0500-0006-000700080009", "12345678-1234-5678-90ab-cddeefaabbcc"})
"""What makers of cheap mainboards leave in: thousands of PCs have them."""
_FEW = 3  # different digits: all zeros, all ones


def of_node(dmi: Mapping[str, str], uname: Mapping[str, str]) -> str:
    """Return the machine id by the labels of `node_dmi_info` and `node_uname_info`."""
    uuid = dmi.get("product_uuid", "").strip().lower()
    if _UUID.fullmatch(uuid) and uuid not in _NOBODY and len(set(uuid)) > _FEW:
        return uuid
    domain = uname.get("domainname", "")
    return _full(uname.get("nodename", ""), "" if domain == "(none)" else domain)


def of_windows(name: Mapping[str, str]) -> str:
    """Return the machine id by the labels of `windows_os_hostname`, or of `windows_cs_hostname` of old ones."""
    return name.get("fqdn", "") or _full(name.get("hostname", ""), name.get("domain", ""))


def same(wanted: str, told: str) -> bool:
    """Return whether the machine that the inventory names is the one that answers. A host name may stand there with or
    without its domain.
    """
    one, other = wanted.lower(), told.lower()
    return bool(other) and (one == other or one == other.partition(".")[0])


def _full(host: str, domain: str) -> str:
    return f"{host}.{domain}" if host and domain and "." not in host else host
