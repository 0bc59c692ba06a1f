"""One canonical text for one configuration, and its revision."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel

from alerts.settings import RuleSettings

PROFILES = "profiles"
HIDDEN = "(literal, not shown)"
"""Stands for a community that is not `public`; says nothing about it, so a changed one is the same revision."""


def normalise(
    files: Mapping[str, BaseModel],
    rules: Mapping[str, RuleSettings],
    holidays: Collection[date],
    profiles: Mapping[str, Any],
) -> str:
    """Return canonical JSON (sorted keys, no spaces) of these files, of the rules that hold, of the public holidays
    (without the mall's own corrections, which are in `site.yaml`), and of the mall's own profiles as they are written.
    """
    whole: dict[str, Any] = {
        name: model.model_dump(mode="json", by_alias=True) for name, model in files.items() if name != "rules.yaml"
    }
    whole["rules"] = {name: rule.model_dump(mode="json", by_alias=True) for name, rule in rules.items()}
    if profiles:
        whole[PROFILES] = dict(profiles)
    years: dict[str, list[str]] = {}
    for day in sorted(holidays):
        years.setdefault(str(day.year), []).append(day.isoformat())
    whole["holidays"] = years
    for person in whole["people.yaml"]["people"].values():
        person["addresses"] = list(person["addresses"].items())  # pairs: their order is the order of preference
    devices = files["devices.yaml"]
    for part in ("defaults", "devices"):
        for key, settings in getattr(devices, part).items():
            if settings.snmp is not None:
                public = settings.snmp.community.get_secret_value() == "public"
                whole["devices.yaml"][part][str(key)]["snmp"]["community"] = "public" if public else HIDDEN
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def restored(normalised: str) -> tuple[dict[str, Any], dict[str, RuleSettings], frozenset[date], dict[str, Any]]:
    """Return the parts of a canonical text: files by name, rules, public holidays, own profiles.

    ValueError, TypeError, KeyError or AttributeError when it is not one.
    """
    whole = json.loads(normalised)
    rules = {name: RuleSettings.model_validate(rule) for name, rule in whole.pop("rules").items()}
    holidays = frozenset(date.fromisoformat(day) for year in whole.pop("holidays").values() for day in year)
    for person in whole["people.yaml"]["people"].values():
        person["addresses"] = dict(person["addresses"])
    profiles = dict(whole.pop(PROFILES, {}))
    return whole, rules, holidays, profiles


def revision(normalised: str) -> str:
    """Return the first 12 hex digits of its SHA-256."""
    return hashlib.sha256(normalised.encode()).hexdigest()[:12]
