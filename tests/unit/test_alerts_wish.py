"""Lines that ask for quiet, and what is no such line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.inbox import typed
from alerts.wish import Wish, ended, united, wish


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/senyapkan sw-lt2 2 jam ganti switch", Wish(("sw-lt2",), 7200, None, "ganti switch")),
        ("/senyapkan@mppmon_bot #12 30 menit dicoba", Wish(("#12",), 1800, None, "dicoba")),
        ("silence a1-pc, a2-pc for 1 day new desks", Wish(("a1-pc", "a2-pc"), 86_400, None, "new desks")),
        ("/pemeliharaan SW-LT2 pukul 20.00 2 jam x", Wish(("sw-lt2",), 7200, (20, 0), "x")),
        ("/pemeliharaan sw-lt2 mulai jam 6:30 selama 90menit x", Wish(("sw-lt2",), 5400, (6, 30), "x")),
        ("/senyapkan sw-lt2 2 jam", None),
        ("/senyapkan 2 jam ganti switch", None),
        ("/senyapkan sw-lt2 ganti switch", None),
        ("/pemeliharaan sw-lt2 pukul 25.00 2 jam x", None),
        ("/senyapkan sw-lt2 2 jam a\nb", None),
        ("/senyapkan", None),
    ],
)
def test_a_wish(text: str, found: Wish | None) -> None:
    assert wish(text) == found


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("/gabung 13 12", ("merge", 13)),
        ("gabungkan #13 ke #12", ("merge", 13)),
        ("merge 13 into 12", ("merge", 13)),
        ("/gabung 13", ("merge", 0)),
        ("gabung besok ya", None),
        ("/senyapkan apa saja", ("silence", 0)),
        ("senyapkan sw-lt2 2 jam alasan", ("silence", 0)),
        ("senyapkan teleponmu", None),
        ("/pemeliharaan@mppmon_bot", ("maintain", 0)),
        ("/jadwal", ("quiet", 0)),
        ("jadwal", None),
        ("quiet", None),
        ("akhiri rapat", None),
        ("end meeting", None),
        ("end 12", None),
        ("akhiri #12", ("speak", 0)),
        ("jadwal piket besok?", None),
        ("/akhiri sw-lt2", ("speak", 0)),
        ("akhiri saja rapatnya", None),
        ("/akhirinya", None),
    ],
)
def test_without_a_slash_it_has_to_be_well_formed(text: str, asked: tuple[str, int] | None) -> None:
    assert typed(text) == asked


@pytest.mark.parametrize(("text", "pair"), [("/gabung 13 12", (13, 12)), ("/merge 13 12 11", None), ("/ack 13", None)])
def test_two_incidents(text: str, pair: tuple[int, int] | None) -> None:
    assert united(text) == pair


@pytest.mark.parametrize(("text", "said"), [("/akhiri SW-LT2", "sw-lt2"), ("/end #12", "#12"), ("/akhiri a b", "")])
def test_what_is_to_end(text: str, said: str) -> None:
    assert ended(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "/\N{LATIN SMALL LETTER LONG S}ilence sw-lt2 2 hours x",
        "/s\N{LATIN SMALL LETTER DOTLESS I}lence sw-lt2 2 hours x",
        "e\N{LATIN SMALL LETTER LONG S}calate 12",
        "/deta\N{LATIN SMALL LETTER DOTLESS I}ls 12",
    ],
)
def test_letters_that_only_look_like_a_command(text: str) -> None:
    assert typed(text) is None


def test_a_unit_that_only_looks_like_one() -> None:
    text = "/silence sw-lt2 2 hour\N{LATIN SMALL LETTER LONG S} x"
    assert (typed(text), wish(text)) == (("silence", 0), None)


@given(rest=st.text(max_size=80), word=st.sampled_from(["/senyapkan", "/gabung", "pemeliharaan", "/jadwal", "/akhiri"]))
def test_whatever_is_written_nothing_breaks(word: str, rest: str) -> None:
    line = f"{word} {rest}"
    typed(line)
    found = wish(line)
    assert found is None or (found.subjects and found.reason.strip() and "\n" not in found.reason)
