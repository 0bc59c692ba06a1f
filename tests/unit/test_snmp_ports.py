"""LLDP's numbers of ports, as makers count them, held against the bridge ports of their forwarding tables."""

import pytest

from collectors.snmp.discovery.ports import Interfaces, bridge_ports

MIKROTIK = {1: 2, 2: 5, 3: 7}  # bridge port -> ifIndex
NAMED: Interfaces = {
    2: [b"ether2", b"\x48\x8f\x5a\0\0\2"],
    5: [b"ether5", b"\x48\x8f\x5a\0\0\5"],
    7: [b"wlan1", b"\x48\x8f\x5a\0\0\7"],
    9: [b"bridge", b"\x48\x8f\x5a\0\0\2"],  # has the address of its first port
}


@pytest.mark.parametrize(
    ("heard", "local", "bridge", "ports"),
    [
        ({5, 7}, {}, MIKROTIK, {5: 2, 7: 3}),  # interfaces
        ({1, 3}, {}, MIKROTIK, {1: 1, 3: 3}),  # bridge ports
        ({2}, {2: b"ether2"}, MIKROTIK, {2: 1}),  # could be either: the name tells
        ({2}, {2: b"\x48\x8f\x5a\0\0\5"}, MIKROTIK, {2: 2}),  # or the hardware address,
        ({2}, {2: b"\x48\x8f\x5a\0\0\2"}, MIKROTIK, {2: 2}),  # but not one that two have
        ({612}, {612: b"ether5"}, MIKROTIK, {612: 2}),  # a number of its own
        ({612}, {612: b"mgmt"}, MIKROTIK, {612: 612}),
        ({9}, {9: b"bridge"}, MIKROTIK, {9: 9}),  # no port of the bridge
        ({612, 5}, {612: b"ether7", 5: b"ether5"}, {}, {612: 612, 5: 5}),  # no table: the interfaces are the ports
        ({14}, {14: b"wlan1"}, {}, {14: 7}),
        (set(), {}, {}, {}),
    ],
)
def test_a_number_of_lldp_becomes_a_port_of_the_bridge(
    heard: set[int], local: dict[int, bytes], bridge: dict[int, int], ports: dict[int, int]
) -> None:
    assert bridge_ports(heard, local, NAMED, bridge) == ports
