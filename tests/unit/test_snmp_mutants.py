"""Damaged messages: the codec says CodecError or reads something, and never does anything else."""

import os
import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from collectors.snmp.wire import ber, codec, oid
from collectors.snmp.wire.codec import CodecError, Message
from collectors.snmp.wire.layout import Layout, guess_request_id
from collectors.snmp.wire.request import REQUEST_ID_MAX, REQUEST_ID_MIN
from tests.unit.snmp_packets import RESPONSES

MUTANTS = int(os.environ.get("MPPMON_MUTANTS", "2000"))
_PACKETS = 5000  # different ones are enough; making one costs as much as reading some thousand
_PER_PACKET = max(200, MUTANTS // _PACKETS)
_SPECIAL = (0x00, 0x01, 0x02, 0x7F, 0x80, 0x81, 0x82, 0x84, 0x88, 0xFF, 0x30, 0x04, 0x06)


def mutant(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(out) + 1)
        kind = rng.randrange(6)
        if kind == 0:
            out[at : at + 1] = bytes([rng.choice(_SPECIAL)])
        elif kind == 1:
            out[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 2:
            del out[at : at + rng.randint(1, 8)]
        elif kind == 3:
            out[at:at] = rng.randbytes(rng.randint(1, 8))
        elif kind == 4:
            out[at:at] = out[at : at + rng.randint(1, 30)]
        else:
            del out[at:]
    return bytes(out)


@settings(
    max_examples=max(1, MUTANTS // _PER_PACKET),
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
@given(RESPONSES, st.integers(0, 2**63))
def test_mutants_raise_nothing_but_codec_error(message: Message, seed: int) -> None:
    whole = codec.encode(message.header, message.varbinds)
    rng = random.Random(seed)  # noqa: S311  # repeatable damage, no secret
    for _ in range(_PER_PACKET):
        _outcome(mutant(whole, rng))


def _outcome(data: bytes) -> str:
    """Return what came out, as text: NaN equals itself, and refused is refused for whatever reason."""
    try:
        return repr(codec.decode(data))
    except CodecError:
        return "refused"


@settings(
    max_examples=max(1, MUTANTS // _PER_PACKET),
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
@given(RESPONSES, st.integers(REQUEST_ID_MIN, REQUEST_ID_MAX), st.integers(0, 2**63))
def test_a_layout_reads_mutants_as_the_codec_does(message: Message, request_id: int, seed: int) -> None:
    varbinds = message.varbinds or [(oid.encode("1.3.6.1"), ber.INTEGER, 1)]
    whole = codec.encode(message.header._replace(request_id=request_id), varbinds)
    layout = Layout(whole, codec.decode_header(whole), varbinds)
    assert repr(layout.read(whole, request_id)) == repr(varbinds)
    assert layout.read(whole, request_id ^ 1) is None
    rng = random.Random(seed)  # noqa: S311  # repeatable damage, no secret
    for _ in range(_PER_PACKET):
        data = mutant(whole, rng)
        guessed = guess_request_id(data)
        try:
            read = layout.read(data, guessed)
        except CodecError:
            assert _outcome(data) == "refused"
            continue
        if read is not None:
            again = codec.decode(data)
            assert again.header.request_id % 2**32 == guessed
            assert repr(read) == repr(again.varbinds)


@given(st.binary(max_size=300))
def test_noise_raises_nothing_but_codec_error(data: bytes) -> None:
    guess_request_id(data)
    _outcome(data)
