"""Words in whatever encoding, dates, digits, arcs: nothing that a device sends raises, nothing is guessed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.snmp import values
from collectors.snmp.wire import oid

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FORMATS = ("%m/%d/%Y", "%m/%d/%y")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"Ready", "Ready"),
        ("Papierstau öffnen".encode("latin-1"), "Papierstau öffnen"),
        ("Kertas macet é".encode(), "Kertas macet é"),
        ("Jam Tray 1".encode("utf-16-be"), "Jam Tray 1"),
        ("Jam Tray 1".encode("utf-16-le"), "Jam Tray 1"),
        ("Toner leer ö".encode("utf-16"), "Toner leer ö"),
        (b"Sleep\0\0\0", "Sleep"),
        (b"ENERGIESPAREN   \rTROMMEL ERSETZ. ", "ENERGIESPAREN TROMMEL ERSETZ."),
        (b"0x4A616D2054726179", "Jam Tray"),
        (b"4A 61 6D 20 31", "Jam 1"),
        (b"20241123", "20241123"),  # digits that are no letters
        (b"DEADBEEF", "DEADBEEF"),
        (b"", ""),
    ],
)
def test_console_text(raw: bytes, text: str) -> None:
    assert values.words(raw, hexadecimal=True) == text


def test_serials_of_hexadecimal_digits_stay() -> None:
    assert values.words(b"4A616D20") == "4A616D20"


@given(st.binary(max_size=700))
def test_words_never_raise_and_are_capped(raw: bytes) -> None:
    for text in (values.words(raw), values.words(raw, hexadecimal=True), values.identifier(raw)):
        assert len(text.encode()) <= 64
        assert text.isprintable()


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (bytes.fromhex("001e585c09ff"), "00:1e:58:5c:09:ff"),
        (b"ge-0/1", "ge-0/1"),
        (b"\x01\x0a\0\0\x01", "010a000001"),
        (b"", ""),
    ],
)
def test_identifiers(raw: bytes, text: str) -> None:
    assert values.identifier(raw) == text


@pytest.mark.parametrize(
    ("raw", "days"),
    [
        (b"11/13/2026", 10),
        (b"11/13/26", 10),
        (b"11/24/2026", None),  # tomorrow
        (b"01/01/1970", None),
        (b"13/13/2026", None),
        (b"unknown", None),
        (b"\xff\0", None),
        (b"", None),
    ],
)
def test_ages(raw: bytes, days: int | None) -> None:
    expected = None if days is None else timedelta(days=days).total_seconds()
    assert values.age(raw, FORMATS, NOW) == expected


@given(st.one_of(st.binary(max_size=40), st.integers(), st.floats(), st.none()))
def test_ages_never_raise(value: bytes | float | None) -> None:
    found = values.age(value, FORMATS, NOW)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("value", "digits", "number"),
    [
        (5, False, 5),
        (b"5", False, None),
        (b" 5 ", True, 5.0),
        (b"-12.5", True, -12.5),
        (b"5 V", True, None),
        (b"nan", True, None),
        (b"1e9", True, None),
        (float("inf"), True, None),
        (None, True, None),
    ],
)
def test_numbers(value: bytes | float | None, digits: bool, number: float | None) -> None:  # noqa: FBT001  # a table
    assert values.number(value, digits=digits) == number


def test_last_arcs() -> None:
    assert values.last_arc(oid.encode("1.3.6.1.2.1.25.2.1.4")) == 4
    for value in (4, None, b"", b"\x80", b"\x06\x80"):
        assert values.last_arc(value) is None
