"""What the kernel says of neighbours, and who gets a hardware address from ARP tables."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.discovery.nearby import heard
from collectors.snmp.discovery.sighting import SILENT, Sighting, located, mac_of

MAC, OTHER, PROXY = "00:1b:21:00:00:01", "00:1b:21:00:00:02", "00:1b:21:00:00:09"


def test_neighbours_without_a_hardware_address_or_with_a_lent_one_are_left_out() -> None:
    said = b"""[{"dst":"10.0.0.7","dev":"eth0","lladdr":"00:1b:21:00:00:01","state":["REACHABLE"]},
      {"dst":"10.0.0.8","dev":"eth0","state":["FAILED"]},
      {"dst":"10.0.0.1","dev":"eth0","lladdr":"00:00:5e:00:01:0a","state":["STALE"]},
      {"dst":"fe80::1","dev":"eth0","lladdr":"00:1b:21:00:00:02","router":null,"state":["STALE"]}]"""
    assert heard(said) == {"10.0.0.7": MAC, "fe80::1": OTHER}


@given(st.binary(max_size=50) | st.sampled_from([b"{}", b"[1]", b'[{"dst":1,"lladdr":5}]', b'[{"lladdr":"zz"}]']))
def test_what_is_no_neighbour_table_says_nothing(said: bytes) -> None:
    assert not heard(said)


def test_what_only_pings_gets_its_address_from_the_router_unless_the_router_answers_for_many() -> None:
    router = Sighting(
        "10.0.0.1",
        "router",
        macs=frozenset({PROXY}),
        arp={"10.0.0.7": MAC, "10.0.0.8": OTHER, "10.0.0.9": OTHER, "10.0.0.6": PROXY},
    )
    pinged = [Sighting(f"10.0.0.{host}", way=SILENT) for host in (6, 7, 8, 9)]
    found = {one.address: one.macs for one in located([router, *pinged], {})}
    assert found["10.0.0.7"] == {MAC}
    assert not any(found[f"10.0.0.{host}"] for host in (6, 8, 9))
    contradicted = located(pinged, {"10.0.0.7": MAC}) + located([router, pinged[1]], {"10.0.0.7": PROXY})
    assert [one.macs for one in contradicted if one.address == "10.0.0.7"] == [{MAC}, frozenset()]


def test_what_machines_lend_each_other_is_nobodys_address() -> None:
    lent = ("00005e00010a", "02420a000001", "00000c07ac01", "01005e000001", "000000000000", "001b2100")
    assert {mac_of(bytes.fromhex(text)) for text in lent} == {""}
    assert mac_of(bytes.fromhex("001b21000001")) == MAC
