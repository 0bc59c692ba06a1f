"""Which check a datagram is."""

from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.wire import codec, oid
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.request import REQUEST_ID_MIN, Request
from mppmon.demo.simulator.asked import is_liveness

UPTIME = oid.encode("1.3.6.1.2.1.1.3.0")
ERRORS = oid.encode("1.3.6.1.2.1.25.3.5.1.2.1")


def packet(pdu: Pdu, *oids: bytes) -> bytes:
    return Request(pdu, oids, version=codec.V2C, community=b"public").packet(REQUEST_ID_MIN)


def test_liveness_is_a_get_of_the_uptime_alone() -> None:
    assert is_liveness(packet(Pdu.GET, UPTIME))
    assert not is_liveness(packet(Pdu.GET, UPTIME, ERRORS))
    assert not is_liveness(packet(Pdu.GET, ERRORS))
    assert not is_liveness(packet(Pdu.GETBULK, UPTIME))


@given(st.binary(max_size=80))
def test_any_octets_may_come(octets: bytes) -> None:
    assert not is_liveness(octets)
