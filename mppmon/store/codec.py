"""Records as canonical JSON text: sorted keys, no spaces, ASCII, times as UTC microseconds, with a version. No pickle.

Writing goes by the value, reading by the declared type, so that what comes back is what the type says or an error. A
key that is missing takes the field's default (an older mppmon wrote it); one we do not know is refused.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import TypeVar, get_args, get_origin, get_type_hints

from mppmon.clock import from_micros, micros
from mppmon.store.errors import Undecodable

VERSION = 1
"""Raised when a field changes its meaning; a new field with a default does not need it."""

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Reader = Callable[[object, str], object]
T = TypeVar("T")
_MICROSECOND = timedelta(microseconds=1)
_ENDLESS = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def canonical(value: object) -> str:
    """Return the one JSON text of a plain value. ValueError for a number JSON does not have."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def encode(record: object) -> str:
    """Return the text of a record (a frozen dataclass). TypeError for a value that is no part of a record."""
    return canonical({"version": VERSION, "record": type(record).__name__, "fields": _pack(record)})


def decode(kind: type[T], text: str) -> T:
    """Return the record that `encode` wrote. Undecodable if the text is not one of this kind."""
    try:
        box = json.loads(text)
    except ValueError as error:
        raise Undecodable(f"{kind.__name__}: found text that is no JSON ({error})") from None
    if not isinstance(box, dict) or set(box) != {"version", "record", "fields"}:
        raise Undecodable(f"{kind.__name__}: expected the keys version, record, fields")
    if box["version"] != VERSION:
        raise Undecodable(f"{kind.__name__}: found version {box['version']!r}, expected {VERSION}")
    if box["record"] != kind.__name__:
        raise Undecodable(f"found a record {box['record']!r}, expected {kind.__name__!r}")
    shape: object = kind
    record = _reader(shape)(box["fields"], kind.__name__)
    if not isinstance(record, kind):
        raise Undecodable(f"{kind.__name__}: read as {type(record).__name__}")
    return record


def _pack(value: object) -> Json:  # noqa: PLR0911  # one line per type is the table of the format
    match value:
        case StrEnum():
            return value.value
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case datetime():
            return micros(value)
        case timedelta():
            return value // _MICROSECOND
        case tuple() | list():
            return [_pack(one) for one in value]
        case frozenset():
            return sorted((_pack(one) for one in value), key=canonical)
        case Mapping():
            return {str(key): _pack(one) for key, one in value.items()}
        case _ if is_dataclass(value):
            return {field.name: _pack(getattr(value, field.name)) for field in fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} is no part of a record")


@cache
def _reader(kind: object) -> Reader:
    """Compile the reader of a declared type, once. TypeError for a type that no record may have."""
    origin, arguments = get_origin(kind), get_args(kind)
    reader: Reader | None = None
    if origin is tuple:
        reader = _tuple(arguments)
    elif origin is frozenset:
        reader = _many(_reader(arguments[0]), frozenset)
    elif origin is UnionType and arguments[1:] == (NoneType,):
        reader = _optional(_reader(arguments[0]))
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        reader = _mapping(_reader(arguments[1]))
    elif isinstance(kind, type):
        reader = _dataclass(kind) if is_dataclass(kind) else _enum(kind) if issubclass(kind, StrEnum) else _PLAIN[kind]
    if reader is None:
        raise TypeError(f"{kind!r} is no type of a record's field")
    return reader


def _dataclass(kind: type) -> Reader:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = {one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING}

    def read(value: object, where: str) -> object:
        given = _expect(value, dict, where)
        if unknown := set(given) - set(readers):
            raise Undecodable(f"{where}.{min(unknown)}: a key this mppmon does not know")
        if missing := needed - set(given):
            raise Undecodable(f"{where}.{min(missing)}: missing")
        return kind(**{name: readers[name](one, f"{where}.{name}") for name, one in given.items()})

    return read


def _tuple(arguments: tuple[object, ...]) -> Reader:
    if len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004  # tuple[X, ...]
        return _many(_reader(arguments[0]), tuple)
    readers = tuple(_reader(one) for one in arguments)

    def read(value: object, where: str) -> object:
        given = _expect(value, list, where)
        if len(given) != len(readers):
            raise Undecodable(f"{where}: found {len(given)} values, expected {len(readers)}")
        return tuple(reader(one, where) for reader, one in zip(readers, given, strict=True))

    return read


def _many(reader: Reader, build: Callable[[list[object]], object]) -> Reader:
    return lambda value, where: build([reader(one, where) for one in _expect(value, list, where)])


def _mapping(reader: Reader) -> Reader:
    return lambda value, where: {key: reader(one, where) for key, one in _expect(value, dict, where).items()}


def _optional(reader: Reader) -> Reader:
    return lambda value, where: None if value is None else reader(value, where)


def _enum(kind: type[StrEnum]) -> Reader:
    words = {one.value: one for one in kind}

    def read(value: object, where: str) -> object:
        word = _expect(value, str, where)
        if word not in words:
            raise Undecodable(f"{where}: found {word!r}, expected one of {', '.join(words)}")
        return words[word]

    return read


def _expect(value: object, kind: type[T], where: str) -> T:
    if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
        return value
    raise Undecodable(f"{where}: found {type(value).__name__}, expected {kind.__name__}")


def _float(value: object, where: str) -> float:
    if isinstance(value, str) and value in _ENDLESS:
        return _ENDLESS[value]
    return float(_expect(value, int, where)) if isinstance(value, int) else _expect(value, float, where)


def _plain(kind: type) -> Reader:
    return lambda value, where: _expect(value, kind, where)


_PLAIN: dict[type, Reader] = {
    str: _plain(str),
    int: _plain(int),
    bool: _plain(bool),
    float: _float,
    datetime: lambda value, where: from_micros(_expect(value, int, where)),
    timedelta: lambda value, where: _expect(value, int, where) * _MICROSECOND,
}
