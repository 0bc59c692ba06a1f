"""One message between the daemon and its child: a JSON object on a line, of bounded length. Pure."""

import json
from collections.abc import Mapping
from typing import Any

LIMIT = 256 * 1024
"""Octets of a line with its end: a datagram of 64 KiB as hexadecimal digits, and room."""

Message = Mapping[str, Any]


class Broken(Exception):
    """The other side sent what is no message. Nothing it sends can be trusted any more: it is ended."""


def encode(message: Message) -> bytes:
    """Return a line. Broken when it would be too long."""
    line = json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"
    if len(line) > LIMIT:
        raise Broken(f"a message of {len(line)} octets, at most {LIMIT} are sent")
    return line


def decode(line: bytes) -> dict[str, Any]:
    """Return the message of a line. Broken, without a word of its text, when it is none."""
    if len(line) > LIMIT or not line.endswith(b"\n"):
        raise Broken(f"a line of {len(line)} octets without its end")
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise Broken("a line that is no JSON") from None
    if not isinstance(message, dict):
        raise Broken("a line that is no JSON object")
    return message
