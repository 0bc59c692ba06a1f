"""The wanted answer and others; failures of sockets and resolvers; a leaf's end against cryptography."""

import errno
import socket
import ssl
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.observation import Outcome
from collectors.online.answer import Answer
from collectors.online.failure import of_resolver, of_socket
from collectors.online.judge import judge
from collectors.online.tls import expiry, of_tls
from collectors.settings import HttpSettings

KEY = ec.generate_private_key(ec.SECP256R1())


def answer(status: int = 200, body: bytes = b"Selamat datang", *, cut: bool = False) -> Answer:
    return Answer(status, "text/html", body, cut, 0.1, 0.2, 0.3, None)


@pytest.mark.parametrize(
    ("given", "outcome", "detail"),
    [
        (answer(), Outcome.OK, ""),
        (answer(204), Outcome.OK, ""),
        (answer(500), Outcome.UNEXPECTED, "status 500, expected 200 or 204"),
        (answer(302), Outcome.UNEXPECTED, "status 302 (a redirect), expected 200 or 204"),
        (answer(body=b"Sedang maintenance"), Outcome.UNEXPECTED, "the expected text is not on the page"),
        (answer(cut=True), Outcome.OK, "more than 1024 bytes: the rest was not read"),
        (
            answer(body=b"x", cut=True),
            Outcome.UNEXPECTED,
            "the expected text is not on the page; more than 1024 bytes: the rest was not read",
        ),
    ],
)
def test_judging_an_answer(given: Answer, outcome: Outcome, detail: str) -> None:
    settings = HttpSettings(url="http://x", status=(200, 204), contains="Selamat", max_bytes=1024)
    assert judge(given, settings)[:2] == (outcome, detail)


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (errno.ECONNREFUSED, Outcome.REFUSED),
        (errno.EHOSTUNREACH, Outcome.UNREACHABLE),
        (errno.ENETUNREACH, Outcome.UNREACHABLE),
        (errno.ETIMEDOUT, Outcome.TIMEOUT),
        (errno.EMFILE, Outcome.LOCAL),
        (errno.EPERM, Outcome.LOCAL),
    ],
)
def test_what_a_socket_says(number: int, outcome: Outcome) -> None:
    assert of_socket(OSError(number, "http://user:secret@host")).outcome is outcome
    assert "secret" not in of_socket(OSError(number, "http://user:secret@host")).detail


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        (socket.EAI_NONAME, Outcome.UNREACHABLE),
        (socket.EAI_NODATA, Outcome.UNREACHABLE),
        (socket.EAI_AGAIN, Outcome.LOCAL),
        (socket.EAI_FAIL, Outcome.LOCAL),
        (socket.EAI_SYSTEM, Outcome.LOCAL),
    ],
)
def test_an_unknown_name_is_theirs_and_a_silent_resolver_is_ours(number: int, outcome: Outcome) -> None:
    assert of_resolver("dukcapil.example", socket.gaierror(number, "x")).outcome is outcome


@settings(max_examples=20)
@given(st.datetimes(datetime(1990, 1, 2), datetime(2200, 1, 1)))  # noqa: DTZ001  # the builder takes naive UTC
def test_expiry_is_what_cryptography_says(end: datetime) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(5)
        .not_valid_before(datetime(1990, 1, 1, tzinfo=UTC))
        .not_valid_after(end)
        .sign(KEY, hashes.SHA256())
    )
    assert expiry(made.public_bytes(serialization.Encoding.DER)) == made.not_valid_after_utc.timestamp()


@given(st.binary(max_size=80))
def test_expiry_of_anything_else_is_none(raw: bytes) -> None:
    assert expiry(raw) is None
    assert expiry(b"\x30\x82" + raw) is None


def test_reasons_are_plain_and_our_own() -> None:
    error = ssl.SSLCertVerificationError("secret")
    error.verify_code = 10
    assert of_tls(error).detail == "the certificate has expired"
    error.verify_code = 77
    assert of_tls(error).detail == "the certificate is not valid (OpenSSL 77)"
    assert of_tls(ssl.SSLError("secret")).detail == "the TLS handshake failed (no reason given)"
