"""What changes when one configuration takes the place of another. Pure, over their normalised texts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum

from mppmon.config.loaded import Loaded
from mppmon.config.normalise import PROFILES
from mppmon.config.problem import is_secret
from mppmon.config.renaming import names

_SHOWN = 80  # characters of a value
_START_ONLY = frozenset({"daemon.listen_host", "daemon.listen_port"})


class Change(StrEnum):
    """What happens to an entry."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    RENAMED = "renamed"


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One entry (`what`: `device`, `person`, `rule` ...; `name`: its id) or, of a changed one, one `field` of it.

    `before` and `after` are short texts; empty where there is none. `at_start`: it takes effect at the next start only.
    """

    what: str
    name: str
    change: Change
    field: str = ""
    before: str = ""
    after: str = ""
    at_start: bool = False

    def __str__(self) -> str:
        """Return `~ device a3-pc address: 10.0.0.4 -> 10.0.0.5`."""
        sign = {Change.ADDED: "+", Change.CHANGED: "~", Change.REMOVED: "-", Change.RENAMED: "~"}[self.change]
        place = " ".join(part for part in (sign, self.what, self.name) if part)
        if self.change is Change.RENAMED:
            return f"{place} renamed: it was {self.before}, and its history goes on"
        said = f" {self.field}: {self.before or 'nothing'} -> {self.after or 'nothing'}" if self.field else ""
        return f"{place}{said}{' (at the next start)' if self.at_start else ''}"


@dataclass(frozen=True, slots=True)
class Plan:
    """The lines, sorted; `before` and `after` are the revisions."""

    before: str
    after: str
    lines: tuple[Line, ...]

    @property
    def removed_devices(self) -> frozenset[str]:
        """Return the ids of devices that are not watched any more."""
        return frozenset(one.name for one in self.lines if one.what == "device" and one.change is Change.REMOVED)

    def as_json(self) -> dict[str, object]:
        """Return what `--json` prints and the API answers."""
        return {"before": self.before, "after": self.after, "lines": [asdict(one) for one in self.lines]}


def compare(before: Loaded, after: Loaded) -> Plan:
    """Return what taking over `after` changes. ConfigErrors when a rename of it would be refused."""
    called = names(before, after).said
    ids = {one.old: one.new for one in called}
    known = {(one.what.value, one.old): (one.what.value, one.new) for one in called}
    old = {known.get(key, key): _called(entry, ids) for key, entry in _entries(json.loads(before.normalised)).items()}
    new = _entries(json.loads(after.normalised))
    lines = [
        *(Line(one.what.value, one.new, Change.RENAMED, before=one.old, after=one.new) for one in called),
        *(Line(*key, Change.ADDED) for key in new.keys() - old.keys()),
        *(Line(*key, Change.REMOVED) for key in old.keys() - new.keys()),
        *(
            line
            for key in old.keys() & new.keys()
            if old[key] != new[key]
            for line in _fields(key, old[key], new[key])
            if not (called and line.field.endswith("formerly"))  # said above, in words
        ),
    ]
    return Plan(before.revision, after.revision, tuple(sorted(lines)))


def _called(entry: object, ids: Mapping[str, str]) -> object:
    """Return an entry that names things by their new ids: that it does so is no change of its own."""
    if not ids:
        return entry
    if isinstance(entry, dict):
        return {_called(key, ids): _called(one, ids) for key, one in entry.items()}
    if isinstance(entry, list):
        return [_called(one, ids) for one in entry]
    if not isinstance(entry, str):
        return entry
    kind, colon, name = entry.partition(":")  # `person:ani`
    return f"{kind}:{ids[name]}" if colon and name in ids else ids.get(entry, entry)


_Key = tuple[str, str]
_COLLECTIONS = {
    "agencies.yaml": {"agencies": "agency"},
    "counters.yaml": {"counters": "counter"},
    "devices.yaml": {"devices": "device", "defaults": "defaults"},
    "people.yaml": {"people": "person", "rosters": "roster", "policies": "policy"},
    "channels.yaml": {"channels": "channel"},
}


def _entries(whole: Mapping[str, Mapping[str, object]]) -> dict[_Key, object]:
    """Return every entry by what it is and its id; what is no collection by the name of its file."""
    found: dict[_Key, object] = {("rule", name): rule for name, rule in whole.get("rules", {}).items()}
    found |= {("profile", name): profile for name, profile in whole.get(PROFILES, {}).items()}
    for file, parts in whole.items():
        if file in {"rules", PROFILES}:
            continue
        rest: dict[str, object] = {}
        for key, value in parts.items():
            what = _COLLECTIONS.get(file, {}).get(key)
            if what is not None and isinstance(value, dict):
                found.update({(what, name): entry for name, entry in value.items()})
            else:
                rest[key] = value
        if rest:
            found[file.removesuffix(".yaml"), ""] = rest
    return found


def _fields(key: _Key, old: object, new: object) -> Iterator[Line]:
    before, after = dict(_flat("", old)), dict(_flat("", new))
    for field in sorted(before.keys() | after.keys()):
        if before.get(field) == after.get(field):
            continue
        hidden = is_secret(field)
        said = ("(not shown)", "(not shown)") if hidden else (_short(before.get(field)), _short(after.get(field)))
        yield Line(*key, Change.CHANGED, field, *said, at_start=f"{key[0]}.{field}" in _START_ONLY)


def _flat(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from _flat(f"{path}.{key}" if path else str(key), below)
    elif path and value not in (None, {}, []):
        yield path, value


def _short(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
