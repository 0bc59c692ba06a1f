"""Bytes of one YAML file -> Table. Built from libyaml's events: its own composer recurses in C and crashes the
process on deep nesting, and is slower.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import yaml

from mppmon.config.problem import Problem, quoted
from mppmon.config.syntax import explain_syntax, invisible
from mppmon.config.tree import Mark, Row, Table, Value

MAX_BYTES = 2_000_000  # a mall of 10,000 devices is 2 MB
_SMALLER = "a smaller file: a mall of 1,000 devices needs a tenth of that, so this is probably another file"
MAX_NODES = 500_000  # after anchors are followed
MAX_DEPTH = 32
_DEEP = f"more than {MAX_DEPTH} levels of indentation and brackets"

_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
_STANDARD = "tag:yaml.org,2002:"  # what `!!` is short for
_TAGS = frozenset(f"{_STANDARD}{word}" for word in ("str", "int", "float", "bool", "null", "map", "seq"))


_ROOT = "lines of the form `key: value`, the first of them `version: 1`"
_SAVE = "in Notepad: Save as, Encoding UTF-8"
_EXCLAIMED = "quotes around a text that begins with !"
_CURLY = "\u201c\u201d\u201e\u2018\u2019"


class _Stop(Exception):
    """The file cannot be read further."""


def read_file(path: Path, name: str) -> tuple[Table | None, list[Problem]]:
    """Read one file; `name` is how errors call it. None when its text cannot be read as YAML at all."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a FIFO must not make us wait
        with os.fdopen(handle, "rb") as file:
            mode = os.fstat(handle).st_mode
            if not stat.S_ISREG(mode):
                return None, [Problem(name, 0, 0, "", f"a {kind_of(mode)}", "an ordinary file")]
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        return None, [unreadable(path, name, error)]
    return read_bytes(raw, name)


def kind_of(mode: int) -> str:
    """Return what a thing in a directory is that is no file."""
    kinds = {stat.S_IFDIR: "directory", stat.S_IFIFO: "named pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device, which is no file")


def unreadable(path: Path, name: str, error: OSError) -> Problem:
    """Return the Problem of a file or directory that the system does not let us read."""
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return Problem(name, 0, 0, "", "a link to a file that does not exist", "the file itself, or a link to it")
    if isinstance(error, IsADirectoryError):
        return Problem(name, 0, 0, "", "a directory", "an ordinary file")
    if isinstance(error, PermissionError):
        hint = f"as root: chgrp mppmon {name}; chmod g+r {name}"
        return Problem(name, 0, 0, "", "what this user may not read", "a file that mppmon's user may read", hint)
    return Problem(name, 0, 0, "", (error.strerror or "an error").lower(), "a file that can be read")


def read_bytes(raw: bytes, name: str) -> tuple[Table | None, list[Problem]]:
    """Read the bytes of one file; None when they cannot be read as YAML at all."""
    if len(raw) > MAX_BYTES:
        return None, [Problem(name, 0, 0, "", f"more than {MAX_BYTES:,} bytes", _SMALLER)]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [_not_utf8(raw, error, name)]
    reader = _Reader(name, yaml.parse(text, Loader=yaml.CSafeLoader))
    try:
        return reader.document(), reader.problems
    except yaml.YAMLError as error:
        return None, [*reader.problems, explain_syntax(error, name, text, reader.last)]
    except _Stop:
        return None, reader.problems


