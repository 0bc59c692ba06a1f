"""Profiles from YAML: read, checked, merged along `extends`, and found by name, sysObjectID or what a device has."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from collectors.snmp.located import Fault, ProfileError, locate, parse, too_deep, unknown
from collectors.snmp.profile import Profile, Sign

_VENDORS = "vendors.yaml"
MAX_SIZE = 200_000  # characters of a user's file
_ENTERPRISES = "1.3.6.1.4.1."

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A profile, and the sign that speaks for it."""

    profile: Profile
    sign: Sign


@dataclass(frozen=True)
class Profiles:
    """All profiles by name, merged, and the vendors by enterprise number (IANA Private Enterprise Numbers).

    `own`: what the user wrote, by profile name (vendors: by `vendors.yaml`), as plain JSON values.
    """

    by_name: Mapping[str, Profile]
    vendors: Mapping[int, str] = field(default_factory=dict)
    own: Mapping[str, Any] = field(default_factory=dict)

    def named(self, name: str) -> Profile:
        """Return a profile; ProfileError that lists the known names."""
        try:
            return self.by_name[name]
        except KeyError:
            raise ProfileError(text=f"no profile {name!r}; there are {', '.join(sorted(self.by_name))}") from None

    def by_object_id(self, object_id: str) -> Profile | None:
        """Return the profile with the longest prefix of this sysObjectID, in whole arcs, if that alone tells it."""
        found = self.candidates(object_id, "")
        return found[0].profile if found and found[0].sign.sysobjectid and not found[0].sign.has else None

    def candidates(self, object_id: str, description: str) -> Sequence[Candidate]:
        """Return what the device may be by these words, the likeliest first. What has no `has` is certain."""
        return [
            candidate
            for candidate in self._ordered
            if _below(object_id, candidate.sign.sysobjectid) and _says(description, candidate.sign.sysdescr)
        ]

    @cached_property
    def _ordered(self) -> Sequence[Candidate]:
        """All signs: the longest sysObjectID first, then those that ask for more, then by rank."""
        every = [Candidate(profile, sign) for profile in self.by_name.values() for sign in profile.all_signs()]
        return sorted(every, key=_order)

    def vendor(self, object_id: str) -> str:
        """Return the vendor of a sysObjectID, or ""."""
        number = object_id.removeprefix(_ENTERPRISES).split(".")[0] if object_id.startswith(_ENTERPRISES) else ""
        return self.vendors.get(int(number), "") if number.isdecimal() else ""


def _order(candidate: Candidate) -> tuple[int, int, int, str]:
    sign = candidate.sign
    arcs = sign.sysobjectid.count(".") + 1 if sign.sysobjectid else 0
    given = (sign.sysdescr is not None) + (sign.has is not None)
    return -arcs, -given if arcs else 0, -candidate.profile.rank, candidate.profile.name


def _below(object_id: str, prefix: str | None) -> bool:
    return prefix is None or f"{object_id}.".startswith(f"{prefix}.")


def _says(description: str, pattern: str | None) -> bool:
    return pattern is None or re.search(pattern, description, re.IGNORECASE) is not None


@cache
def builtin() -> Profiles:
    """Return the profiles that come with the program."""
    return _load(_ours(), {})


def load(directory: Path) -> Profiles:
    """Return our profiles with those of `directory` over them (same name: the user's). ProfileError names the place."""
    return _load(_ours(), _theirs(directory))


def load_file(file: Path) -> tuple[Profiles, Profile]:
    """Return our profiles with that of one file over them, and that one, merged. ProfileError names every fault.

    Beside it in a folder named `profiles` may be what it extends: then that whole folder is read.
    """
    theirs = _read([file], "")
    if not theirs:
        raise ProfileError(Fault(file.name, 0, "", "this name", "one that ends in .yaml and begins with no dot"))
    profile = _validated(*_named(next(iter(theirs.items()))))
    if file.absolute().parent.name == "profiles":
        beside = [item for item in sorted(file.absolute().parent.iterdir()) if item.name != file.name]
        theirs = {**theirs, **_read(beside, "profiles/")}
    profiles = _load(_ours(), theirs)
    return profiles, profiles.named(profile.name)


def _named(text: tuple[str, str]) -> tuple[Raw, str, yaml.Node]:
    raw, node = parse(text[1], text[0])
    return raw, text[0], node


def _theirs(directory: Path) -> Mapping[str, str]:
    """Return the text of the user's profiles by how their files are shown; ProfileError for what cannot be read."""
    return _read(sorted(directory.iterdir()), f"{directory.name}/")


