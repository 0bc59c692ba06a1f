"""A resolver's answer against anything else that may come; the question against the RFC's own form."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.liveness.dns import verdict
from collectors.observation import Outcome
from collectors.online.dns import question
from collectors.online.failure import Failed
from collectors.online.reason import Reason

QUERY = question("go.id", 0x1234)


def answer(*, number: int = 0x1234, flags: int = 0x8180, rest: bytes = b"", asked: bytes = QUERY[12:]) -> bytes:
    return struct.pack("!6H", number, flags, 1, 1, 0, 0) + asked + rest


def test_the_question_is_that_of_rfc_1035() -> None:
    assert bytes.fromhex("1234 0100 0001 0000 0000 0000 02 676f 02 6964 00 0001 0001") == QUERY
    assert question("go.id.", 0x1234) == QUERY


@pytest.mark.parametrize("name", ["", ".", "a" * 64, "é" * 64])
def test_what_is_no_name_is_not_asked(name: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        question(name, 1)


@pytest.mark.parametrize(
    ("raw", "good"),
    [
        (answer(), True),
        (answer(flags=0x8183), True),  # there is no such name: it answers all the same
        (answer(rest=b"\xff" * 900), True),  # what it says is not read
        (answer(asked=QUERY[12:].upper()), True),
        (answer(number=0x1235), None),
        (answer(flags=0x0100), None),  # our own question, sent back
        (answer(asked=question("ho.id", 1)[12:]), None),
        (answer()[:20], None),
        (b"", None),
    ],
)
def test_what_counts_as_an_answer(raw: bytes, good: bool | None) -> None:  # noqa: FBT001  # parametrised
    assert verdict(QUERY, raw) is good


@pytest.mark.parametrize("code", [1, 2, 4, 5])
def test_a_resolver_that_says_it_cannot(code: int) -> None:
    said = verdict(QUERY, answer(flags=0x8180 | code))
    assert isinstance(said, Failed)
    assert (said.outcome, said.reason) == (Outcome.REFUSED, Reason.RESOLVER_FAILING)


@given(st.binary(max_size=600))
def test_nothing_that_comes_breaks_it(raw: bytes) -> None:
    verdict(QUERY, raw)
    assert verdict(QUERY, raw) is None or raw[:2] == QUERY[:2]
