"""Changes in the text of a YAML file that leave every other character as it is: comments, order, spaces, quotes.

A round trip through an emitter does not: ruamel.yaml moves comments beside a key and joins lines. So libyaml says where
things are, and the text is changed there. The file has been read by `mppmon.config` before: it is not too deep.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

import yaml

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./()-]*(?: [A-Za-z0-9_./()-]+)*")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
_ALIAS = re.compile(r"\s*:\s*\*[^\s,\]}]+")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})

Step = tuple[str, ...]


class Untouchable(ValueError):
    """A place that cannot be changed by itself: it is written by an alias, a merge key, or in a form we do not know."""


def written(value: object) -> str:
    """Return a text, list or map as YAML on one line, in quotes wherever YAML might take it for something else."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{written(key)}: {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(written(one) for one in value)}]"
    text = str(value)
    if type(value) is int:
        return text
    if (_PLAIN.fullmatch(text) and text.lower() not in _WORDS) or _ADDRESS.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=False)


def block(values: Mapping[str, object], indent: str) -> Iterator[str]:
    """Yield maps as lines with one key each, as people edit them; lists of texts stay on their key's line."""
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{written(key)}:"
            yield from block(value, f"{indent}  ")
        else:
            yield f"{indent}{written(key)}: {written(value)}"


class YamlText:
    """The text of one file, to which changes are noted and then applied at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._newline = "\r\n" if "\r\n" in text else "\n"
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
        self._root = root if isinstance(root, yaml.MappingNode) else None
        self._edits: list[tuple[int, int, str]] = []

    def has(self, path: Step) -> bool:
        """Whether something is written at this path."""
        return self._find(path) is not None

    def put(self, path: Step, values: Mapping[str, object]) -> None:
        """Set keys of the map at this path: those that exist where they are, others after its last. Untouchable."""
        node = self._find(path)
        if node is None:
            raise Untouchable(".".join(path))
        new: dict[str, object] = {}
        entries = self._entries(node, path)
        for key, value in values.items():
            if key in entries:
                at, old = entries[key]
                if old is None:
                    raise Untouchable(".".join((*path, key)))
                self._replace(at, old, written(value))
            else:
                new[key] = value
        if new:
            self._append(node, path, new)

    def result(self) -> str:
        """Return the text with all changes."""
        parts: list[str] = []
        at = 0
        for start, end, text in sorted(self._edits, key=_order):
            parts += [self._text[at:start], text]
            at = max(at, end)
        return "".join([*parts, self._text[at:]])

    def _find(self, path: Step) -> yaml.Node | None:
        node: yaml.Node | None = self._root
        for depth, step in enumerate(path):
            if not isinstance(node, yaml.MappingNode):
                return None
            entry = self._entries(node, path[:depth]).get(step)
            node = None if entry is None else entry[1]
        return node

    def _entries(self, node: yaml.Node, path: Step) -> dict[str, tuple[yaml.ScalarNode, yaml.Node | None]]:
        """Return key -> (where the key is, its value) of a map; None for an alias, whose value is written elsewhere."""
        if not isinstance(node, yaml.MappingNode):
            if isinstance(node, yaml.ScalarNode) and not node.value:
                return {}
            raise Untouchable(".".join(path))
        found: dict[str, tuple[yaml.ScalarNode, yaml.Node | None]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise Untouchable(".".join(path))
            found[key.value] = key, None if value.start_mark.index < key.end_mark.index else value
        return found

    def _replace(self, key: yaml.ScalarNode, value: yaml.Node, text: str) -> None:
        end = self._end(value)
        if isinstance(value, yaml.CollectionNode) and not value.flow_style:
            colon = self._text.index(":", key.end_mark.index)
            self._edits.append((colon + 1, end, f" {text}"))
        elif isinstance(value, yaml.ScalarNode) and value.style in {"|", ">"}:
            self._edits.append((value.start_mark.index, end, text + self._newline))
        elif end == value.start_mark.index:  # nothing is written there
            colon = self._text.index(":", key.end_mark.index)
            self._edits.append((colon + 1, colon + 1, f" {text}"))
        else:
            self._edits.append((value.start_mark.index, end, text))

    def _append(self, node: yaml.Node, path: Step, new: Mapping[str, object]) -> None:
        entries = list(self._entries(node, path).values())
        flow = isinstance(node, yaml.MappingNode) and node.flow_style
        if not entries:
            self._fill(node, path, new)
        elif flow:
            last = self._end_of(*entries[-1])
            text = "".join(f", {written(key)}: {written(value)}" for key, value in new.items())
            self._edits.append((last, last, text))
        else:
            indent = " " * entries[0][0].start_mark.column
            self._lines(self._line_end(self._end_of(*entries[-1])), indent, new)

    def _fill(self, node: yaml.Node, path: Step, new: Mapping[str, object]) -> None:
        """Put the first keys into a map that is empty (`{}`, or nothing at all) below the key of its path."""
        if not path:
            raise Untouchable("")
        parent = self._find(path[:-1])
        assert isinstance(parent, yaml.MappingNode)  # noqa: S101  # the node was found below it
        key = self._entries(parent, path[:-1])[path[-1]][0]
        if parent.flow_style:
            self._replace(key, node, written(new))
            return
        indent = " " * (key.start_mark.column + 2)
        if isinstance(node, yaml.MappingNode):
            start = self._text.rindex(":", key.end_mark.index, node.start_mark.index + 1) + 1
            self._edits.append((start, node.end_mark.index, ""))
            self._lines(self._line_end(node.end_mark.index), indent, new)
        else:
            self._lines(self._line_end(self._text.index(":", key.end_mark.index)), indent, new)

    def _lines(self, at: int, indent: str, new: Mapping[str, object]) -> None:
        lines = list(block(new, indent))
        whole = self._newline.join(lines)
        ended = at == 0 or self._text[at - 1] == "\n"
        self._edits.append((at, at, whole + self._newline if ended else self._newline + whole))

    def _end(self, node: yaml.Node) -> int:
        """Return where a node's own text ends: libyaml lets a block end where the next thing begins."""
        if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        if isinstance(last, tuple):
            key, value = last
            return self._end_of(key, None if value.start_mark.index < key.end_mark.index else value)
        if last.start_mark.index < node.start_mark.index:
            raise Untouchable("*")  # an alias at the end of a list
        return self._end(last)

    def _end_of(self, key: yaml.Node, value: yaml.Node | None) -> int:
        if value is not None:
            return self._end(value)
        alias = _ALIAS.match(self._text, key.end_mark.index)
        return alias.end() if alias else int(key.end_mark.index)

    def _line_end(self, at: int) -> int:
        """Return where the line after this place begins, or the end of the text."""
        if at and self._text[at - 1] == "\n":
            return at
        found = self._text.find("\n", at)
        return len(self._text) if found < 0 else found + 1


def _order(edit: tuple[int, int, str]) -> tuple[int, int, int]:
    """Return the order of changes; of lines for one place, those of the inner map come first."""
    start, end, text = edit
    return start, end, -(len(text) - len(text.lstrip(" ")))
