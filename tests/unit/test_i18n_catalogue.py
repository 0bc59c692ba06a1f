"""Every text that people read has its Indonesian words, with the same places to fill."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import chain

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from mppmon.i18n import LANGUAGES, catalogue, speech
from tests.catalogue import ROOT, Text, extracted

_PLACE = re.compile(r"\{[a-z_]*\}")


@cache
def texts() -> Mapping[Text, str]:
    """Every text, and where it is said: two seconds of reading, in the one worker that asks."""
    return {text: where for where, text in extracted()}


def forms(text: str | Sequence[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or ())


def indonesian() -> dict[str, Message]:
    with (ROOT / "mppmon/locale/id/LC_MESSAGES/mppmon.po").open("rb") as file:
        return {forms(one.id)[0]: one for one in read_po(file, locale="id") if one.id}


KNOWN = indonesian()


def test_every_text_is_translated_to_indonesian() -> None:
    first = {forms(text)[0]: where for text, where in texts().items()}
    missing = [f"{where}: {text!r}" for text, where in first.items() if text not in KNOWN or not KNOWN[text].string]
    assert not missing, "add to mppmon/locale/id/LC_MESSAGES/mppmon.po:\n" + "\n".join(missing)


def test_no_translation_is_left_of_a_text_that_is_gone() -> None:
    used = set(chain.from_iterable(map(forms, texts())))
    assert sorted(set(KNOWN) - used) == []


@pytest.mark.parametrize("one", KNOWN.values(), ids=lambda one: str(one.id)[:40])
def test_a_translation_has_the_places_of_its_source(one: Message) -> None:
    assert not one.fuzzy
    for text in forms(one.string):
        assert sorted(_PLACE.findall(text)) == sorted(_PLACE.findall(forms(one.id)[-1]))


@pytest.mark.parametrize("word", ["saklar", "jangkar", "surat di", "kotak surat"])
def test_a_word_that_people_read_as_another_thing_is_not_used(word: str) -> None:
    """A `saklar` switches a lamp, a `jangkar` holds a ship, a `surat` is of paper."""
    translated = [text for one in KNOWN.values() for text in forms(one.string)]
    mall = (ROOT / "mppmon/demo/mall/devices.yaml").read_text("utf-8").splitlines()
    assert [text for text in [*translated, *mall] if word in text.lower()] == []


def test_indonesian_has_one_plural_form_and_english_two() -> None:
    headers = {language: catalogue(language).info()["plural-forms"] for language in LANGUAGES}
    assert headers == {"id": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
    indonesian, english = speech("Asia/Jakarta")("id"), speech("Asia/Jakarta")("en")
    assert [indonesian.plural("{count} minute", "{count} minutes", n) for n in (1, 2)] == ["{count} menit"] * 2
    assert [english.plural("{count} minute", "{count} minutes", n) for n in (1, 2)] == [
        "{count} minute",
        "{count} minutes",
    ]


@pytest.mark.parametrize(
    ("zone", "time"),
    [("Asia/Jakarta", "09.12 WIB"), ("Asia/Makassar", "10.12 WITA"), ("Asia/Jayapura", "11.12 WIT")],
)
def test_times_dates_and_numbers_as_indonesians_write_them(zone: str, time: str) -> None:
    at = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
    speak = speech(zone)("id")
    assert speak.time(at) == time
    assert speak.date(at) == "24 November 2026"
    assert speak.number(1234.5) == "1.234,5"
    assert speak.percent(0.99421) == "99,42%"


def test_an_unknown_language_is_indonesian() -> None:
    assert speech("Asia/Jakarta")("xx").language == "id"
