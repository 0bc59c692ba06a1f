"""A configuration directory: files with fixed names, and the same names in any `*.d/` directory laid over them."""

from dataclasses import dataclass, field
from pathlib import Path

from mppmon.config.problem import Problem, listed, nearest, quoted
from mppmon.config.reading import read_file
from mppmon.config.tree import Table, merge

REQUIRED = ("site.yaml", "agencies.yaml", "counters.yaml", "devices.yaml", "people.yaml", "channels.yaml")
OPTIONAL = ("rules.yaml", "daemon.yaml")
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
    if not directory.is_dir():
        sources.problems.append(Problem(str(directory), 0, 0, "", "no such directory", "a configuration directory"))
        sources.unread.update(NAMES)
        return sources
    folders = [directory, *sorted(one for one in directory.glob("*.d") if one.is_dir())]
    for folder in folders:
        for path in sorted(folder.iterdir()):
            if path.suffix in {".yaml", ".yml"} and path.is_file() and not path.name.startswith("."):
                _take(sources, path, path.relative_to(directory).as_posix())
    for name in REQUIRED:
        if name not in sources.documents and name not in sources.unread:
            sources.problems.append(Problem(name, 0, 0, "", "no such file", f"a file {name} in the directory"))
            sources.unread.add(name)
    for name in OPTIONAL:
        if name not in sources.unread:
            sources.documents.setdefault(name, Table())
    return sources


def _take(sources: Sources, path: Path, shown: str) -> None:
    if path.name not in NAMES:
        hint = nearest(path.name, NAMES)
        sources.problems.append(Problem(shown, 0, 0, "", f"a file {quoted(path.name)}", listed(NAMES), hint))
        return
    table, problems = read_file(path, shown)
    sources.problems.extend(problems)
    if table is None:
        sources.unread.add(path.name)
        return
    problem = _version(table, shown)
    if problem:
        sources.problems.append(problem)
    below = sources.documents.get(path.name)
    sources.documents[path.name] = merge(below, table) if below is not None else table


def _version(table: Table, shown: str) -> Problem | None:
    """Take `version` out of the table; return what is wrong with it."""
    if "version" not in table:
        return Problem(shown, 1, 1, "version", "nothing", "the line `version: 1`")
    value = table.pop("version")
    if value == VERSION:
        return None
    found = quoted(value) if isinstance(value, str) else "something else"
    return Problem(*table.places["version"][1], "version", found, VERSION, "a newer file needs a newer mppmon")
