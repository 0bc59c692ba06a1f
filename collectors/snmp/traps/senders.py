"""Who may send traps: the devices of the inventory, by their addresses. Names are resolved here, off the loop."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from ipaddress import IPv6Address, ip_address

RESOLVE_EVERY = 300.0  # seconds


def plain_address(text: str) -> str | None:
    """Return an address in its one form (an IPv4 address within IPv6 as IPv4, without a zone), None for a name."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


class Senders:
    """Address -> ids of the devices behind it. The last good addresses of a name are kept while it does not resolve."""

    def __init__(self) -> None:
        self._fixed: dict[str, list[str]] = {}
        self._named: dict[str, list[str]] = {}
        self._resolved: dict[str, frozenset[str]] = {}

    def follow(self, hosts: Mapping[str, Sequence[str]]) -> None:
        """Take over an inventory: address or name of a host -> devices there."""
        self._fixed, self._named = {}, {}
        for host, devices in hosts.items():
            address = plain_address(host)
            if address is None:
                self._named[host] = list(devices)
            else:
                self._fixed.setdefault(address, []).extend(devices)
        self._resolved = {name: found for name, found in self._resolved.items() if name in self._named}

    def at(self, address: str) -> list[str]:
        """Return the devices at an address in its one form."""
        named = [one for name, found in self._resolved.items() if address in found for one in self._named[name]]
        return [*self._fixed.get(address, ()), *named]

    async def resolving(self) -> None:
        """Resolve names again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            for name in tuple(self._named):
                try:
                    found = await loop.getaddrinfo(name, None, type=socket.SOCK_DGRAM)
                except OSError:
                    continue
                addresses = (plain_address(str(entry[4][0])) for entry in found)
                self._resolved[name] = frozenset(one for one in addresses if one is not None)
            await asyncio.sleep(RESOLVE_EVERY)
