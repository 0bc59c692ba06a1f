"""Our own recordings of SNMP devices: a line per value, read from `recordings/*.rec`.

    # a comment
    include system                     all lines of another recording
    1.3.6.1.2.1.1.3.0 ticks @uptime    an OID, a type, a value; `@` names a living value
    each n 1 24 ... end                once per number, `{n}` replaced
    when jammed ... end                only while the thing shows this condition

`{id}`, `{place}` and `{serial}` in a text stand for the thing's own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from mppmon.demo.simulator.living import LIVING
from mppmon.demo.simulator.world import Scene

Oid = tuple[int, ...]
NUMBERS = {"int": -(2**31), "counter32": 0, "gauge32": 0, "ticks": 0, "counter64": 0}
"""Types of whole numbers, and the least each may hold."""
WRAPS = {"counter32": 2**32, "counter64": 2**64}
TYPES = frozenset({*NUMBERS, "octets", "hex", "oid", "ip"})


class BadRecording(ValueError):
    """A line cannot be read; the text names file, line, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value: an OID, a type, and the value at a Scene. `when`: the condition without which it is not there."""

    oid: Oid
    type: str
    value: Callable[[Scene], int | bytes | str]
    when: str | None = None


@lru_cache(maxsize=64)
def load(name: str) -> tuple[Entry, ...]:
    """Return the entries of a recording, in the order of their OIDs. Raises BadRecording."""
    found: dict[Oid, Entry] = {}
    for where, words, when in _lines(name, None, {}):
        entry = _entry(where, words, when)
        if entry.oid in found:
            raise BadRecording(f"{where}: found {words[0]} again, expected each OID once")
        found[entry.oid] = entry
    return tuple(found[oid] for oid in sorted(found))


def known() -> tuple[str, ...]:
    """Return the names of the recordings there are."""
    folder = files("mppmon.demo.simulator").joinpath("recordings")
    return tuple(sorted(one.name.removesuffix(".rec") for one in folder.iterdir() if one.name.endswith(".rec")))


def _lines(name: str, when: str | None, numbers: dict[str, str]) -> Iterator[tuple[str, list[str], str | None]]:
    source = files("mppmon.demo.simulator").joinpath("recordings", f"{name}.rec")
    if not source.is_file():
        raise BadRecording(f"recording: found {name!r}, expected one of {', '.join(known())}")
    numbered = [
        (f"{name}.rec:{number}", line.strip())
        for number, line in enumerate(source.read_text("utf-8").splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    yield from _block(numbered, when, numbers)


def _block(
    lines: list[tuple[str, str]], when: str | None, numbers: dict[str, str]
) -> Iterator[tuple[str, list[str], str | None]]:
    at = 0
    while at < len(lines):
        where, line = lines[at]
        at += 1
        match line.split():
            case ["include", other]:
                yield from _lines(other, when, numbers)
            case ["each", letter, first, last]:
                body = _until_end(lines, at, where)
                at += len(body) + 1
                for turn in range(int(first), int(last) + 1):
                    yield from _block(body, when, {**numbers, f"{{{letter}}}": str(turn)})
            case ["when", condition]:
                body = _until_end(lines, at, where)
                at += len(body) + 1
                yield from _block(body, condition, numbers)
            case _:
                for mark, number in numbers.items():
                    line = line.replace(mark, number)
                yield where, line.split(None, 2), when


def _until_end(lines: list[tuple[str, str]], begin: int, where: str) -> list[tuple[str, str]]:
    depth = 1
    for at in range(begin, len(lines)):
        first = lines[at][1].split()[0]
        depth += (first in {"each", "when"}) - (first == "end")
        if depth == 0:
            return lines[begin:at]
    raise BadRecording(f"{where}: found no `end`, expected one for this block")


def _entry(where: str, words: list[str], when: str | None) -> Entry:
    match words:
        case [oid, kind, *rest] if kind in TYPES:
            try:
                return Entry(tuple(int(part) for part in oid.split(".")), kind, _value(kind, "".join(rest)), when)
            except (ValueError, KeyError) as error:
                raise BadRecording(f"{where}: found {' '.join(words)!r}: {error}") from error
    raise BadRecording(f"{where}: found {' '.join(words)!r}, expected OID, type ({', '.join(sorted(TYPES))}), value")


def _value(kind: str, text: str) -> Callable[[Scene], int | bytes | str]:
    if text.startswith("@"):
        return _living(kind, text)
    if "{" in text and kind == "octets":
        return lambda scene: _filled(text, scene)
    fixed = _fixed(kind, text)
    return lambda _scene: fixed


def _living(kind: str, text: str) -> Callable[[Scene], int | bytes | str]:
    name, *rest = text[1:].split()
    living, words = LIVING[name], tuple(rest)
    living(Scene("check", 0, "", 0.0, 0.0, frozenset()), words)  # a wrong word shows when the recording is read
    wrap = WRAPS.get(kind)
    if wrap is None:
        return lambda scene: living(scene, words)
    return lambda scene: _wrapped(living(scene, words), wrap)


def _fixed(kind: str, text: str) -> int | bytes | str:
    if kind == "hex":
        return bytes.fromhex(text)
    if kind == "octets":
        return text.encode()
    if kind not in NUMBERS:
        return text
    number = int(text)
    if number < NUMBERS[kind]:
        raise ValueError(f"expected at least {NUMBERS[kind]}")
    return number


def _wrapped(value: int | bytes, wrap: int) -> int:
    if isinstance(value, bytes):
        raise ValueError("found octets, expected a number")  # noqa: TRY004  # a recording's fault, told with the others
    return value % wrap


def _filled(text: str, scene: Scene) -> bytes:
    serial = f"SIM{scene.seed:08X}"
    return text.replace("{id}", scene.id).replace("{place}", scene.place).replace("{serial}", serial).encode()
