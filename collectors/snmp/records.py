"""Records that some makers pack into one octet string, as (code, number). Pure; nothing a device sends makes it raise.

Brother (brInfoMaintenance): a code, 1, a length, the number; levels in hundredths of a percent. Codes as the library
`brother` (github.com/bieniu/brother) reads them. Epson (`@BDC ST2`): a code, a length, octets. Codes as
epson_print_conf (github.com/Ircama) reads them. Neither maker has published them.
"""

from collections.abc import Callable, Iterator, Mapping

Record = tuple[int, int]

INK = 0x100  # added to the codes of a Brother that has no drum: its cartridges hold ink
EPSON_ERROR, EPSON_INK, EPSON_BOX = 0x0200, 0x0F00, 0x3700
"""Added to the error, the ink's colour and the state of a maintenance box (0 room left, 1 nearly full, 2 full)."""

_LONG = 4  # octets of a Brother level; shorter ones are states of models of old
_ENDS = 0xFF
_DRUMS = frozenset({0x41, 0x69, 0x6A, 0x79, 0x7A, 0x7B, 0x80})  # drums, belt, fuser: what only a laser printer has
_EPSON_HEAD = b"BDC ST2\r\n"
_MOST = 64  # records of one string


def brother(octets: bytes) -> Iterator[Record]:
    """Yield the levels and counters; an ink printer's with INK added to the code. It stops at what makes no sense."""
    found = list(_brother(octets))
    shift = 0 if _DRUMS & {code for code, _ in found} else INK
    yield from ((code + shift, number) for code, number in found)


def _brother(octets: bytes) -> Iterator[Record]:
    at = 0
    for _ in range(_MOST):
        head = octets[at : at + 3]
        if len(head) < 3 or head[0] == _ENDS or head[1] != 1:  # noqa: PLR2004  # code, 1, length
            return
        value = octets[at + 3 : at + 3 + head[2]]
        if not value or len(value) != head[2]:
            return
        if len(value) == _LONG:
            yield head[0], int.from_bytes(value, "big")
        at += 3 + len(value)


def epson(octets: bytes) -> Iterator[Record]:
    """Yield error, inks by colour and maintenance boxes by state, if the whole status is there."""
    _, found, rest = octets.partition(_EPSON_HEAD)
    length = int.from_bytes(rest[:2], "little")
    body = rest[2 : 2 + length]
    if not found or len(body) != length:
        return
    at = 0
    for _ in range(_MOST):
        head = body[at : at + 2]
        value = body[at + 2 : at + 2 + head[-1]] if len(head) == 2 else b""  # noqa: PLR2004  # code, length
        if not value or len(value) != head[-1]:
            return
        yield from _epson(head[0], value)
        at += 2 + len(value)


def _epson(code: int, value: bytes) -> Iterator[Record]:
    if code == EPSON_ERROR >> 8:
        yield EPSON_ERROR + value[0], 1
    elif code == EPSON_INK >> 8 and value[0] >= 3:  # noqa: PLR2004  # cartridge, colour, level
        for at in range(1, len(value) - 2, value[0]):
            yield EPSON_INK + value[at + 1], value[at + 2]
    elif code == EPSON_BOX >> 8 and value[0] in {1, 2}:
        for at in range(1, len(value), value[0]):
            yield EPSON_BOX + value[at], 1


FORMS: Mapping[str, Callable[[bytes], Iterator[Record]]] = {"brother": brother, "epson": epson}
