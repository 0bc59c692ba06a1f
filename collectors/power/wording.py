"""The lines of NUT's protocol (RFC 9271): words, some of them in quotes. Pure; bytes, for a server may send any."""

import re

from collectors.observation import clean_text

Variables = dict[bytes, bytes]
"""Name -> value, of those that were wanted."""

_WORD = rb'"((?:[^"\\]|\\.)*)"|([^\s"\\]+)'  # each alternative begins with another octet: linear
_WORDS = re.compile(rb"[ \t]*(?:" + _WORD + rb")(?=[ \t]|$)", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_REFUSAL = re.compile(rb"ERR ([A-Z][A-Z-]{0,39})(?: |$)")
_MOST = 8  # words of any line that we ask for


class Malformed(ValueError):
    """A line that is none of NUT's."""


def split(line: bytes) -> list[bytes]:
    """Return the words of one line (without its line feed), out of their quotes. `Malformed`: not such a line."""
    words: list[bytes] = []
    at, end = 0, len(line.rstrip(b" \t\r"))
    while at < end:
        found = _WORDS.match(line, at, end)
        if found is None or len(words) == _MOST:
            raise Malformed("a line that is none of NUT's")
        quoted, plain = found.groups()
        words.append(_ESCAPED.sub(rb"\1", quoted) if quoted is not None else plain)
        at = found.end()
    return words


def quote(text: str) -> str:
    """Return one word as it may be sent: no space, quote or backslash of it ends it. ValueError: more than one line."""
    if not text.isprintable() or not text.isascii():
        raise ValueError("expected one line of ASCII")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def refusal(line: bytes) -> str:
    """Return the server's error name, such as `DATA-STALE`; nothing when the line is no error."""
    found = _REFUSAL.match(line.rstrip(b"\r"))
    return found[1].decode("ascii") if found else ("?" if line.startswith(b"ERR") else "")


def variable(line: bytes, ups: bytes) -> tuple[bytes, bytes] | None:
    """Return name and value of `VAR <ups> <name> "<value>"`; None at `END LIST VAR <ups>`. `Malformed` else."""
    words = split(line)
    if words == [b"END", b"LIST", b"VAR", ups]:
        return None
    if len(words) != 4 or words[:2] != [b"VAR", ups]:  # noqa: PLR2004  # RFC 9271 section 4.2.3
        raise Malformed("not the list of variables that was asked for")
    return words[2], words[3]


def listed(line: bytes) -> str | None:
    """Return the name in `UPS <name> "<description>"`, cleaned; None at `END LIST UPS`. `Malformed` else."""
    words = split(line)
    if words == [b"END", b"LIST", b"UPS"]:
        return None
    if len(words) not in {2, 3} or words[0] != b"UPS":
        raise Malformed("not the list of UPSes that was asked for")
    return clean_text(words[1])
