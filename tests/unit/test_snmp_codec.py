"""The codec beside pysnmp and pyasn1 on valid messages."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]  # pyasn1 ships no types
from pyasn1.type import univ  # type: ignore[import-untyped]  # likewise
from pysnmp.proto import rfc1155, rfc1157, rfc1901, rfc1902, rfc1905  # type: ignore[import-untyped]  # likewise

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.codec import Header, Message, Pdu
from collectors.snmp.wire.request import REQUEST_ID_MAX, REQUEST_ID_MIN, Request
from tests.unit.snmp_packets import OIDS, RESPONSES

Named = tuple[str, int, object]
"""OID as text, tag, value."""

_MESSAGES = {0: rfc1157.Message, 1: rfc1901.Message}
_TYPES = {
    ber.INTEGER: rfc1902.Integer32,
    ber.OCTETS: rfc1902.OctetString,
    ber.OBJECT_ID: rfc1902.ObjectIdentifier,
    ber.IP_ADDRESS: rfc1902.IpAddress,
    ber.COUNTER32: rfc1902.Counter32,
    ber.GAUGE32: rfc1902.Gauge32,
    ber.TIME_TICKS: rfc1902.TimeTicks,
    ber.COUNTER64: rfc1902.Counter64,
    ber.OPAQUE: rfc1902.Opaque,
}
_TYPES_V1 = {
    ber.INTEGER: univ.Integer,
    ber.OCTETS: univ.OctetString,
    ber.OBJECT_ID: univ.ObjectIdentifier,
    ber.IP_ADDRESS: rfc1155.IpAddress,
    ber.COUNTER32: rfc1155.Counter,
    ber.GAUGE32: rfc1155.Gauge,
    ber.TIME_TICKS: rfc1155.TimeTicks,
    ber.OPAQUE: rfc1155.Opaque,
}
_EXCEPTIONS = {
    ber.NULL: rfc1905.unSpecified,
    ber.NO_SUCH_OBJECT: rfc1905.noSuchObject,
    ber.NO_SUCH_INSTANCE: rfc1905.noSuchInstance,
    ber.END_OF_MIB_VIEW: rfc1905.endOfMibView,
}


def _read_by_pysnmp(data: bytes) -> tuple[int, bytes, str, list[int], list[Named]]:
    version = codec.decode_header(data).version
    message, rest = decoder.decode(data, asn1Spec=_MESSAGES[version]())
    assert not rest
    pdu = message["data"].getComponent()
    numbers = [int(pdu.getComponentByPosition(position)) for position in range(3)]
    varbinds = [_varbind(item, version) for item in pdu.getComponentByPosition(3)]
    return int(message["version"]), bytes(message["community"]), type(pdu).__name__, numbers, varbinds


def _varbind(item: Any, version: int) -> Named:  # noqa: ANN401  # pyasn1 ships no types
    name = str(item.getComponentByPosition(0))
    value = item.getComponentByPosition(1)
    while hasattr(value, "getComponent") and hasattr(value, "getName"):  # the choices between syntaxes
        value = value.getComponent()
    tag = value.tagSet.superTags[0]
    number = tag.tagClass | tag.tagFormat | tag.tagId
    if number in {ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.END_OF_MIB_VIEW, ber.NULL}:
        return name, number, None
    if number == ber.OBJECT_ID:
        return name, number, str(value)
    if number in {ber.OCTETS, ber.IP_ADDRESS, ber.OPAQUE}:
        return name, number, bytes(value)
    assert number in (_TYPES if version else _TYPES_V1)
    return name, number, int(value)


def _ours(message: Message) -> tuple[int, bytes, list[int], list[Named]]:
    header = message.header
    values: list[Named] = [
        (oid.decode(name), tag, oid.decode(value) if tag == ber.OBJECT_ID and isinstance(value, bytes) else value)
        for name, tag, value in message.varbinds
    ]
    return header.version, header.community, [header.request_id, header.error_status, header.error_index], values


@given(RESPONSES)
def test_what_we_encode_pysnmp_reads_the_same(message: Message) -> None:
    data = codec.encode(message.header, message.varbinds)
    version, community, _, numbers, varbinds = _read_by_pysnmp(data)
    assert (version, community, numbers, varbinds) == _ours(message)


@given(RESPONSES)
def test_what_pysnmp_encodes_we_read_the_same(message: Message) -> None:
    data = _written_by_pysnmp(message)
    assert _ours(codec.decode(data)) == _ours(message)


@pytest.mark.parametrize("size", [60_000, 65_535])
def test_lengths_of_two_and_three_octets_are_read_alike(size: int) -> None:
    header = Header(1, b"public", Pdu.RESPONSE, 1, 0, 0, 0, 0)
    message = Message(header, [(oid.encode("1.3.6.1"), ber.OCTETS, bytes(size))])
    assert _read_by_pysnmp(codec.encode(*message))[4] == _ours(message)[3]
    assert _ours(codec.decode(_written_by_pysnmp(message))) == _ours(message)


def _written_by_pysnmp(message: Message) -> bytes:
    header = message.header
    module, types, binds = (rfc1905, _TYPES, rfc1905) if header.version else (rfc1157, _TYPES_V1, rfc1157)
    pdu = module.ResponsePDU() if header.version else rfc1157.GetResponsePDU()
    for position, number in enumerate((header.request_id, header.error_status, header.error_index)):
        pdu.setComponentByPosition(position, number)
    listed = binds.VarBindList().clear()
    for position, (name, tag, value) in enumerate(message.varbinds):
        bind = binds.VarBind()
        bind.setComponentByPosition(0, oid.decode(name))
        if tag == ber.NULL and not header.version:
            _set_value(bind, univ.Null(""))
        elif tag in _EXCEPTIONS:
            bind.setComponentByPosition(1, _EXCEPTIONS[tag].clone(""), verifyConstraints=False)
        else:
            content = oid.decode(value) if tag == ber.OBJECT_ID and isinstance(value, bytes) else value
            _set_value(bind, types[tag](content))
        listed.setComponentByPosition(position, bind)
    pdu.setComponentByPosition(3, listed)
    whole = _MESSAGES[header.version]()
    whole["version"] = header.version
    whole["community"] = header.community
    whole["data"].setComponentByType(pdu.tagSet, pdu, innerFlag=False)
    data: bytes = encoder.encode(whole)
    return data


def _set_value(bind: Any, value: Any) -> None:  # noqa: ANN401  # likewise
    choice = bind.setComponentByPosition(1).getComponentByPosition(1)
    choice.setComponentByType(value.tagSet, value, innerFlag=True)


@given(
    st.sampled_from([Pdu.GET, Pdu.GETNEXT, Pdu.GETBULK]),
    st.lists(OIDS, max_size=40),
    st.integers(0, 2**16),
    st.integers(REQUEST_ID_MIN, REQUEST_ID_MAX),
)
def test_prepared_requests_are_what_pysnmp_expects(pdu: Pdu, names: Sequence[str], count: int, request_id: int) -> None:
    raws = [oid.encode(name) for name in names]
    counts = (0, count) if pdu is Pdu.GETBULK else (0, 0)
    asked = Request(pdu, raws, version=codec.V2C, community=b"rahasia", counts=counts)
    _, community, kind, numbers, varbinds = _read_by_pysnmp(asked.packet(request_id))
    assert (community, numbers) == (b"rahasia", [request_id, *counts])
    assert kind == {Pdu.GET: "GetRequestPDU", Pdu.GETNEXT: "GetNextRequestPDU", Pdu.GETBULK: "GetBulkRequestPDU"}[pdu]
    assert [name for name, _, _ in varbinds] == names


def test_a_request_never_shows_its_community() -> None:
    asked = Request(Pdu.GET, [oid.encode("1.3.6.1")], version=codec.V2C, community=b"rahasia")
    assert "rahasia" not in repr(asked)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (ber.INTEGER, 2**31),
        (ber.COUNTER32, -1),
        (ber.COUNTER64, 2**64),
        (ber.IP_ADDRESS, b"\x01\x02\x03"),
        (ber.OCTETS, None),
        (ber.NULL, 1),
        (ber.OBJECT_ID, b"\x80"),
        (ber.INTEGER, True),
    ],
)
def test_values_that_snmp_cannot_carry_are_refused(tag: int, value: ber.Value) -> None:
    header = Header(1, b"public", Pdu.RESPONSE, 1, 0, 0, 0, 0)
    with pytest.raises(codec.CodecError):
        codec.encode(header, [(oid.encode("1.3.6"), tag, value)])
