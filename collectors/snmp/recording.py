"""What a device once said, from a `.snmprec` file (snmpsim) or the text of `snmpwalk -On`. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address

from collectors.snmp.wire import ber, oid
from collectors.snmp.wire.ber import Value
from collectors.snmp.wire.errors import CodecError
from collectors.snmp.wire.walk import Cell

Objects = Mapping[bytes, Cell]
"""OID octets -> BER tag and value, in the order of SNMP."""

_TAGS = {2, 4, 5, 6, 64, 65, 66, 67, 68, 70}  # RFC 2578 section 7.1, as snmpsim numbers them
_WORDS = {
    "integer": 2,
    "string": 4,
    "hex-string": 4,
    "bits": 4,
    "oid": 6,
    "ipaddress": 64,
    "network address": 64,
    "counter32": 65,
    "gauge32": 66,
    "unsigned32": 66,
    "timeticks": 67,
    "counter64": 70,
}
_LINE = re.compile(r"\.?([0-9]+(?:\.[0-9]+)+) = (?:([A-Za-z][A-Za-z0-9 -]*): ?)?(.*)", re.DOTALL)
_NUMBER = re.compile(r"-?[0-9]+")


class RecordingError(Exception):
    """A text that is no recording; says what was found and what was expected."""


def read(text: str) -> Objects:
    """Return the objects of a recording. Lines that cannot be read are left out, as an agent leaves out an object.

    RecordingError when not one line can be read.
    """
    found: dict[bytes, Cell] = {}
    for name, tag, value in _walked(text) if " = " in text[:10_000] else _recorded(text):
        try:
            found[oid.encode(name)] = (tag, value())
        except (CodecError, ValueError, AddressValueError):
            continue
    if not found:
        raise RecordingError("found no object in it, expected a .snmprec file, or what `snmpwalk -On` prints")
    return dict(sorted(found.items(), key=lambda item: oid.arcs_of(item[0])))


Line = tuple[str, int, Callable[[], Value]]


def _recorded(text: str) -> Iterator[Line]:
    """Yield `OID|TAG|VALUE`; a tag that ends in x has its value in hexadecimal digits. Modules are skipped."""
    for line in text.splitlines():
        name, _, rest = line.partition("|")
        tag, bar, value = rest.partition("|")
        number = tag.removesuffix("x")
        if bar and number.isdecimal() and int(number) in _TAGS:
            yield name, int(number), _reader(int(number), value, hexadecimal=tag.endswith("x"))


def _walked(text: str) -> Iterator[Line]:
    """Yield `.OID = TYPE: VALUE`; what follows on further lines belongs to the value."""
    whole: list[str] = []
    for line in [*text.splitlines(), ".0.0 = "]:
        if _LINE.match(line) and whole:
            yield from _one(whole[0] if len(whole) == 1 else "\n".join(whole))
            whole = []
        if whole or _LINE.match(line):
            whole.append(line)


def _one(line: str) -> Iterator[Line]:
    match = _LINE.fullmatch(line)
    if match is None:
        return
    name, word, value = match.groups()
    if word is None:
        if _NUMBER.fullmatch(value.strip()):  # snmpwalk -Oqt prints ticks bare
            yield name, ber.TIME_TICKS, _reader(ber.TIME_TICKS, value.strip(), hexadecimal=False)
        elif value.startswith('"'):
            yield name, ber.OCTETS, _reader(ber.OCTETS, _unquoted(value), hexadecimal=False)
        return
    word = word.casefold()  # some walks have them in capitals
    tag = _WORDS.get(word)
    if tag is None:
        return
    if word in {"hex-string", "bits"}:
        yield name, tag, _reader(tag, re.split(r"[^0-9A-Fa-f\s]", value)[0], hexadecimal=True)
    elif tag == ber.OCTETS:
        yield name, tag, _reader(tag, _unquoted(value), hexadecimal=False)
    elif tag in {2, 65, 66, 67, 70}:
        number = re.search(r"\((-?[0-9]+)\)", value) or _NUMBER.search(value)
        if number:
            yield name, tag, _reader(tag, number[number.re.groups], hexadecimal=False)
    else:
        yield name, tag, _reader(tag, value.strip(), hexadecimal=False)


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if len(value) > 1 and value[0] == value[-1] == '"' else value


def _reader(tag: int, text: str, *, hexadecimal: bool) -> Callable[[], Value]:
    """Return what makes the value of its text; ValueError, CodecError or AddressValueError where it is none."""
    if hexadecimal:
        raw = bytes.fromhex("".join(text.split())) if _even(text) else b""
        return lambda: raw
    if tag == ber.OCTETS:
        return lambda: text.encode("utf-8", "surrogateescape")
    if tag == ber.OBJECT_ID:
        return lambda: oid.encode(text)
    if tag == ber.IP_ADDRESS:
        return lambda: IPv4Address(text).packed
    return (lambda: None) if tag == ber.NULL else (lambda: int(text))


def _even(text: str) -> bool:
    digits = "".join(text.split())
    return len(digits) % 2 == 0 and re.fullmatch(r"[0-9A-Fa-f]*", digits) is not None
