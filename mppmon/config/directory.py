"""A configuration directory: files with fixed names, and the same names in any `*.d/` directory laid over them."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from mppmon.config.problem import Problem, listed, nearest, quoted
from mppmon.config.reading import read_file, unreadable
from mppmon.config.tree import Table, merge

REQUIRED = ("site.yaml", "agencies.yaml", "counters.yaml", "devices.yaml", "people.yaml", "channels.yaml")
OPTIONAL = ("rules.yaml", "daemon.yaml", "maintenance.yaml")
CASES, CASES_BESIDE = "rules-tests.yaml", "rules-tests.d"
"""The mall's tests of its rules: no part of its configuration, `mppmon test-rules` reads them."""
NAMES = (*REQUIRED, *OPTIONAL)
VERSION = "1"


@dataclass(slots=True)
class Sources:
    """What was read. `unread`: files that exist but could not be read, so that references into them stay unjudged."""

    documents: dict[str, Table] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def gather(directory: Path) -> Sources:
    """Read every file of a configuration directory, the `*.d/` directories in the order of their names."""
    sources = Sources()
    files, beside = _listing(directory, sources, "", top=True)
    if sources.problems:
        sources.unread.update(NAMES)
        return sources
    for folder in beside:
        more, _ = _listing(folder, sources, f"{folder.name}/", top=False)
        files += more
    for path in files:
        _take(sources, path, path.relative_to(directory).as_posix())
    for name in REQUIRED:
        if name not in sources.documents and name not in sources.unread:
            sources.problems.append(_missing(directory, name))
            sources.unread.add(name)
    for name in OPTIONAL:
        if name not in sources.unread:
            sources.documents.setdefault(name, Table())
    return sources


def _listing(folder: Path, sources: Sources, shown: str, *, top: bool) -> tuple[list[Path], list[Path]]:
    """Return the YAML files of a directory, and its `*.d` directories. What only looks like one of them is read too, so
    that it is said what it is.
    """
    try:
        entries = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        found = "no such directory" if not os.path.lexists(folder) else "what is no directory"
        sources.problems.append(Problem(shown or str(folder), 0, 0, "", found, "a directory with the files of a mall"))
        return [], []
    except OSError as error:
        sources.problems.append(unreadable(folder, shown or str(folder), error))
        return [], []
    entries = [one for one in entries if not one.name.startswith(".") and one.name not in {CASES, CASES_BESIDE}]
    files = [one for one in entries if one.suffix.lower() in {".yaml", ".yml"}]
    return files, [one for one in entries if one.suffix == ".d"] if top else []


def _missing(directory: Path, name: str) -> Problem:
    """Return the Problem of a file that is not there. Windows hides the end of `site.yaml.txt`."""
    hidden = f"{name}.txt"
    hint = f"rename {hidden} to {name}" if os.path.lexists(directory / hidden) else ""
    return Problem(name, 0, 0, "", "no such file", f"a file {name} in the directory", hint)


def _take(sources: Sources, path: Path, shown: str) -> None:
    if path.name not in NAMES:
        hint = nearest(path.name, NAMES)
        sources.problems.append(Problem(shown, 0, 0, "", "an unknown file name", listed(NAMES), hint))
        return
    table, problems = read_file(path, shown)
    sources.problems.extend(problems)
    if table is None:
        sources.unread.add(path.name)
        return
    problem = take_version(table, shown)
    if problem:
        sources.problems.append(problem)
    below = sources.documents.get(path.name)
    sources.documents[path.name] = merge(below, table) if below is not None else table


def take_version(table: Table, shown: str) -> Problem | None:
    """Take `version` out of the table; return what is wrong with it."""
    if "version" not in table:
        return Problem(shown, 1, 1, "version", "nothing", "the line `version: 1`")
    value = table.pop("version")
    if value == VERSION:
        return None
    found = quoted(value) if isinstance(value, str) else "something else"
    newer = isinstance(value, str) and value.isdecimal() and int(value) > int(VERSION)
    hint = "a newer file needs a newer mppmon" if newer else ""
    return Problem(*table.places["version"][1], "version", found, f"the line `version: {VERSION}`", hint)
