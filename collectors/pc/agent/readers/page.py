"""One HTTP answer, judged by what the config wants of it. Pure.

As mppmon's own online checks judge it (`contains`, `lacks`, a value of its JSON), within what the agent may depend on.
"""

import http.client
import io
import json
import re

from ..config import System  # noqa: TID252  # the agent imports relatively only: contract D

LONGEST_HEAD, LONGEST = 4096, 262_144  # bytes: until the first line has to be over; of an answer whose text is wanted
_HEAD = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"\r?\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r?\n", re.IGNORECASE)


def needs_body(wanted: System) -> bool:
    """Return whether more than the status line matters."""
    return any((wanted.contains, wanted.lacks, wanted.json_path))


def whole(said: bytes) -> bool:
    """Return whether the answer is there to its end, for a server that does not hang up after it."""
    head, gap, body = said.partition(b"\r\n\r\n")
    if not gap:
        return False
    length = _LENGTH.search(head + b"\r\n")
    return len(body) >= int(length[1]) if length else body.endswith(b"0\r\n\r\n")


def well(said: bytes, wanted: System) -> bool:
    """Return whether this is an HTTP answer without an error that says what it is to say."""
    words = said.split(b"\n", 1)[0].split()
    good = len(words) > 1 and words[0].startswith(b"HTTP/") and words[1][:1] in {b"2", b"3"}
    if not good or not needs_body(wanted):
        return good
    body = _body(said)
    if body is None or (wanted.lacks is not None and wanted.lacks.lower().encode() in body.lower()):
        return False
    if wanted.contains is not None and wanted.contains.encode() not in body:
        return False
    return wanted.json_path is None or _value(body, wanted.json_path) == wanted.json_expected


class _Heard:
    """As much of a socket as the standard library's reader of answers wants."""

    def __init__(self, said: bytes) -> None:
        self._said = said

    def makefile(self, *_: object) -> io.BytesIO:
        return io.BytesIO(self._said)


def _body(said: bytes) -> bytes | None:
    """Return the body, None when the answer is none or breaks off; what is longer than we read is as long as that."""
    if not _HEAD.search(said):
        return None  # the library takes a head that breaks off for a whole one
    response = http.client.HTTPResponse(_Heard(said))  # type: ignore[arg-type]  # it only calls makefile
    try:
        response.begin()
        return response.read()
    except http.client.IncompleteRead as error:
        return error.partial if len(said) >= LONGEST else None
    except (http.client.HTTPException, ValueError):
        return None


def _value(body: bytes, path: str) -> str | None:
    """Return a value of the JSON as its text, None when there is none. Objects and lists are none."""
    try:
        found = json.loads(body)
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (ValueError, RecursionError, LookupError, TypeError):
        return None
    if isinstance(found, str):
        return found
    return json.dumps(found) if found is None or isinstance(found, bool | int | float) else None
