"""What a counter PC's agent and mppmon share so that each knows the other: a token, and a certificate that is pinned.

The certificate is signed by itself and outlives the PC: nobody has to trust an issuer, renew it, or set the PC's clock.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collectors.pc.push.pin import pin_of

_LIFE = timedelta(days=365 * 20)
_SKEW = timedelta(days=365 * 10)  # a PC whose battery is empty lives in the past; only the pin counts
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True, repr=False)
class Enrolment:
    """`token`: one line; `key`, `certificate`: PEM, for the PC; `pin`: SHA-256 of the certificate's DER, in hex."""

    token: str
    key: bytes
    certificate: bytes
    pin: str


def enrol(device: str, *, now: datetime) -> Enrolment:
    """Make the secrets of one PC."""
    key, certificate = certify(device, now=now)
    return Enrolment(new_token(), key, certificate, pin_of(certificate.decode("ascii")))


def new_token() -> str:
    """Return a token of 256 random bits, one line."""
    return secrets.token_urlsafe(32)


def certify(name: str, *, now: datetime) -> tuple[bytes, bytes]:
    """Make a key, and a certificate signed by it, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _LIFE)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return secret, certificate.public_bytes(_PEM)


def push_toml(parts: tuple[str, ...], *, url: str, pin: str, folder: str) -> str:
    """Return the config of an agent that only sends: to this door, with its token in `folder` there."""
    lines = ["[push]", f'url = "{url}"', f'token_file = "{folder}/push-token"', f'pin = "{pin}"', *_places(parts)]
    return "\n".join(lines) + "\n"


def agent_toml(parts: tuple[str, ...], *, port: int, folder: str) -> str:
    """Return the agent's config for this PC: its secrets in `folder` there, and a place for each peripheral."""
    lines = [
        f'listen = "0.0.0.0:{port}"',
        f'token_file = "{folder}/token"',
        f'certificate = "{folder}/certificate.pem"',
        f'key = "{folder}/key.pem"',
    ]
    return "\n".join((*lines, *_places(parts))) + "\n"


def _places(parts: tuple[str, ...]) -> list[str]:
    lines: list[str] = []
    for part in parts:
        lines += [
            "",
            f"# [peripherals.{part}]    # take the marks away, and write what `lsusb` and `lpstat -p` say",
            '# usb = "1c7a:0570"',
            '# queue = "Evolis"',
        ]
    return lines
