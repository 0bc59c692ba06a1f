"""The codec of questions to a resolver against whatever may come, and questions of each type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.online.dns import TYPES, Damaged, question, read

QUERY = question("layanan.go.id", 7)
HEAD = QUERY[:2] + b"\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00" + QUERY[12:]


@pytest.mark.parametrize("kind", TYPES)
def test_a_question_of_each_type_ends_with_its_number(kind: str) -> None:
    assert question("_ldap._tcp.go.id", 7, kind)[-4:] == TYPES[kind].to_bytes(2) + b"\x00\x01"


def test_a_name_of_more_than_255_bytes_is_none() -> None:
    with pytest.raises(ValueError, match="a host name"):
        question(".".join(["a" * 60] * 5), 7)


@given(st.binary(max_size=200) | st.lists(st.sampled_from([b"\xc0\x0c", b"\xc0", b"\x00\x01", b"\x01a", b"\x00\x04"])))
def test_nothing_that_comes_breaks_it_or_holds_it_up(raw: bytes | list[bytes]) -> None:
    tail = raw if isinstance(raw, bytes) else b"".join(raw)
    try:
        reply = read(QUERY, HEAD + tail)
    except Damaged:
        return
    assert reply is not None
    assert len(reply.addresses) == reply.found <= 2
