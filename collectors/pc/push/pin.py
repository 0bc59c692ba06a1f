"""What a certificate is known by: the SHA-256 of its DER, in hex. Pure."""

import ssl
from hashlib import sha256

_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def pin_of(text: str) -> str:
    """Return the pin of the first certificate of a PEM text. ValueError: there is none."""
    begins = text.find(_BEGIN)
    return sha256(ssl.PEM_cert_to_DER_cert(text[begins : text.find(_END) + len(_END)])).hexdigest()
