"""Certificates as real sites have them: a root, an intermediate, and leaves that are wrong in one way each."""

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    made: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate alone."""
        return self.made.public_bytes(_PEM)

    @property
    def private(self) -> bytes:
        """The key, not encrypted."""
        return self.key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def issue(
    name: str, *, by: Issued | None, start: datetime, end: datetime, ca: bool = False, host: str = "127.0.0.1"
) -> Issued:
    """Make a certificate for `host`, signed by an authority, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = by.made.subject if by else subject
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
    return Issued(builder.sign(by.key if by else key, hashes.SHA256()), key)


class Authority:
    """A root that the client trusts (`ca_file`), and its intermediate."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder = folder
        self.now = now
        self.root = self._ca("root", None)
        self.between = self._ca("between", self.root)
        self.stranger = self._ca("stranger", None)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self.root.pem)

    def _ca(self, name: str, by: Issued | None) -> Issued:
        return issue(name, by=by, start=self.now - 9 * DAY, end=self.now + 900 * DAY, ca=True)

    def leaf(self, *, days: float = 90, host: str = "127.0.0.1", by: Issued | None = None) -> Issued:
        """Return a leaf of the intermediate (or of another authority) that ends in so many days."""
        end = self.now + timedelta(days=days)
        return issue("leaf", by=by or self.between, start=self.now - 9 * DAY, end=end, host=host)

    def context(self, leaf: Issued, *chain: Issued, client: Issued | None = None) -> ssl.SSLContext:
        """Return what a server shows: the leaf and this chain. `client`: it wants a certificate of this authority."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file("server", leaf, *chain))
        if client is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=client.pem.decode())
        return context

    def file(self, name: str, leaf: Issued, *chain: Issued) -> Path:
        """Write a certificate with its key and chain."""
        file = self.folder / f"{name}.pem"
        file.write_bytes(b"".join((leaf.pem, leaf.private, *(one.pem for one in chain))))
        return file
