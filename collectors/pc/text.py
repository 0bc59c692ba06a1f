"""Prometheus text, read strictly and cheaply: a line is looked at only if its metric's name is wanted.

Pure. A PC shows hundreds to thousands of series and we want a few dozen; a full parser takes 10 ms per 507 samples.
"""

import re
from collections.abc import Container, Iterator
from io import BytesIO
from typing import NamedTuple

_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|(?=\}))')
_NUMBER = re.compile(
    r"[+-]?(?:\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE | re.ASCII
)
_OPEN = re.compile(r"[ \t]*\{")
_REST = r"\s*(\S+)(?:\s+-?\d+(?:\.\d+)?)?(?:\s+#.*)?\s*"  # value, timestamp, and what OpenMetrics adds: an exemplar
_TAIL = re.compile(r"\s" + _REST)
_TAIL_AFTER_LABELS = re.compile(r"\s*\}" + _REST)
_LONGEST = 4096  # bytes of a line we care for
_MOST = 10_000  # lines we care for: a server with 300 services has some 3,000
_NAME_END = re.compile(rb"[\s{]")
_COMMENT = ord("#")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", '"': '"', "\\": "\\"}
_UTF8 = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<\?xml)", re.IGNORECASE)
_MEDIA = frozenset({"", "text/plain", "application/openmetrics-text", "application/octet-stream"})


class Unreadable(ValueError):
    """It is not Prometheus text. The words are for a person; they quote nothing the peer sent."""


class Sample(NamedTuple):
    """One line."""

    name: str
    labels: dict[str, str]
    value: float


def payload(body: bytes, content_type: str) -> bytes:
    """Return an answer without its byte order mark. `Unreadable` says what it is instead, or that half of it is
    missing: the format ends every line, also the last, with a line feed.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media not in _MEDIA or _HTML.match(body, 0, 256):
        raise Unreadable("a web page or another document, expected Prometheus text")
    if body.startswith(_UTF16) or b"\0" in body[:1024]:
        raise Unreadable("UTF-16 or binary data, expected Prometheus text in UTF-8")
    text = body.removeprefix(_UTF8)
    if not text.strip():
        raise Unreadable("an empty answer, expected Prometheus text")
    if not text.endswith(b"\n"):
        whole = text.count(b"\n")
        raise Unreadable(f"the answer breaks off in line {whole + 1}")
    return text


def samples(text: bytes, wanted: Container[bytes]) -> Iterator[Sample]:
    """Yield the samples whose name is wanted, in order. `Unreadable` names the line of the first malformed one.

    Lines are taken one by one, and only wanted ones decoded: a hostile 5 MB of line feeds costs no list of 5 million.
    """
    many = 0
    for number, line in enumerate(BytesIO(text), 1):
        if line[0] == _COMMENT:
            continue
        end = _NAME_END.search(line)
        if end is None or line[: end.start()] not in wanted:
            continue
        many += 1
        if many > _MOST:
            raise Unreadable(f"more than {_MOST} samples of wanted metrics")
        sample = _sample(line.decode("utf-8", "replace"), end.start()) if len(line) <= _LONGEST else None
        if sample is None:
            raise Unreadable(f"line {number} is not Prometheus text")
        yield sample


def _sample(line: str, end: int) -> Sample | None:
    labels: dict[str, str] = {}
    opened = _OPEN.match(line, end)
    at = opened.end() if opened else end
    if opened:
        while match := _LABEL.match(line, at):
            key, raw = match.groups()
            labels[key] = _ESCAPE.sub(_unescape, raw) if "\\" in raw else raw
            at = match.end()
    tail = (_TAIL_AFTER_LABELS if opened else _TAIL).fullmatch(line, at)
    if tail is None or _NUMBER.fullmatch(tail[1]) is None:
        return None
    return Sample(line[:end], labels, float(tail[1]))


def _unescape(match: re.Match[str]) -> str:
    return _ESCAPED.get(match[1], match[0])
