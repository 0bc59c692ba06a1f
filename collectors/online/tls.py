"""TLS: whom we trust, when a leaf certificate ends, and a handshake's failure in plain words."""

import ssl
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import certifi
from pyasn1.codec.der.decoder import decode  # type: ignore[import-untyped]  # ships no types
from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]  # ships no types
from pyasn1.type.useful import GeneralizedTime, UTCTime  # type: ignore[import-untyped]  # ships no types

from collectors.observation import Outcome
from collectors.online.budget import TlsSocket
from collectors.online.failure import Failed
from collectors.online.reason import Reason

_INVALID: Mapping[int, tuple[Reason, str]] = MappingProxyType(
    {  # X509_V_ERR_*, in OpenSSL's include/openssl/x509_vfy.h
        9: (Reason.CERTIFICATE_EARLY, "the certificate is not valid yet"),
        10: (Reason.CERTIFICATE_EXPIRED, "the certificate has expired"),
        18: (Reason.CERTIFICATE_SELF_SIGNED, "the certificate is self-signed"),
        19: (
            Reason.CERTIFICATE_UNTRUSTED,
            "the chain ends in a self-signed certificate that this machine does not trust",
        ),
        20: (Reason.CERTIFICATE_UNTRUSTED, "this machine does not trust the certificate's issuer"),
        21: (Reason.CERTIFICATE_INCOMPLETE, "the server did not send the issuer's certificate"),
        23: (Reason.CERTIFICATE_REVOKED, "the certificate was revoked"),
        62: (Reason.CERTIFICATE_NAME, "the certificate is for another name"),
        64: (Reason.CERTIFICATE_NAME, "the certificate is for another address"),
    }
)
_NO_ISSUER = 20  # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"})
_WANTS_OURS = frozenset(
    {
        "TLSV13_ALERT_CERTIFICATE_REQUIRED",
        "TLSV1_ALERT_UNKNOWN_CA",
        "SSLV3_ALERT_BAD_CERTIFICATE",
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
        "SSLV3_ALERT_CERTIFICATE_REVOKED",
        "TLSV1_ALERT_ACCESS_DENIED",
    }
)
"""Alerts of a server about the certificate that we sent, or did not send (RFC 8446 section 6.2)."""


class Trust(NamedTuple):
    """How one system is to be trusted, and what we show it. `ca`: its own authority, instead of this machine's."""

    verify: bool = True
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None


class Contexts:
    """TLS contexts, made once each (about 20 ms); made anew when one of their files changed. May be used by threads: of
    two that make the same, one is kept.
    """

    def __init__(self) -> None:
        self._made: dict[Trust, tuple[tuple[float, ...], ssl.SSLContext]] = {}

    def of(self, trust: Trust) -> ssl.SSLContext:
        """Return the context. `Failed` LOCAL: a file of it cannot be used."""
        found = self._made.get(trust)
        files = [one for one in trust[1:] if one is not None]
        try:
            stamp = tuple(one.stat().st_mtime for one in files)
            if found is None or found[0] != stamp:
                found = self._made[trust] = stamp, _context(trust)
        except ssl.SSLError as error:
            raise Failed(Outcome.LOCAL, "the configured certificate or key cannot be used") from error
        except OSError as error:
            words = f"{error.strerror}".lower()
            raise Failed(Outcome.LOCAL, f"a configured certificate or key cannot be read: {words}") from error
        return found[1]


def _context(trust: Trust) -> ssl.SSLContext:
    context = trusting_context(trust.ca) if trust.verify else blind_context()
    if trust.certificate is not None:
        context.load_cert_chain(trust.certificate, trust.key, password=_no_password)
    return context


def _no_password() -> str:
    """Answer instead of OpenSSL, which would ask at the terminal for the password of an encrypted key."""
    return ""


def trusting_context(ca: Path | None = None) -> ssl.SSLContext:
    """Return the context that verifies chain and name against `ca`; without it against the system's trust store, where
    a mall's own authority is installed; against certifi's where the system has none. Costs about 20 ms: make it once.
    """
    context = ssl.create_default_context(cafile=ca)
    paths = ssl.get_default_verify_paths()
    if ca is None and not (paths.cafile or paths.capath):
        context.load_verify_locations(certifi.where())
    context.sslsocket_class = TlsSocket
    return context


def blind_context() -> ssl.SSLContext:
    """Return the context for `verify: false`: encrypted, whoever answers."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = TlsSocket
    return context


@lru_cache(maxsize=512)
def expiry(leaf: bytes) -> float | None:
    """Return a DER certificate's notAfter as Unix time, None if it is not one.

    `ssl` itself tells notAfter only of certificates it verified. A leaf seldom changes: the cache saves pyasn1's
    milliseconds. RFC 5280 section 4.1: Certificate { tbs { [0] version?, serial, algorithm, issuer, validity, ...
    """
    try:
        fields = decode(leaf)[0][0]
        versioned = len(fields[0].tagSet.superTags) > 1  # [0] around the integer; without it the serial comes first
        end = fields[3 + versioned][1]
        if isinstance(end, UTCTime | GeneralizedTime):
            return float(end.asDateTime.timestamp())
    except (PyAsn1Error, IndexError, TypeError, ValueError, AttributeError):
        pass  # a hostile peer may send anything as its certificate
    return None


def of_tls(error: ssl.SSLError) -> Failed:
    """Return what went wrong, without the peer's or OpenSSL's own words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        lone = code == _NO_ISSUER and getattr(error, "sent", 0) == 1  # `TlsSocket` counts what the server sent
        other = Reason.CERTIFICATE_INVALID, f"the certificate is not valid (OpenSSL {code})"
        reason, words = _INVALID.get(21 if lone else code, other)
        return Failed(Outcome.INVALID, words, reason)
    said = getattr(error, "reason", None)  # unset on errors that OpenSSL did not raise
    if said in _NO_TLS:
        return Failed(Outcome.INVALID, "the server does not speak TLS on this port", Reason.NO_TLS)
    if said in _WANTS_OURS:
        return Failed(Outcome.DENIED, "the server does not accept our certificate", Reason.CLIENT_CERTIFICATE)
    words = (said or "no reason given").lower().replace("_", " ")
    return Failed(Outcome.INVALID, f"the TLS handshake failed ({words})", Reason.TLS_FAILED)
