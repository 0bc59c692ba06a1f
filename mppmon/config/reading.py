"""Bytes of one YAML file -> Table. Built from libyaml's events: its own composer recurses in C and crashes the
process on deep nesting, and is slower.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import yaml

from mppmon.config.problem import Problem, quoted
from mppmon.config.syntax import explain_syntax
from mppmon.config.tree import Mark, Row, Table, Value

MAX_BYTES = 2_000_000  # a mall of 10,000 devices is 2 MB
MAX_NODES = 500_000  # after anchors are followed
MAX_DEPTH = 32

_EMPTY = frozenset({"", "~", "null", "Null", "NULL"})
_TAGS = frozenset(f"tag:yaml.org,2002:{word}" for word in ("str", "int", "float", "bool", "null", "map", "seq"))


class _Stop(Exception):
    """The file cannot be read further."""


def read_file(path: Path, name: str) -> tuple[Table | None, list[Problem]]:
    """Read one file; `name` is how errors call it. None when its text cannot be read as YAML at all."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        return None, [Problem(name, 0, 0, "", error.strerror or "an error", "a readable file")]
    return read_bytes(raw, name)


def read_bytes(raw: bytes, name: str) -> tuple[Table | None, list[Problem]]:
    """Read the bytes of one file; None when they cannot be read as YAML at all."""
    if len(raw) > MAX_BYTES:
        return None, [Problem(name, 0, 0, "", f"more than {MAX_BYTES:,} bytes", "a smaller file")]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [_not_utf8(raw, error, name)]
    reader = _Reader(name, yaml.parse(text, Loader=yaml.CSafeLoader))
    try:
        return reader.document(), reader.problems
    except yaml.YAMLError as error:
        return None, [*reader.problems, explain_syntax(error, name, text)]
    except _Stop:
        return None, reader.problems


def _not_utf8(raw: bytes, error: UnicodeDecodeError, name: str) -> Problem:
    before = raw[: error.start]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    hint = "it looks like UTF-16" if raw[:2] in {b"\xff\xfe", b"\xfe\xff"} else "save the file as UTF-8 in the editor"
    return Problem(name, line, column, "", f"byte 0x{raw[error.start]:02x}", "UTF-8 text", hint)


class _Reader:
    """One pass over the events of one file."""

    def __init__(self, name: str, events: Iterator[yaml.Event]) -> None:
        self._name = name
        self._events = events
        self._nodes = 0
        self._anchors: dict[str, tuple[Value, int, int]] = {}  # name -> value, nodes in it, levels in it
        self._open: set[str] = set()
        self.problems: list[Problem] = []

    def document(self) -> Table:
        """Return the one document of the file; _Stop (with a problem noted) where it has none, or several."""
        root: Value = None
        at = Mark(self._name, 1, 1)
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(self._mark(event), "a second document (`---`)", "one document in a file")
                first = next(self._events)
                at = self._mark(first)
                root = self._value(first, 1)[0]
        if not isinstance(root, Table):
            self._stop(at, "nothing" if root is None else _described(root), "a map that begins with `version: 1`")
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
            self._stop(self._mark(event), f"more than {MAX_DEPTH} levels", "fewer levels of nesting")
        if event.tag and event.tag not in _TAGS:
            self._note(self._mark(event), f"tag {quoted(event.tag)}", "a plain value without a tag")
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
            value = None if event.implicit[0] and event.value in _EMPTY else event.value
        if anchor:
            self._open.discard(anchor)
            self._anchors[anchor] = (value, self._nodes - before, levels)
        return value, levels

    def _table(self, depth: int) -> tuple[Table, int]:
        table = Table()
        inherited: list[Table] = []
        deepest = 0
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key_at = self._mark(event)
            if not isinstance(event, yaml.ScalarEvent):
                self._stop(key_at, "a key that is a map, list or alias", "a key that is a text")
            self._count(event, 1)
            follows = next(self._events)
            value, levels = self._value(follows, depth + 1)
            deepest = max(deepest, levels)
            if event.value == "<<" and event.implicit[0]:
                inherited.extend(self._inherited(value, key_at))
            elif event.value in table:
                first = table.places[event.value][0].line
                self._note(key_at, f"key {quoted(event.value)} a second time", f"it once (first on line {first})")
            else:
                table.put(event.value, value, key_at, self._mark(follows))
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
            self._stop(at, "`<<` with a value that is no map", "`<<: *name` of an anchored map")
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
            self._stop(at, f"alias *{name} inside its own anchor", "an alias that does not contain itself")
        if name not in self._anchors:
            self._stop(at, f"alias *{name}", f"an anchor &{name} above it")
        value, nodes, levels = self._anchors[name]
        self._count(event, nodes)
        if depth + levels > MAX_DEPTH:
            self._stop(at, f"more than {MAX_DEPTH} levels", "fewer levels of nesting")
        return value, levels

    def _count(self, event: yaml.Event, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            self._stop(self._mark(event), f"more than {MAX_NODES:,} values (anchors followed)", "fewer values")

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
