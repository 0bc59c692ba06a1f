"""Values and lengths at their edges, as agents send them."""

import pytest

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.errors import CodecError

_NAME = "1.3.6.1.2.1.1.3.0"


def _reply(tag: int, content: bytes) -> bytes:
    value = ber.tlv(tag, content)
    varbinds = ber.tlv(ber.SEQUENCE, ber.tlv(ber.SEQUENCE, ber.tlv(ber.OBJECT_ID, oid.encode(_NAME)) + value))
    body = bytes.fromhex("020401000000020100020100") + varbinds
    return ber.tlv(ber.SEQUENCE, bytes.fromhex("020101") + ber.tlv(ber.OCTETS, b"public") + ber.tlv(0xA2, body))


@pytest.mark.parametrize(
    ("tag", "content", "expected"),
    [
        (ber.INTEGER, "ff", -1),
        (ber.INTEGER, "80000000", -(2**31)),
        (ber.COUNTER32, "00ffffffff", 2**32 - 1),
        (ber.COUNTER32, "ffffffff", 2**32 - 1),  # without the zero before it, as many agents do
        (ber.GAUGE32, "00", 0),
        (ber.TIME_TICKS, "7fffffff", 2**31 - 1),
        (ber.COUNTER64, "00ffffffffffffffff", 2**64 - 1),
        (ber.COUNTER64, "8000000000000000", 2**63),
        (ber.OCTETS, "", b""),
        (ber.IP_ADDRESS, "c0000201", b"\xc0\x00\x02\x01"),
        (ber.OPAQUE, "9f780442f60000", 123.0),
        (ber.OPAQUE, "9f7908405edd2f1a9fbe77", 123.456),
        (ber.OPAQUE, "0401ff", b"\x04\x01\xff"),
        (ber.NO_SUCH_OBJECT, "", None),
        (ber.NO_SUCH_INSTANCE, "", None),
        (ber.END_OF_MIB_VIEW, "", None),
    ],
)
def test_values(tag: int, content: str, expected: ber.Value) -> None:
    assert codec.decode(_reply(tag, bytes.fromhex(content))).varbinds == [(oid.encode(_NAME), tag, expected)]


@pytest.mark.parametrize(
    ("tag", "content"),
    [
        (ber.INTEGER, ""),
        (ber.INTEGER, "000000000000000001"),
        (ber.COUNTER32, "0100000000"),
        (ber.COUNTER32, "ff"),
        (ber.COUNTER64, "01ffffffffffffffff"),
        (ber.IP_ADDRESS, "c00002"),
        (ber.OBJECT_ID, ""),
        (ber.OBJECT_ID, "2b8006"),  # a padded arc
        (ber.OBJECT_ID, "2b81"),  # an arc without its end
        (ber.OBJECT_ID, "2b9080808000"),  # above 32 bits
        (ber.NULL, "00"),
        (ber.NO_SUCH_OBJECT, "00"),
        (0x47, "00"),
    ],
)
def test_content_that_a_type_cannot_have_is_refused(tag: int, content: str) -> None:
    with pytest.raises(CodecError):
        codec.decode(_reply(tag, bytes.fromhex(content)))


def test_padded_lengths_are_read_as_net_snmp_writes_them() -> None:
    data = bytearray(_reply(ber.OCTETS, b"x"))
    padded = bytes([0x30, 0x84, 0, 0, 0, data[1]]) + bytes(data[2:])
    assert codec.decode(padded).varbinds == codec.decode(bytes(data)).varbinds


@pytest.mark.parametrize("data", ["", "30", "3000", "3080", "3085010101010101", "30840fffffff", "020100"])
def test_no_message(data: str) -> None:
    with pytest.raises(CodecError):
        codec.decode(bytes.fromhex(data))


def test_every_truncation_and_every_extra_octet_is_refused() -> None:
    whole = _reply(ber.OCTETS, b"Loket A3" * 30)
    for size in range(len(whole)):
        with pytest.raises(CodecError):
            codec.decode(whole[:size])
    with pytest.raises(CodecError):
        codec.decode(whole + b"\x00")


@pytest.mark.parametrize("version", [-1, 2, 3, 127, 200])
def test_other_versions_are_refused(version: int) -> None:
    data = bytearray(_reply(ber.NULL, b""))
    data[4] = version & 0xFF
    with pytest.raises(CodecError, match="version"):
        codec.decode(bytes(data))


@pytest.mark.parametrize("text", ["", "1", "1.40", "3.1", "1.3.-6", "1.3.x", "1.3.4294967296", "1.3" + ".1" * 127])
def test_texts_that_are_no_oid(text: str) -> None:
    with pytest.raises(CodecError):
        oid.encode(text)


@pytest.mark.parametrize("text", ["0.0", "1.3.6.1.4.1.41112", "2.999.3", "1.3.4294967295", "1.3" + ".1" * 126])
def test_oids_there_and_back(text: str) -> None:
    assert oid.decode(oid.check(oid.encode(text))) == text


def test_an_oid_of_more_than_128_arcs_is_refused() -> None:
    with pytest.raises(CodecError, match="128"):
        oid.check(bytes([0x2B]) + bytes([1]) * 127)


def test_oids_sort_by_arc_and_not_by_octet() -> None:
    assert oid.encode("1.3.16384") < oid.encode("1.3.16383")  # as octets: wrong
    assert oid.arcs_of(oid.encode("1.3.16384")) > oid.arcs_of(oid.encode("1.3.16383"))
