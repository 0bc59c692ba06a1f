"""Hypothesis strategies of valid SNMP messages."""

from hypothesis import strategies as st

from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import Header, Message, Pdu

_EDGES = sorted({edge + step for edge in (0, 2**7, 2**8, 2**15, 2**16, 2**23, 2**24, 2**31) for step in (-1, 0, 1)})
"""Where values need one octet more, or none for a sign."""
INT32 = st.integers(-(2**31), 2**31 - 1) | st.sampled_from(
    sorted({sign * edge for edge in _EDGES for sign in (1, -1) if -(2**31) < sign * edge < 2**31})
)
REQUEST_IDS = st.integers(1 - 2**31, 2**31 - 1)
"""pyasn1 writes -2**31 with an octet too many (X.690 section 8.3.2); no reply to a request of ours has it."""
UINT32 = st.integers(0, 2**32 - 1) | st.sampled_from([*(edge for edge in _EDGES if edge >= 0), 2**32 - 2, 2**32 - 1])
_UINT64 = st.integers(0, 2**64 - 1) | st.sampled_from([0, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 2, 2**64 - 1])
_LENGTHS = st.sampled_from([0, 1, 127, 128, 255, 256])  # where the length needs another form
_STRINGS = st.binary(max_size=200) | _LENGTHS.map(bytes)
_OPAQUES = st.binary(max_size=40).filter(lambda raw: raw[:2] != b"\x9f\x78" and raw[:2] != b"\x9f\x79")
"""Not the floats that net-snmp wraps: pysnmp leaves those as octets."""
_LONG = st.builds(
    lambda arcs, length: (arcs * length)[:length],  # a draw for each of its arcs was most of what a packet cost
    st.lists(UINT32, min_size=1, max_size=5),
    st.integers(124, 126),  # with the two before, 128 arcs at most (RFC 3416 section 4.1)
)
OIDS = st.builds(
    lambda second, rest: ".".join(map(str, (1, second, *rest))),
    st.integers(0, 39),
    st.lists(UINT32 | st.integers(0, 300), min_size=0, max_size=20) | _LONG,
)
_OLD = (
    st.tuples(st.just(ber.INTEGER), INT32),
    st.tuples(st.just(ber.OCTETS), _STRINGS),
    st.tuples(st.just(ber.OPAQUE), _OPAQUES),
    st.tuples(st.just(ber.NULL), st.none()),
    st.tuples(st.just(ber.OBJECT_ID), OIDS.map(oid.encode)),
    st.tuples(st.just(ber.IP_ADDRESS), st.binary(min_size=4, max_size=4)),
    st.tuples(st.sampled_from([ber.COUNTER32, ber.GAUGE32, ber.TIME_TICKS]), UINT32),
)
V1_VALUES = st.one_of(*_OLD)  # not filtered out of the others: a quarter of all packets was thrown away then
VALUES = st.one_of(
    *_OLD,
    st.tuples(st.just(ber.COUNTER64), _UINT64),
    st.tuples(st.sampled_from([ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.END_OF_MIB_VIEW]), st.none()),
)


def _varbinds(values: st.SearchStrategy[tuple[int, int | bytes | None]]) -> st.SearchStrategy[list[VarBind]]:
    return st.lists(st.builds(lambda name, value: (oid.encode(name), *value), OIDS, values), max_size=12)


def _responses(version: int, values: st.SearchStrategy[tuple[int, int | bytes | None]]) -> st.SearchStrategy[Message]:
    headers = st.builds(
        Header,
        version=st.just(version),
        community=st.binary(max_size=40),
        pdu=st.just(int(Pdu.RESPONSE)),
        request_id=REQUEST_IDS,
        error_status=st.integers(0, 18 if version else 5),
        error_index=st.integers(0, 12),
        start=st.just(0),
        stop=st.just(0),
    )
    return st.builds(Message, headers, _varbinds(values))


RESPONSES = st.one_of(_responses(1, VALUES), _responses(0, V1_VALUES))
