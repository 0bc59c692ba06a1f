"""What decides about a trap before it is read: a datagram's outside, limits, senders, kinds; and the child's lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.child.lines import LIMIT, Broken, decode, encode
from collectors.snmp.traps.envelope import open_envelope
from collectors.snmp.traps.kinds import kind_of
from collectors.snmp.traps.limits import Limits
from collectors.snmp.traps.senders import Senders, plain_address
from collectors.snmp.v3.reports import Cure, cure, reason, silence
from collectors.snmp.wire import ber
from collectors.snmp.wire.errors import CodecError

# snmptrap of net-snmp 5.9.3, v2c linkDown with community `wrong`; and the outside of authPriv (RFC 3412, RFC 3414).
V2C = bytes.fromhex(
    "3044020101040577726f6e67a7380204054e7a30020100020100302a300f06082b0601020101030043032cb9223017060a2b06010603010104"
    "010006092b0601060301010503"
)
_USM = (b"\x80\0\0\0\1\2\3\4", b"mall", bytes(24), bytes(8))
V3 = ber.tlv(
    ber.SEQUENCE,
    b"\x02\x01\x03"
    + ber.tlv(ber.SEQUENCE, b"\x02\x01\x07\x02\x03\x00\xff\xe3\x04\x01\x03\x02\x01\x03")
    + ber.tlv(
        ber.OCTETS,
        ber.tlv(
            ber.SEQUENCE,
            ber.tlv(ber.OCTETS, _USM[0]) + b"\x02\x01\x02\x02\x01\x16" + b"".join(ber.tlv(4, one) for one in _USM[1:]),
        ),
    )
    + ber.tlv(ber.OCTETS, bytes(50)),
)


def test_the_outside_of_v2c_tells_the_community() -> None:
    assert (open_envelope(V2C).version, open_envelope(V2C).community) == (1, b"wrong")


def test_the_outside_of_v3_tells_engine_user_and_level() -> None:
    assert open_envelope(V3) == (3, b"", _USM[0], b"mall", 3)
    assert not open_envelope(V3).discovery


@given(st.binary(max_size=80), st.integers(0, 70), st.integers(0, 255))
def test_nothing_raises_but_our_own(data: bytes, at: int, octet: int) -> None:
    for one in (data, V2C[:at], V2C[:at] + bytes([octet]) + V2C[at + 1 :], V3[:at] + bytes([octet]) + V3[at + 1 :]):
        try:
            envelope = open_envelope(one)
        except CodecError:
            continue
        assert envelope.version in {0, 1, 3}
        assert len(envelope.engine_id) <= 32


def test_a_sender_over_its_limit_costs_the_others_nothing() -> None:
    limits = Limits(per_sender=(2.0, 10.0), in_all=(50.0, 200.0))
    assert sum(limits.allow("loud", 100.0) for _ in range(1000)) == 10
    assert limits.allow("quiet", 100.0)
    assert [limits.allow("loud", 100.6), limits.allow("loud", 100.6)] == [True, False]


def test_all_together_have_a_limit() -> None:
    limits = Limits(per_sender=(2.0, 10.0), in_all=(50.0, 200.0))
    assert sum(limits.allow(f"s{number % 100}", 5.0) for number in range(1000)) == 200


def test_addresses_have_one_form_and_devices_behind_them() -> None:
    assert plain_address("::ffff:192.0.2.7") == "192.0.2.7"
    assert plain_address("fe80::1%eth0") == "fe80::1"
    assert plain_address("printer.example") is None
    senders = Senders()
    senders.follow({"192.0.2.7": ["a1-pc", "a1-printer"], "printer.example": ["b"]})
    assert senders.at("192.0.2.7") == ["a1-pc", "a1-printer"]
    assert senders.at("192.0.2.8") == []


def test_a_kind_is_never_a_device_s_word() -> None:
    assert kind_of("1.3.6.1.6.3.1.1.5.3") == "linkDown"
    assert kind_of("1.3.6.1.4.1.318.0.5") == "upsOnBattery"
    assert kind_of("</script>") == "other"


def test_reports_are_cured_or_named() -> None:
    usm = (1, 3, 6, 1, 6, 3, 15, 1, 1)
    assert {number: cure((*usm, number, 0)) for number in range(1, 7)} == dict.fromkeys(range(1, 7)) | {
        2: Cure.TIME,
        4: Cure.ENGINE,
    }
    assert reason((*usm, 3, 0)).startswith("unknown user name")
    assert reason((1, 3, 6, 1, 6, 3, 12, 1, 5, 0)).startswith("unknown context")
    assert "no reason" not in reason((1, 3))
    assert silence(encrypted=False, context=False) is None


@pytest.mark.parametrize("line", [b"", b"{}", b"[]\n", b"nonsense\n", b'"' + b"[" * 100_000 + b"\n"])
def test_a_line_that_is_no_message_is_refused(line: bytes) -> None:
    with pytest.raises(Broken):
        decode(line)


def test_lines_have_a_limit_and_come_back() -> None:
    message = {"pdu": "00" * 65_535, "id": 7}
    assert decode(encode(message)) == message
    with pytest.raises(Broken):
        encode({"pdu": "0" * LIMIT})
