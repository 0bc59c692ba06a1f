"""Which port of a bridge LLDP means by its own number of a port. Pure.

A forwarding table counts bridge ports (BRIDGE-MIB, RFC 4188). LLDP-MIB (IEEE 802.1AB) leaves to the maker what its
numbers are: bridge ports, interfaces (MikroTik), or neither (Huawei, Dell), and then a port's own name tells.
"""

from collections import Counter
from collections.abc import Collection, Mapping

Interfaces = Mapping[int, Collection[bytes]]
"""ifIndex -> what an interface is called: ifName, ifDescr, ifPhysAddress, as octets."""


def bridge_ports(
    heard: Collection[int], local: Mapping[int, bytes], interfaces: Interfaces, bridge: Mapping[int, int]
) -> Mapping[int, int]:
    """Return the bridge port of each number that LLDP `heard` somebody at; of what is none, the number as it is.

    `local`: LLDP's number -> lldpLocPortId. `bridge`: bridge port -> ifIndex; where a device has no such table, its
    bridge ports are its interfaces.
    """
    port_of = {index: port for port, index in (bridge or {index: index for index in interfaces}).items()}
    names = Counter(name for its in interfaces.values() for name in set(its) if name)
    called = {name: index for index, its in interfaces.items() for name in its if names[name] == 1}
    ports = set(port_of.values())
    by_index = len(set(heard) & port_of.keys()) > len(set(heard) & ports)
    found = {}
    for number in heard:
        index = called.get(local.get(number, b""), number if by_index else None)
        found[number] = number if index is None else port_of.get(index, number)
    return found
