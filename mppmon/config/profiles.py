"""A mall's own profiles: `profiles/*.yaml` in the configuration directory, laid over ours of the same name."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

from collectors.snmp.library import load
from collectors.snmp.located import Fault, ProfileError
from collectors.snmp.profile import Profile
from mppmon.config.draft import Draft
from mppmon.config.problem import Problem, listed, nearest, quoted
from mppmon.config.profile_families import Unexported, unexported, unexported_problem
from mppmon.config.reading import MAX_BYTES, read_bytes
from mppmon.config.tree import Path as KeyPath
from mppmon.config.tree import Table as Tree
from mppmon.config.tree import Value, locate, seek
from mppmon.config.validate import explained

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FOLDER = "profiles"
_SHOWN = 30  # names that an error lists


def check_profiles(draft: Draft) -> None:
    """Read the mall's own profiles, if it has any; the checks that follow know them."""
    folder = draft.directory / FOLDER
    try:
        if folder.is_dir():
            draft.profiles = load(folder)
            unseen = [one for name in sorted(draft.profiles.own) for one in unexported(draft.profiles, name)]
            draft.profiles_unread = bool(unseen)
            draft.problems.extend(_placed(folder, unseen))
        elif os.path.lexists(folder):
            draft.problems.append(Problem(FOLDER, 0, 0, "", "what is no directory", "a directory with profiles"))
    except ProfileError as error:
        draft.profiles_unread = True
        draft.problems.extend(problems_of(error, lambda file: bytes_of(draft.directory / file)))
    except OSError as error:
        draft.profiles_unread = True
        found = error.strerror or "what cannot be read"
        draft.problems.append(Problem(FOLDER, 0, 0, "", found, "a directory with profiles"))


def problems_of(error: ProfileError, read: Callable[[str], bytes | None]) -> list[Problem]:
    """Return the faults of profiles as check-config says faults. `read`: the bytes of a file by its name in a fault."""
    by_file: dict[str, list[Fault]] = {}
    for fault in error.faults:
        by_file.setdefault(fault.file, []).append(fault)
    return [problem for file, faults in by_file.items() for problem in _said(file, faults, read(file))]


def _said(file: str, faults: list[Fault], raw: bytes | None) -> Iterator[Problem]:
    table, problems = read_bytes(raw, file) if raw is not None else (None, [])
    plain = [one for one in faults if one.detail is None and not one.known]
    if problems:  # what is no YAML is said in better words here, and once
        plain = []
        yield from problems
    for one in plain:
        yield Problem(file, one.line, 1 if one.line else 0, one.key, one.found, one.expected)
    if table is None:
        return
    details = [cast("ErrorDetails", one.detail) for one in faults if one.detail is not None]
    yield from explained(Profile, details, table, file)
    for one in faults:
        if one.known:
            path = _seek(table, one.path, one.word)
            key = ".".join(str(step) for step in path)
            place = locate(table, path) or (file, 1, 1)
            yield Problem(*place, key, quoted(one.word), listed(one.known, _SHOWN), nearest(one.word, one.known))


def _seek(table: Tree, path: KeyPath, word: str) -> KeyPath:
    """Return the path of the first text below `path` that is this word (or the key that is), `path` where none is."""
    value: Value = table
    for step in path:
        if not isinstance(value, Tree) or step not in value:
            return path
        value = value[str(step)]
    return seek(value, word, path) or path


def _placed(folder: Path, found: list[Unexported]) -> Iterator[Problem]:
    """Yield the problems at their places: what is known of a profile is its name, not its file."""
    files: dict[Value, tuple[str, bytes]] = {}
    for path in sorted(folder.glob("*.yaml")) if found else ():
        raw = bytes_of(path) or b""
        table, _ = read_bytes(raw, path.name)
        if table is not None:
            files[table.get("name")] = (f"{FOLDER}/{path.name}", raw)
    for one in found:
        yield unexported_problem(*files.get(one.profile, (FOLDER, b"")), one)


def bytes_of(path: Path) -> bytes | None:
    """Return what is in a plain file, as far as a file of ours can be long; None when it cannot be read."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return None
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        return None