def _read(items: Sequence[Path], folder: str) -> dict[str, str]:
    found: dict[str, str] = {}
    faults: list[Fault] = []
    for item in items:
        shown = f"{folder}{item.name}"
        if item.name.startswith(".") or item.suffix.lower() not in {".yaml", ".yml"}:
            continue
        if item.suffix != ".yaml":
            faults.append(Fault(shown, 0, "", "this name", "one that ends in .yaml"))
            continue
        if not item.is_file():  # a pipe would be waited for
            faults.append(Fault(shown, 0, "", "no plain file", "a text file"))
            continue
        try:
            with item.open(encoding="utf-8") as file:
                text = file.read(MAX_SIZE + 1)
        except (OSError, UnicodeDecodeError) as error:
            faults.append(Fault(shown, 0, "", getattr(error, "strerror", None) or "no UTF-8", "a text file"))
            continue
        if len(text) > MAX_SIZE:
            faults.append(Fault(shown, 0, "", "a very large file", f"at most {MAX_SIZE:,} characters"))
        deep = too_deep(text, shown)
        if deep is not None:
            faults.append(deep)
        found[shown] = text
    if faults:
        raise ProfileError(*faults)
    return found


def _ours() -> Mapping[str, str]:
    """Return the texts of the generic profiles, then those of vendors, by file name."""
    folder = files("collectors.snmp") / "profiles"
    return {
        item.name: item.read_text(encoding="utf-8")
        for inner in (folder, folder / "vendors")
        for item in sorted(inner.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".yaml")
    }


def _load(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Profiles:
    """Read our texts, and the user's over them. ProfileError names every fault of the file that has some."""
    raws: dict[str, tuple[str, Raw]] = {}
    nodes: dict[str, yaml.Node] = {}
    vendors: dict[int, str] = {}
    written: dict[str, Any] = {}
    faults: list[Fault] = []
    added: dict[str, str] = {}  # of theirs, by name: where it is
    for file, text, own in (*((*item, True) for item in ours.items()), *((*item, False) for item in theirs.items())):
        try:
            raw, node = parse(text, file)
            if file.rpartition("/")[2] == _VENDORS:
                vendors |= _vendors(raw, file)
                written |= {} if own else {_VENDORS: _plain(raw)}
                continue
            profile = _validated(raw, file, node)
        except ProfileError as error:
            faults += error.faults
            continue
        if not own and profile.name in added:
            found = f"{profile.name!r}, which {added[profile.name]} has too"
            faults.append(Fault(file, 0, "name", found, "another name"))
            continue
        if not own:
            added[profile.name] = file
            written[profile.name] = _plain(raw)
        raws[profile.name] = (file, raw)
        nodes[profile.name] = node
    merged: dict[str, Profile] = {}
    for name in raws if not faults else ():
        try:
            merged[name] = _validated(_merged(name, raws, nodes, ()), raws[name][0], nodes[name])
        except ProfileError as error:
            faults += error.faults
    if faults:
        raise ProfileError(*dict.fromkeys(faults))
    return Profiles(merged, vendors, written)


def _plain(value: object) -> object:
    """Return a value of YAML as JSON has it: keys are texts (an enumeration's are numbers, or texts of numbers)."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _validated(raw: Raw, file: str, node: yaml.Node) -> Profile:
    try:
        return Profile.model_validate(raw)
    except ValidationError as error:
        raise ProfileError(*(locate(problem, file, node) for problem in error.errors())) from None


def _vendors(raw: Raw, file: str) -> Mapping[int, str]:
    vendors = raw.get("enterprises")
    if raw.get("version") != 1 or not isinstance(vendors, dict):
        raise ProfileError(Fault(file, 1, "enterprises", "something else", "`version: 1` and a map of numbers"))
    for number, name in vendors.items():
        if not isinstance(number, int) or not isinstance(name, str):
            raise ProfileError(Fault(file, 0, f"enterprises.{number}", repr(name), "a number and a vendor's name"))
    return vendors


def _merged(
    name: str, raws: Mapping[str, tuple[str, Raw]], nodes: Mapping[str, yaml.Node], below: tuple[str, ...]
) -> Raw:
    """Merge what `name` extends, then `name` itself. What identifies a device belongs to the leaf alone."""
    file, raw = raws[name]
    if name in below:
        circle = " -> ".join((*below, name))
        raise ProfileError(Fault(file, 0, "extends", f"a circle, {circle}", "profiles that stand by themselves"))
    out: Raw = {}
    for base in raw.get("extends", ()):
        if base not in raws:
            known = tuple(sorted(raws))
            raise ProfileError(unknown(file, nodes[name], path=("extends",), word=base, known=known, what="a profile"))
        _over(out, _merged(base, raws, nodes, (*below, name)))
    for own in ("extends", "sysobjectid", "detect", "signs", "rank", "unverified"):
        out.pop(own, None)
    _over(out, raw)
    out.pop("extends", None)
    return out


def _over(target: Raw, source: Raw) -> None:
    """Merge maps; all else replaces."""
    for key, value in source.items():
        if isinstance(value, dict):
            inner = target[key] = dict(target[key]) if isinstance(target.get(key), dict) else {}
            _over(inner, value)
        else:
            target[key] = value
