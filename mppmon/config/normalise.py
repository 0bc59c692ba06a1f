"""One canonical text for one configuration, and its revision."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from alerts.settings import RuleSettings

HIDDEN = "(literal, not shown)"
"""Stands for a community that is not `public`; says nothing about it, so a changed one is the same revision."""


def normalise(files: Mapping[str, BaseModel], rules: Mapping[str, RuleSettings]) -> str:
    """Return canonical JSON (sorted keys, no spaces) of these files and of the rules that hold."""
    whole: dict[str, Any] = {
        name: model.model_dump(mode="json", by_alias=True) for name, model in files.items() if name != "rules.yaml"
    }
    whole["rules"] = {name: rule.model_dump(mode="json", by_alias=True) for name, rule in rules.items()}
    devices = files["devices.yaml"]
    for part in ("defaults", "devices"):
        for key, settings in getattr(devices, part).items():
            if settings.snmp is not None:
                public = settings.snmp.community.get_secret_value() == "public"
                whole["devices.yaml"][part][str(key)]["snmp"]["community"] = "public" if public else HIDDEN
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def revision(normalised: str) -> str:
    """Return the first 12 hex digits of its SHA-256."""
    return hashlib.sha256(normalised.encode()).hexdigest()[:12]
