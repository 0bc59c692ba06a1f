"""What a process did to its files, read from strace, and what a power cut may leave of it.

The disk of this model keeps what was synced, and of everything later any part: each write to a file since that file's
last fsync or fdatasync may be there, be missing, or be there by half; of the changes to the directory since its last
fsync the first so many are there (a file system with a journal keeps their order). A write harms nothing beside itself
(SQLite's "powersafe overwrite").
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STRACE = (
    *("strace", "-D", "-f", "-qq", "-y", "-xx", "-ttt", "-s", "70000", "--seccomp-bpf"),
    *("-e", "trace=openat,pwrite64,write,ftruncate,fsync,fdatasync,unlink,rename", "-e", "signal=none"),
)
"""`-D`: the process that was started is the program itself, so that it can be signalled."""

_LINE = re.compile(r"^(\d+) +(\d+\.\d+) (.*)$")
_CALL = re.compile(r"^(\w+)\((.*)\) += (-?\d+)")
_RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
_FILE = re.compile(r"^\d+<([^>]*)>")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Deed:
    """One change. `what`: create, write, truncate, sync, unlink, rename; `name`: in the directory, empty: itself.

    `at`: Unix time when it was begun; `number` counts them. `data` of a write, `offset` there or the size it is cut to.
    """

    number: int
    at: float
    what: str
    name: str
    data: bytes = b""
    offset: int = 0
    other: str = ""


def recorded(trace: Path, folder: Path, *, ours: Sequence[str]) -> list[Deed]:
    """Return what was done to those files of a directory whose name begins with one of `ours`, in order of its end."""
    made: list[Deed] = []
    there: set[str] = set()
    for at, call, arguments in _calls(trace):
        for what, name, rest in _understood(call, arguments, folder):
            if name and not name.startswith(tuple(ours)):
                continue
            if what == "create" and name in there:
                continue
            there |= {name} if what == "create" else set()
            there -= {name} if what in {"unlink", "rename"} else set()
            there |= {str(rest.get("other"))} if what == "rename" else set()
            made.append(Deed(len(made), at, what, name, **rest))  # type: ignore[arg-type]  # as `_understood` names them
    return made


def _calls(trace: Path) -> Iterator[tuple[float, str, str]]:
    """Yield `(begun, call, arguments)` of what succeeded; what another thread interrupted is put together."""
    begun: dict[str, tuple[float, str]] = {}
    for line in trace.read_text("ascii").splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        thread, at, text = found[1], float(found[2]), found[3]
        if text.endswith("<unfinished ...>"):
            begun[thread] = at, text.removesuffix("<unfinished ...>")
            continue
        resumed = _RESUMED.match(text)
        if resumed is not None:
            at, first = begun.pop(thread, (at, f"{resumed[1]}("))
            text = first + resumed[2]
        call = _CALL.match(text)
        if call is not None and int(call[3]) >= 0:
            yield at, call[1], call[2]


def _understood(call: str, arguments: str, folder: Path) -> Iterator[tuple[str, str, dict[str, object]]]:
    texts = [bytes.fromhex(one.replace("\\x", "")) for one in TEXT.findall(arguments)]
    file = _FILE.match(arguments)
    named = _name(bytes.fromhex(file[1].replace("\\x", "")), folder) if file else None
    if call in {"pwrite64", "write"} and named:
        offset = int(arguments.rpartition(",")[2]) if call == "pwrite64" else 0
        yield "write", named, {"data": texts[0], "offset": offset}
    elif call == "ftruncate" and named:
        yield "truncate", named, {"offset": int(arguments.rpartition(",")[2])}
    elif call in {"fsync", "fdatasync"} and named is not None:
        yield "sync", named, {}
    elif call == "openat" and "O_CREAT" in arguments:
        name = _name(texts[0], folder)
        if name:
            yield "create", name, {}
            if "O_TRUNC" in arguments:
                yield "truncate", name, {"offset": 0}
    elif call in {"unlink", "rename"}:
        name = _name(texts[0], folder)
        if name:
            yield call, name, {"other": _name(texts[1], folder) or ""} if call == "rename" else {}


def _name(path: bytes, folder: Path) -> str | None:
    """Return the name of what lies in the folder, empty for the folder itself, None for anything else (deleted too)."""
    whole = Path(path.decode())
    return "" if whole == folder else whole.name if whole.parent == folder else None


@dataclass
class _Node:
    """A file's content: writes in order, the last of them that was synced, and the synced content."""

    content: bytearray = field(default_factory=bytearray)
    loose: list[Deed] = field(default_factory=list)


@dataclass
class Disk:
    """The disk at one instant: what is safe, and what is not yet."""

    nodes: dict[int, _Node] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    safe: dict[str, int] = field(default_factory=dict)
    moves: list[Deed] = field(default_factory=list)

    def do(self, deed: Deed) -> None:
        """Let one more thing happen."""
        if deed.what == "create":
            self.nodes[deed.number] = _Node()
        if deed.what in {"create", "unlink", "rename"}:
            self.moves.append(deed)
            _move(self.names, deed)
        elif deed.what == "sync" and not deed.name:
            self.safe, self.moves = dict(self.names), []
        elif deed.name in self.names:
            node = self.nodes[self.names[deed.name]]
            if deed.what != "sync":
                node.loose.append(deed)
                return
            for one in node.loose:
                _put(node.content, one)
            node.loose.clear()

    def left(self, folder: Path, dice: random.Random | None) -> int:
        """Write into a folder what a power cut leaves now, as the dice fall (None: everything); return how much of what
        was done is missing.
        """
        kept = self.moves if dice is None else self.moves[: dice.randint(0, len(self.moves))]
        names, lost = dict(self.safe), len(self.moves) - len(kept)
        for one in kept:
            _move(names, one)
        for name, number in names.items():
            node = self.nodes[number]
            content = bytearray(node.content)
            odds = 0.0 if dice is None else dice.choice((0.0, 0.1, 0.5, 0.9, 1.0))
            for one in node.loose:
                if dice is not None and dice.random() < odds:
                    lost += 1
                elif dice is not None and dice.random() < odds / 4:
                    _put(content, one, half=dice.choice((1, -1)))
                    lost += 1
                else:
                    _put(content, one)
            (folder / name).write_bytes(content)
        return lost


def _move(names: dict[str, int], deed: Deed) -> None:
    if deed.what == "create":
        names[deed.name] = deed.number
    elif deed.name in names:
        number = names.pop(deed.name)
        if deed.what == "rename":
            names[deed.other] = number


def _put(content: bytearray, deed: Deed, *, half: int = 0) -> None:
    """Apply a write or a cut; `half` 1: its first half alone, -1: its second."""
    if deed.what == "truncate":
        content[deed.offset :] = bytes(max(0, deed.offset - len(content)))
        return
    middle = len(deed.data) // 2
    start = middle if half < 0 else 0
    data = deed.data[start : middle if half > 0 else None]
    begin = deed.offset + start
    if len(content) < begin:
        content.extend(bytes(begin - len(content)))
    content[begin : begin + len(data)] = data
