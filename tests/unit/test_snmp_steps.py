"""The decoder's work and memory are bounded by the octets it is given, whatever they say.

Steps are the lines of Python that run in `collectors.snmp.wire`, and the octets that are copied there: both are
counted, so that neither a loop nor a slice can hide work.
"""

import random
import sys
import tracemalloc
from types import FrameType
from typing import Any, SupportsIndex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.codec import CodecError, Header, Message, Pdu
from collectors.snmp.wire.layout import guess_request_id
from tests.unit.snmp_packets import RESPONSES
from tests.unit.test_snmp_mutants import mutant

K = 6
"""Steps per octet, at most; measured: 4.6 for the costliest message there is (varbinds of the fewest octets)."""
FIXED = 120  # of a message without varbinds
MEMORY = 16  # octets of memory per octet, at most; measured: 7 for varbinds of seven octets, each a tuple

_WIRE = "collectors/snmp/wire/"


class Counted(bytes):
    """A datagram that counts how many of its octets are copied out."""

    copied = 0

    def __getitem__(self, key: SupportsIndex | slice) -> Any:  # noqa: ANN401  # int or bytes, as of bytes
        found = super().__getitem__(key)
        if isinstance(key, slice):
            self.copied += len(found)  # type: ignore[arg-type]  # a slice of bytes is bytes
        return found


def steps(data: bytes) -> int:
    """Return the steps of reading a datagram as the wire does: the guess, then all of it."""
    counted = Counted(data)
    lines = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401  # a trace function returns itself
        nonlocal lines
        if _WIRE not in frame.f_code.co_filename:
            return None
        lines += event in {"line", "call"}
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        guess_request_id(counted)
        codec.decode(counted)
    except CodecError:
        pass
    finally:
        sys.settrace(before)
    return lines + counted.copied


def message(*varbinds: ber.VarBind) -> bytes:
    return codec.encode(Header(codec.V2C, b"public", Pdu.RESPONSE, 1, 0, 0, 0, 0), varbinds)


_SHORT = oid.encode("1.3")
WORST = {
    "many-nulls": message(*[(_SHORT, ber.NULL, None)] * 5000),
    "many-integers": message(*[(_SHORT, ber.INTEGER, 1)] * 5000),
    "many-oids": message(*[(_SHORT, ber.OBJECT_ID, _SHORT)] * 5000),
    "many-floats": message(*[(_SHORT, ber.OPAQUE, 1.0)] * 3000),
    "one-long-string": message((_SHORT, ber.OCTETS, b"x" * 65_000)),
    "open-sequences": b"\x30\x80" * 32_000,
    "an-oid-that-never-ends": message((_SHORT, ber.OCTETS, b"\x06\x82\xff\xff" + b"\x81" * 65_000)),
    "padded-lengths": bytes.fromhex("308400000100") + bytes(256),
}


@pytest.mark.parametrize("name", WORST)
def test_the_worst_messages_cost_no_more_than_their_octets(name: str) -> None:
    data = WORST[name]
    assert steps(data) <= K * len(data) + FIXED


def test_an_endless_name_costs_no_more_than_its_octets() -> None:
    for name in (b"\x81" * 60_000, b"\x81\x81\x81" * 20_000 + b"\x00", b"\x01" * 60_000):
        listed = ber.tlv(ber.SEQUENCE, ber.tlv(ber.OBJECT_ID, name) + b"\x05\x00")
        body = bytes.fromhex("020401000000020100020100") + ber.tlv(ber.SEQUENCE, listed)
        data = ber.tlv(ber.SEQUENCE, bytes.fromhex("020101") + ber.tlv(ber.OCTETS, b"p") + ber.tlv(0xA2, body))
        with pytest.raises(CodecError):
            codec.decode(data)
        assert steps(data) <= K * len(data) + FIXED


@given(RESPONSES, st.integers(0, 2**63))
def test_damaged_messages_cost_no_more_than_their_octets(whole: Message, seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311  # repeatable damage, no secret
    data = mutant(codec.encode(whole.header, whole.varbinds), rng)
    assert steps(data) <= K * len(data) + FIXED


@pytest.mark.parametrize("name", WORST)
def test_memory_is_bounded_by_the_octets(name: str) -> None:
    data = WORST[name]
    codec_runs = _peak(data)
    assert codec_runs <= MEMORY * len(data) + 10_000


def test_memory_stays_flat_over_many_damaged_messages() -> None:
    rng = random.Random(1)  # noqa: S311  # as above
    whole = message(*[(oid.encode(f"1.3.6.1.2.1.2.2.1.10.{row}"), ber.COUNTER32, row) for row in range(20)])
    for _ in range(500):
        _read(mutant(whole, rng))
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(5000):
            _read(mutant(whole, rng))
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()


def _peak(data: bytes) -> int:
    tracemalloc.start()
    try:
        _read(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _read(data: bytes) -> None:
    try:
        codec.decode(data)
    except CodecError:
        return
