"""Gzip from somebody who may send a bomb. Pure."""

import zlib

from collectors.pc.reader import Unreadable

_GZIP = 31  # zlib: a window of 2^15, with gzip's header


class TooMuch(Exception):
    """It unpacks to more than is taken."""


def unpack(body: bytes, most: int) -> bytes:
    """Return at most `most` bytes. TooMuch; Unreadable where it is not gzip, or breaks off."""
    stream = zlib.decompressobj(_GZIP)
    try:
        text = stream.decompress(body, most + 1)
    except zlib.error as error:
        raise Unreadable("not gzip, though it says so") from error
    if len(text) > most or stream.unconsumed_tail:
        raise TooMuch
    if not stream.eof:
        raise Unreadable("the gzip breaks off")
    return text
