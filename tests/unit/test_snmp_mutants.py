"""Damaged messages: the codec says CodecError or reads something, and never does anything else."""

import os
import random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from collectors.snmp.wire import codec
from collectors.snmp.wire.codec import CodecError, Message, Pdu
from tests.unit.snmp_packets import RESPONSES

MUTANTS = int(os.environ.get("MPPMON_MUTANTS", "2000"))
_PER_PACKET = 40
_SPECIAL = (0x00, 0x01, 0x02, 0x7F, 0x80, 0x81, 0x82, 0x84, 0x88, 0xFF, 0x30, 0x04, 0x06)


def _mutant(data: bytes, rng: random.Random) -> bytes:
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
    asked = codec.request(Pdu.GET, [name for name, _, _ in message.varbinds], version=1, community=b"public")
    rng = random.Random(seed)  # noqa: S311  # repeatable damage, no secret
    for _ in range(_PER_PACKET):
        data = _mutant(whole, rng)
        general = _outcome(data, ())
        assert general == _outcome(data, asked.expected)


def _outcome(data: bytes, expected: tuple[tuple[bytes, int, bytes], ...]) -> str:
    """Return what came out, as text: NaN equals itself, and refused is refused for whatever reason."""
    try:
        header = codec.decode_header(data)
        return repr(codec.decode_varbinds(data, header, expected))
    except CodecError:
        return "refused"


@given(st.binary(max_size=300))
def test_noise_raises_nothing_but_codec_error(data: bytes) -> None:
    assert _outcome(data, ())
