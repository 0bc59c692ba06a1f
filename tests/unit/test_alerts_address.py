"""Addresses as people write them."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from alerts.address import email_address, host, phone, sender
from alerts.settings import Phone, clock


@pytest.mark.parametrize(
    "text",
    [
        "081234567890", "0812-3456-7890", "0812 3456 7890", "(0812) 3456.7890", "+6281234567890", "+62 812-3456-7890",
        "62 812 3456 7890", "6281234567890", "0062 812 3456 7890", "+62 (0)812 3456 7890", "81234567890",
        " 0812\N{EN DASH}3456\N{EN DASH}7890 ", "0812\N{NO-BREAK SPACE}3456\N{NO-BREAK SPACE}7890",
    ],
)  # fmt: skip
def test_one_number_however_it_is_written(text: str) -> None:
    assert phone(text) == "+6281234567890"
    assert TypeAdapter(Phone).validate_python(text) == "+6281234567890"


@pytest.mark.parametrize(
    ("text", "number"),
    [("021-5550123", "+62215550123"), ("(0274) 555 012", "+62274555012"), ("+65 6555 0123", "+6565550123")],
)
def test_landlines_and_other_countries(text: str, number: str) -> None:
    assert phone(text) == number


@pytest.mark.parametrize(
    "text",
    ["", "0", "110", "0812", "081234567890123", "+62", "+0812345678", "budi", "0812345678a", "8.123e10", "+62-+62-812",
     "๐๘๑๒๓๔๕๖๗๘๙๐", "+1234567890123456"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="081234567890 or"):
        phone(text)
    with pytest.raises(ValidationError):
        TypeAdapter(Phone).validate_python(text)


@given(st.text(max_size=20))
def test_a_number_is_its_own_form(text: str) -> None:
    try:
        found = phone(text)
    except ValueError:
        return
    assert phone(found) == found
    assert found[0] == "+"
    assert found[1:].isdecimal()


@pytest.mark.parametrize("text", ["a@mpp.internal", "a.b+c@x-y.go.id", "mppmon@localhost", " a@b.c "])
def test_mail_addresses(text: str) -> None:
    assert email_address(text) == text.strip()
    assert sender(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b c", "a@b\nBcc: x@y", "a@b\rc", "a..b@c", "a@-b", "a@b..c", "a,b@c.d",
     "é@b.c", "a@é.c", "a@b.c, d@e.f", "<a@b.c", '"a@b.c', "a@" + "b" * 260, "x" * 65 + "@b.c"],
)  # fmt: skip
def test_what_is_no_mail_address(text: str) -> None:
    with pytest.raises(ValueError, match="an e-mail address such as"):
        email_address(text)


def test_a_sender_may_have_a_name() -> None:
    for text in ("MPP Harapan <a@b.c>", '"MPP, Harapan" <a@b.c>', "Mal Pelayanan Publik é <a@b.c>"):
        assert sender(text) == text
    for text in ("MPP <a@b.c", "a@b.c, d@e.f", "MPP <>", "MPP\nX: y <a@b.c>", "MPP"):
        with pytest.raises(ValueError, match="an e-mail address such as"):
            sender(text)


@given(st.text(max_size=30) | st.from_regex(r"[ -~\r\n]{0,12}@[ -~\r\n]{0,12}", fullmatch=True))
def test_every_address_we_take_makes_a_mail_and_no_other_header(text: str) -> None:
    for accept in (email_address, sender):
        try:
            address = accept(text)
        except ValueError:
            continue
        message = EmailMessage(policy=SMTP)
        message["From"] = address
        message["To"] = address
        assert message.as_bytes().count(b"\n") == 3  # two headers, and the line below them
        assert len(message["To"].addresses) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [(" 192.168.1.20 ", "192.168.1.20"), ("FE80::1", "fe80::1"), ("siak.example.go.id", "siak.example.go.id")],
)
def test_hosts(text: str, found: str) -> None:
    assert host(text) == found


@pytest.mark.parametrize("text", ["", "1.2.3", "1.2.3.256", "1.2.3.4:80", "http://x", "a b", "-a", "x/y", "a" * 300])
def test_what_is_no_host(text: str) -> None:
    with pytest.raises(ValueError, match="an IP address such as"):
        host(text)


@pytest.mark.parametrize("text", ["08:00", "08.00", "8.00", "8:00", " 08:00 "])
def test_one_time_however_it_is_written(text: str) -> None:
    assert clock(text) == "08:00"


@pytest.mark.parametrize("text", ["24:00", "8", "8:0", "08:60", "08:00 WIB", "-1:00", "480", ""])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="a time from 00:00"):
        clock(text)
