"""TLS: whom we trust, when a leaf certificate ends, and a handshake's failure in plain words."""

import ssl
from functools import lru_cache

import certifi
from pyasn1.codec.der.decoder import decode  # type: ignore[import-untyped]  # ships no types
from pyasn1.error import PyAsn1Error  # type: ignore[import-untyped]  # ships no types
from pyasn1.type.useful import GeneralizedTime, UTCTime  # type: ignore[import-untyped]  # ships no types

from collectors.online.budget import TlsSocket

_PLAIN = {  # X509_V_ERR_*, in OpenSSL's include/openssl/x509_vfy.h
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is self-signed",
    19: "the chain ends in a self-signed certificate that this machine does not trust",
    20: "this machine does not trust the certificate's issuer",
    21: "the server did not send the issuer's certificate",
    23: "the certificate was revoked",
    62: "the certificate is for another name",
    64: "the certificate is for another address",
}


def trusting_context() -> ssl.SSLContext:
    """Return the context that verifies chain and name against the system's trust store, where a mall's own authority
    is installed; against certifi's where the system has none. Costs about 20 ms: make it once.
    """
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not (paths.cafile or paths.capath):
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


def plain_reason(error: ssl.SSLError) -> str:
    """Return what went wrong, without the peer's or OpenSSL's own words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _PLAIN.get(error.verify_code, f"the certificate is not valid (OpenSSL {error.verify_code})")
    reason = getattr(error, "reason", None)  # unset on errors that OpenSSL did not raise
    if reason in {"WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"}:
        return "the server does not speak TLS on this port"
    return f"the TLS handshake failed ({(reason or 'no reason given').lower().replace('_', ' ')})"
