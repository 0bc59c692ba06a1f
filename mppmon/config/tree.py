"""A YAML file as plain maps, lists and texts that remember where they were written."""

from typing import NamedTuple

Path = tuple[str | int, ...]
"""Where a value sits: `("devices", "a3-pc", "kind")`."""


class Mark(NamedTuple):
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int


class Table(dict[str, "Value"]):
    """A map. `places`: key -> (where the key is, where its value is)."""

    def __init__(self) -> None:
        super().__init__()
        self.places: dict[str, tuple[Mark, Mark]] = {}

    def put(self, key: str, value: "Value", key_at: Mark, value_at: Mark) -> None:
        """Set a key and remember its place."""
        self[key] = value
        self.places[key] = (key_at, value_at)

    def take(self, key: str, other: "Table") -> None:
        """Set a key as another table has it, its place included."""
        self.put(key, other[key], *other.places[key])


class Row(list["Value"]):
    """A list. `places[i]`: where item i is."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[Mark] = []

    def put(self, value: "Value", at: Mark) -> None:
        """Append an item and remember its place."""
        self.append(value)
        self.places.append(at)


Value = str | Table | Row | None
"""Scalars stay text (the schema types them); `None` is an empty value, `~` or `null`."""


def merge(base: Table, over: Table) -> Table:
    """Return `base` with `over` laid on it: maps merge, everything else is replaced. Neither argument changes."""
    merged = Table()
    for key in base:
        merged.take(key, base)
    for key, value in over.items():
        below = base.get(key)
        if isinstance(below, Table) and isinstance(value, Table):
            merged.put(key, merge(below, value), *over.places[key])
        else:
            merged.take(key, over)
    return merged


def without(table: Table, paths: set[Path]) -> Table:
    """Return the table without the entries at these paths (places kept), for a second reading of what is good."""
    kept = Table()
    for key, value in table.items():
        if (key,) in paths:
            continue
        below = {path[1:] for path in paths if path[0] == key}
        if below and isinstance(value, Table):
            kept.put(key, without(value, below), *table.places[key])
        elif below and isinstance(value, Row):
            kept.put(key, _row_without(value, below), *table.places[key])
        else:
            kept.take(key, table)
    return kept


def _row_without(row: Row, paths: set[Path]) -> Row:
    kept = Row()
    for index, value in enumerate(row):
        if (index,) not in paths:
            kept.put(value, row.places[index])
    return kept


def find(table: Table, path: Path) -> Value:
    """Return the value at a path, None where there is none."""
    value: Value = table
    for step in path:
        if isinstance(value, Table) and step in value:
            value = value[str(step)]
        elif isinstance(value, Row) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def locate(table: Table, path: Path, *, key: bool = False) -> Mark | None:
    """Return where the value at `path` is written (`key`: where its key is). Of a path that does not exist: where the
    key of its nearest existing map is, or the lone text that stands for a list of one. None for the root.
    """
    value: Value = table
    at: tuple[Mark, Mark] | None = None
    for depth, step in enumerate(path, start=1):
        if isinstance(value, Table) and step in value:
            at = value.places[str(step)]
            value = value[str(step)]
        elif isinstance(value, Row) and isinstance(step, int) and step < len(value):
            at = (value.places[step], value.places[step])
            value = value[step]
        else:
            break
        if depth == len(path):
            return at[0] if key else at[1]
    if at is None:
        return None
    return at[1] if isinstance(value, str) else at[0]


def seek(value: Value, word: str, path: Path = ()) -> Path | None:
    """Return the path of the first text at or below `value` (which is at `path`) that is this word, or of the first key
    with more below it that is; None where there is none.
    """
    if isinstance(value, str):
        return path if value == word else None
    inner = value.items() if isinstance(value, Table) else enumerate(value or ())
    for step, below in inner:
        if step == word and not isinstance(below, str):
            return (*path, step)
        found = seek(below, word, (*path, step))
        if found is not None:
            return found
    return None
