"""Hypothesis strategies of valid SNMP messages."""

from hypothesis import strategies as st

from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import VarBind
from collectors.snmp.wire.codec import Header, Message, Pdu

INT32 = st.integers(-(2**31), 2**31 - 1)
REQUEST_IDS = st.integers(1 - 2**31, 2**31 - 1)
"""pyasn1 writes -2**31 with an octet too many (X.690 section 8.3.2); no reply to a request of ours has it."""
UINT32 = st.integers(0, 2**32 - 1)
OIDS = st.builds(
    lambda second, rest: ".".join(map(str, (1, second, *rest))),
    st.integers(0, 39),
    st.lists(UINT32 | st.integers(0, 300), min_size=0, max_size=20),
)
VALUES = st.one_of(
    st.tuples(st.just(ber.INTEGER), INT32),
    st.tuples(st.just(ber.OCTETS), st.binary(max_size=200)),
    st.tuples(st.just(ber.OBJECT_ID), OIDS.map(oid.encode)),
    st.tuples(st.just(ber.IP_ADDRESS), st.binary(min_size=4, max_size=4)),
    st.tuples(st.sampled_from([ber.COUNTER32, ber.GAUGE32, ber.TIME_TICKS]), UINT32),
    st.tuples(st.just(ber.COUNTER64), st.integers(0, 2**64 - 1)),
    st.tuples(st.sampled_from([ber.NO_SUCH_OBJECT, ber.NO_SUCH_INSTANCE, ber.END_OF_MIB_VIEW]), st.none()),
)
V1_VALUES = VALUES.filter(lambda value: value[0] not in {ber.COUNTER64, 0x80, 0x81, 0x82})


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
