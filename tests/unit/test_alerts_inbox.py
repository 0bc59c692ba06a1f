"""What people answer, typed or pressed, and what strangers may send."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.telegram_updates import Update, read, update_id
from alerts.inbox import pressed, typed, words_of_note

BUTTON = {
    "update_id": 7,
    "callback_query": {
        "id": "99",
        "from": {"id": 555, "first_name": "Sari"},
        "message": {"message_id": 3, "chat": {"id": -100, "type": "supergroup"}},
        "data": "ack:1042",
    },
}
TEXT = {"update_id": 8, "message": {"from": {"id": 555}, "chat": {"id": 555, "type": "private"}, "text": "/ack 1042"}}


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/ack 1042", ("ack", 1042)),
        ("/ack@mppmon_bot 1042", ("ack", 1042)),
        ("  Tangani #1042 ", ("ack", 1042)),
        ("saya tangani 7", ("ack", 7)),
        ("teruskan 1042", ("escalate", 1042)),
        ("RINCIAN1042", ("details", 1042)),
        ("/catatan 1042 rol diganti", ("note", 1042)),
        ("catatan #12 3 kartu rusak", ("note", 12)),
        ("/catatan@mppmon_bot 12 " + "x" * 500, ("note", 12)),
        ("catat 2 rol kertas habis", None),
        ("note 5 people wait", None),
        ("/note 5 people wait", ("note", 5)),
        ("/catatan 1042", None),
        ("/catatan rol", None),
        ("/details 12345678901", None),
        ("ack", None),
        ("ack 1042 sekarang", None),
        ("/start", None),
        ("", None),
    ],
)
def test_typed(text: str, asked: tuple[str, int] | None) -> None:
    assert typed(text) == asked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/catatan 12 3 kartu rusak ", "3 kartu rusak"),
        ("note #12 a\nb", "a\nb"),
        ("note 12 a", ""),
        ("/ack 12", ""),
        ("catatan 12", ""),
    ],
)
def test_the_words_of_a_note(text: str, words: str) -> None:
    assert words_of_note(text) == words


@pytest.mark.parametrize("data", ["ack:", "ack:-1", "ack:1042x", "mute:1", "ACK:1", "ack:1 ", "ack:1\n", "ack:\uff11"])
def test_only_our_own_buttons_count(data: str) -> None:
    assert pressed("escalate:1042") == ("escalate", 1042)
    assert pressed(data) is None


def test_a_button_in_a_group_says_where_and_who() -> None:
    assert read(BUTTON) == Update(7, "-100", "555", ("ack", 1042), "ack:1042", "99", private=False)


def test_a_text_in_a_private_chat() -> None:
    assert read(TEXT) == Update(8, "555", "555", ("ack", 1042), "/ack 1042")


def test_a_button_whose_message_is_gone_is_answered_to_its_sender() -> None:
    gone = {"update_id": 7, "callback_query": {"id": "99", "from": {"id": 555}, "data": "details:3"}}
    assert read(gone) == Update(7, "555", "555", ("details", 3), "details:3", "99")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ["update_id", "callback_query", "message", "id", "from", "chat", "type", "text", "data"]


@given(raw=json | st.recursive(json, lambda one: st.dictionaries(st.sampled_from(KEYS), one, max_size=5)))
def test_whatever_comes_nothing_breaks(raw: object) -> None:
    found = read(raw)
    if found is not None:
        assert update_id(raw) == found.id
        assert found.chat
        assert len(found.text) <= 200
