"""A configuration while it is being judged: what could be read, and every problem found so far."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from collectors.snmp.library import Profiles
from mppmon.config import settings as models
from mppmon.config.defaults import lay_defaults
from mppmon.config.directory import Sources
from mppmon.config.guess import as_id
from mppmon.config.problem import Problem, is_secret, listed, nearest, quoted
from mppmon.config.settings_maintenance import MaintenanceFile
from mppmon.config.tree import Path as KeyPath
from mppmon.config.tree import Row, Table, find, locate
from mppmon.config.validate import validate

Model = TypeVar("Model", bound=BaseModel)

_FEW = 12  # names that an error lists
_HINTED = 200  # errors with a nearest name: among 10,000 devices it takes 10 ms to find

_COLLECTIONS = {
    "agencies": "agencies.yaml",
    "counters": "counters.yaml",
    "devices": "devices.yaml",
    "people": "people.yaml",
    "rosters": "people.yaml",
    "policies": "people.yaml",
    "channels": "channels.yaml",
}


@dataclass(slots=True)
class Draft:
    """What could be read; a file that could not is None, and references into it are not judged.

    `documents`: the good part of every file, `written`: all of it. `known`: every id that a file names, also of entries
    that are faulty themselves; None when the file was unread.
    """

    directory: Path
    today: date
    documents: dict[str, Table]
    problems: list[Problem]
    known: dict[str, frozenset[str] | None]
    written: dict[str, Table]
    warnings: list[Problem] = field(default_factory=list)
    site: models.SiteFile | None = None
    agencies: models.AgenciesFile | None = None
    counters: models.CountersFile | None = None
    devices: models.DevicesFile | None = None
    people: models.PeopleFile | None = None
    channels: models.ChannelsFile | None = None
    rules: models.RulesFile | None = None
    daemon: models.DaemonFile | None = None
    maintenance: MaintenanceFile | None = None
    formers: Mapping[tuple[str, str], str] = field(default_factory=dict)  # collection, former id -> its id now
    profiles: Profiles | None = None  # of the mall itself, with ours; None: ours alone
    profiles_unread: bool = False  # they have faults: who names one of them stays unjudged

    def error(self, file: str, path: KeyPath, found: str, expected: str, hint: str = "", *, key: bool = False) -> None:
        """Note an error at a value (`key`: at its key)."""
        self.problems.append(self._problem(file, path, found, expected, hint, key=key))

    def warn(self, file: str, path: KeyPath, found: str, expected: str, hint: str = "") -> None:
        """Note what is allowed but unwise."""
        self.warnings.append(self._problem(file, path, found, expected, hint, key=True))

    def wrote(self, file: str, path: KeyPath) -> bool:
        """Whether the file says something there, good or bad."""
        return find(self.written.get(file, Table()), path) is not None

    def refer(self, file: str, path: KeyPath, word: str, collection: str) -> bool:
        """Whether `word` names something of the collection; an error is noted if not. Unread collections know all."""
        known = self.known[collection]
        if known is None or word in known:
            return True
        now = self.formers.get((collection, word))
        hint = f"did you mean '{now}'?" if now else nearest(word, known) if len(self.problems) < _HINTED else ""
        self.error(file, path, quoted(word), _one_of(known, collection), hint)
        return False

    def judge(self, file: str, path: KeyPath, text: str, check: Callable[[str], str | None]) -> None:
        """Note an error when `check` says what was expected instead of this text."""
        expected = check(text)
        if expected is not None:
            secret = is_secret(str(path[-1])) or "@" in text
            shown = "a value (not shown: it may be secret)" if secret else quoted(text)
            self.error(file, path, shown, expected)

    def place(self, file: str, path: KeyPath, *, key: bool = False) -> tuple[str, int, int]:
        """Return file, line and column of a value (`key`: of its key)."""
        table = self.documents.get(file, Table())
        return locate(table, self._lone(file, path), key=key) or ((file, 1, 1) if table else (file, 0, 0))

    def _lone(self, file: str, path: KeyPath) -> KeyPath:
        table = self.documents.get(file, Table())
        if path and isinstance(path[-1], int) and not isinstance(find(table, path[:-1]), Row):
            return path[:-1]  # a lone text that stands for a list of one
        return path

    def _problem(self, file: str, path: KeyPath, found: str, expected: str, hint: str, *, key: bool) -> Problem:
        said = ".".join(str(step) for step in self._lone(file, path))
        return Problem(*self.place(file, path, key=key), said, found, expected, hint)


def _one_of(known: frozenset[str], collection: str) -> str:
    home = f"{collection} in {_COLLECTIONS.get(collection, 'agencies.yaml')}"
    if not known:
        return f"one that is defined: there are no {home} yet"
    if len(known) > _FEW:
        return f"one of the {len(known)} {home}"
    return f"{listed({as_id(one) or one for one in known})} ({home})"  # a faulty id as it has to become


def begin(sources: Sources, directory: Path, today: date) -> Draft:
    """Validate every file by itself."""
    known = {name: _keys(sources, file, name) for name, file in _COLLECTIONS.items()}
    draft = Draft(directory, today, dict(sources.documents), list(sources.problems), known, sources.documents)
    known["services"] = _services(draft)
    if "devices.yaml" in draft.documents:
        laid, problems = lay_defaults(draft.documents["devices.yaml"])
        draft.documents["devices.yaml"] = laid
        draft.problems.extend(problems)
    draft.site = _model(draft, models.SiteFile, "site.yaml", sources.unread)
    draft.agencies = _model(draft, models.AgenciesFile, "agencies.yaml", sources.unread)
    draft.counters = _model(draft, models.CountersFile, "counters.yaml", sources.unread)
    draft.devices = _model(draft, models.DevicesFile, "devices.yaml", sources.unread)
    draft.people = _model(draft, models.PeopleFile, "people.yaml", sources.unread)
    draft.channels = _model(draft, models.ChannelsFile, "channels.yaml", sources.unread)
    draft.rules = _model(draft, models.RulesFile, "rules.yaml", sources.unread)
    draft.daemon = _model(draft, models.DaemonFile, "daemon.yaml", sources.unread)
    draft.maintenance = _model(draft, MaintenanceFile, "maintenance.yaml", sources.unread)
    return draft


def _model(draft: Draft, model: type[Model], name: str, unread: Iterable[str]) -> Model | None:
    if name in unread and name not in draft.documents:
        return None
    found, good, problems = validate(model, draft.documents[name], name)
    draft.documents[name] = good
    draft.problems.extend(problems)
    return found


def _keys(sources: Sources, file: str, collection: str) -> frozenset[str] | None:
    if file in sources.unread:
        return None
    table = find(sources.documents[file], (collection,))
    if isinstance(table, Table):
        return frozenset(table)
    return frozenset() if table is None else None  # another shape is said once, not at every reference into it


def _services(draft: Draft) -> frozenset[str] | None:
    if draft.known["agencies"] is None:
        return None
    found: set[str] = set()
    for agency in draft.known["agencies"]:
        table = find(draft.documents["agencies.yaml"], ("agencies", agency, "services"))
        if isinstance(table, Table):
            found.update(table)
        elif table is not None:
            return None
    return frozenset(found)