def _not_utf8(raw: bytes, error: UnicodeDecodeError, name: str) -> Problem:
    before = raw[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return Problem(name, 1, 1, "", "text saved as UTF-16 (`Unicode`)", "text saved as UTF-8", _SAVE)
    byte = raw[error.start]
    letter = bytes([byte]).decode("cp1252", "replace")
    found = f"a letter that is not UTF-8 (byte 0x{byte:02x}, perhaps {quoted(letter)})"
    return Problem(name, line, column, "", found, "text saved as UTF-8", _SAVE)


class _Reader:
    """One pass over the events of one file."""

    def __init__(self, name: str, events: Iterator[yaml.Event]) -> None:
        self._name = name
        self._events = events
        self._nodes = 0
        self._anchors: dict[str, tuple[Value, int, int]] = {}  # name -> value, nodes in it, levels in it
        self._open: set[str] = set()
        self.problems: list[Problem] = []
        self.last: yaml.ScalarEvent | None = None

    def document(self) -> Table:
        """Return the one document of the file; _Stop (with a problem noted) where it has none, or several."""
        root: Value = None
        at = Mark(self._name, 1, 1)
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(self._mark(event), "a line `---` in the middle", "a file without it")
                first = next(self._events)
                at = self._mark(first)
                root = self._value(first, 1)[0]
        if not isinstance(root, Table):
            self._stop(at, "nothing" if root is None else _described(root), _ROOT)
        return root

    def _value(self, event: yaml.Event, depth: int) -> tuple[Value, int]:
        """Return the value this event begins, and how many levels it has."""
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            raise TypeError(f"{event} begins no value")
        anchor = event.anchor
        before = self._nodes
        self._count(event, 1)
        if depth > MAX_DEPTH:
            self._stop(self._mark(event), _DEEP, "less indentation, fewer brackets")
        if event.tag and event.tag not in _TAGS:
            self._note(self._mark(event), quoted(event.tag.replace(_STANDARD, "!!")), _EXCLAIMED)
        if anchor:
            self._open.add(anchor)
        value: Value
        levels = 1
        if isinstance(event, yaml.MappingStartEvent):
            value, levels = self._table(depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            value, levels = self._row(depth)
        else:
            assert isinstance(event, yaml.ScalarEvent)  # noqa: S101  # the third kind of node
            value = None if event.implicit[0] and event.value in _EMPTY else self._plain(event)
        if anchor:
            self._open.discard(anchor)
            self._anchors[anchor] = (value, self._nodes - before, levels)
        return value, levels

    def _plain(self, event: yaml.ScalarEvent) -> str:
        """Return a text; what a word processor or a web page has put into one without quotes is noted, and mended."""
        self.last = event
        text: str = event.value
        if event.style or text.isascii():
            return text
        at = self._mark(event)
        if text[0] in _CURLY[:3] or (text[0] in _CURLY[3:] and text[-1] in _CURLY and len(text) > 1):
            self._note(at, f"the curly quote {text[0]}", "a straight one (\" or '), or none")
            return text.strip(_CURLY)
        hidden = invisible(text)
        if hidden is not None:
            offset = 0 if "\n" in text else hidden[0]
            self._note(at._replace(column=at.column + offset), hidden[1], "an ordinary space, or nothing")
            return "".join(
                " " if char.isspace() else char for char in text if char.isprintable() or char.isspace()
            ).strip()
        return text

    def _table(self, depth: int) -> tuple[Table, int]:
        table = Table()
        inherited: list[Table] = []
        deepest = 0
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key_at = self._mark(event)
            if not isinstance(event, yaml.ScalarEvent):
                self._stop(key_at, "a bracket or * where a key should be", "a key: letters, then a colon")
            self._count(event, 1)
            key = self._plain(event)
            follows = next(self._events)
            value, levels = self._value(follows, depth + 1)
            deepest = max(deepest, levels)
            if event.value == "<<" and event.implicit[0]:
                inherited.extend(self._inherited(value, key_at))
            elif key in table:
                first = table.places[key][0].line
                self._note(key_at, f"{quoted(key)} a second time", f"it once: it is on line {first} already")
            else:
                table.put(key, value, key_at, self._mark(follows))
        for one in inherited:
            for key in one:
                if key not in table:
                    table.take(key, one)
        return table, deepest + 1

    def _inherited(self, value: Value, at: Mark) -> list[Table]:
        """Return the maps behind the merge key `<<`."""
        every = value if isinstance(value, Row) else [value]
        tables = [one for one in every if isinstance(one, Table)]
        if len(tables) < len(every):
            self._stop(at, "`<<` with a value that is no `*name`", "`<<: *name`, with `&name` at what is taken over")
        return tables

    def _row(self, depth: int) -> tuple[Row, int]:
        row = Row()
        deepest = 0
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            value, levels = self._value(event, depth + 1)
            row.put(value, self._mark(event))
            deepest = max(deepest, levels)
        return row, deepest + 1

    def _alias(self, event: yaml.AliasEvent, depth: int) -> tuple[Value, int]:
        name = event.anchor or ""
        at = self._mark(event)
        if name in self._open:
            self._stop(at, f"*{name} inside what &{name} marks", f"the text itself in place of *{name}")
        if name not in self._anchors:
            self._stop(at, f"*{name}", f"quotes around a text that begins with *, or &{name} somewhere above it")
        value, nodes, levels = self._anchors[name]
        self._count(event, nodes)
        if depth + levels > MAX_DEPTH:
            self._stop(at, _DEEP, "less indentation, fewer brackets")
        return value, levels

    def _count(self, event: yaml.Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._stop(self._mark(event), f"more than {MAX_NODES:,} values, with every *name followed", "fewer of them")

    def _mark(self, event: yaml.Event) -> Mark:
        at = event.start_mark
        return Mark(self._name, at.line + 1, at.column + 1) if at else Mark(self._name, 0, 0)

    def _note(self, at: Mark, found: str, expected: str) -> None:
        self.problems.append(Problem(*at, "", found, expected))

    def _stop(self, at: Mark, found: str, expected: str) -> NoReturn:
        self._note(at, found, expected)
        raise _Stop


def _described(value: Value) -> str:
    return quoted(value) if isinstance(value, str) else "a list"
