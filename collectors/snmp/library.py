"""Profiles from YAML: read, checked, merged along `extends`, and found by name, sysObjectID or what a device has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from collectors.snmp.located import ProfileError, locate, parse
from collectors.snmp.profile import Profile

_VENDORS = "vendors.yaml"
_ENTERPRISES = "1.3.6.1.4.1."

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles by name, merged, and the vendors by enterprise number (IANA Private Enterprise Numbers)."""

    by_name: Mapping[str, Profile]
    vendors: Mapping[int, str] = field(default_factory=dict)

    def named(self, name: str) -> Profile:
        """Return a profile; ProfileError that lists the known names."""
        try:
            return self.by_name[name]
        except KeyError:
            raise ProfileError(f"no profile {name!r}; there are {', '.join(sorted(self.by_name))}") from None

    def by_object_id(self, object_id: str) -> Profile | None:
        """Return the profile with the longest prefix of this sysObjectID, in whole arcs."""
        best: tuple[int, Profile] | None = None
        for profile in self.by_name.values():
            for prefix in profile.sysobjectid:
                if f"{object_id}.".startswith(f"{prefix}.") and (best is None or len(prefix) > best[0]):
                    best = (len(prefix), profile)
        return best[1] if best else None

    def detectors(self) -> Sequence[Profile]:
        """Return the profiles that recognise a device by what it has, the first to match first."""
        return sorted((p for p in self.by_name.values() if p.detect), key=lambda p: (-p.rank, p.name))

    def vendor(self, object_id: str) -> str:
        """Return the vendor of a sysObjectID, or ""."""
        number = object_id.removeprefix(_ENTERPRISES).split(".")[0] if object_id.startswith(_ENTERPRISES) else ""
        return self.vendors.get(int(number), "") if number.isdecimal() else ""


@cache
def builtin() -> Profiles:
    """Return the profiles that come with the program."""
    return _load(list((files("collectors.snmp") / "profiles").iterdir()))


def load(directory: Path) -> Profiles:
    """Return our profiles with those of `directory` over them (same name: the user's). ProfileError names the place."""
    return _load([*(files("collectors.snmp") / "profiles").iterdir(), *directory.iterdir()])


def _load(sources: Sequence[Traversable]) -> Profiles:
    raws: dict[str, tuple[str, Raw]] = {}
    nodes: dict[str, yaml.Node] = {}
    vendors: Mapping[int, str] = {}
    for source in sorted(sources, key=lambda item: item.name):
        if not source.name.endswith(".yaml"):
            continue
        raw, node = parse(source.read_text(encoding="utf-8"), source.name)
        if source.name == _VENDORS:
            vendors = _vendors(raw, source.name, node)
            continue
        profile = _validated(raw, source.name, node)
        raws[profile.name] = (source.name, raw)
        nodes[profile.name] = node
    merged = {name: _validated(_merged(name, raws, ()), raws[name][0], nodes[name]) for name in raws}
    return Profiles(merged, vendors)


def _validated(raw: Raw, file: str, node: yaml.Node) -> Profile:
    try:
        return Profile.model_validate(raw)
    except ValidationError as error:
        raise ProfileError("\n".join(locate(problem, file, node) for problem in error.errors())) from None


def _vendors(raw: Raw, file: str, node: yaml.Node) -> Mapping[int, str]:
    vendors = raw.get("enterprises")
    if raw.get("version") != 1 or not isinstance(vendors, dict):
        raise ProfileError(f"{file}:{node.start_mark.line + 1}: expected `version: 1` and a map `enterprises`")
    for number, name in vendors.items():
        if not isinstance(number, int) or not isinstance(name, str):
            raise ProfileError(f"{file}: enterprises.{number}: expected a number and a vendor's name, found {name!r}")
    return vendors


def _merged(name: str, raws: Mapping[str, tuple[str, Raw]], below: tuple[str, ...]) -> Raw:
    """Merge what `name` extends, then `name` itself. What identifies a device belongs to the leaf alone."""
    file, raw = raws[name]
    if name in below:
        raise ProfileError(f"{file}: extends goes in a circle: {' -> '.join((*below, name))}")
    out: Raw = {}
    for base in raw.get("extends", ()):
        if base not in raws:
            raise ProfileError(f"{file}: extends: found {base!r}, expected one of {', '.join(sorted(raws))}")
        _over(out, _merged(base, raws, (*below, name)))
    for own in ("extends", "sysobjectid", "detect", "rank", "unverified"):
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
