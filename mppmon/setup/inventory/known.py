"""What a configuration holds already, as an import sees it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mppmon.mall.model import DeviceKind
from mppmon.setup.words import closest, folded


@dataclass(frozen=True, slots=True)
class Known:
    """Devices, counters and agencies, by id, as they are written with what their kind has in common.

    `devices[id]` has the keys of devices.yaml; `counters[id]`: name, agency, roles; `services`: id -> needs, uses,
    counters that offer it, agency.
    """

    devices: Mapping[str, Mapping[str, Any]]
    counters: Mapping[str, Mapping[str, Any]]
    agencies: Mapping[str, Mapping[str, Any]]
    gone: frozenset[str] = field(default_factory=frozenset)
    """Ids that must not be given to something new: of agencies, counters and the site."""

    @classmethod
    def of(cls, normalised: str) -> "Known":
        """Return what `Loaded.normalised` says."""
        whole = json.loads(normalised)
        devices: Mapping[str, Any] = whole["devices.yaml"]["devices"]
        counters: Mapping[str, Any] = whole["counters.yaml"]["counters"]
        agencies: Mapping[str, Any] = whole["agencies.yaml"]["agencies"]
        return cls(devices, counters, agencies, frozenset({*counters, *agencies, whole["site.yaml"]["site"]["id"]}))

    def counter(self, text: str) -> str | None:
        """Return the counter of an id or a name (`A1`, `Loket A1`)."""
        return _one(text, {slug: (one["name"],) for slug, one in self.counters.items()}, ("loket", "counter"))

    def agency(self, text: str) -> str | None:
        """Return the agency of an id, a name or a short name."""
        return _one(text, {slug: (one["name"], one["short"]) for slug, one in self.agencies.items()}, ())

    def near_counter(self, text: str) -> str | None:
        """Return the name of a counter that looks most like this."""
        return closest(text, [one["name"] for one in self.counters.values()] or list(self.counters))

    def near_agency(self, text: str) -> str | None:
        """Return the short name of an agency that looks most like this."""
        return closest(text, [name for one in self.agencies.values() for name in (one["short"], one["name"])])

    def at(self, device: str) -> frozenset[str]:
        """Return the counters that have this device in a role."""
        return frozenset(
            slug for slug, one in self.counters.items() if any(device in many for many in one["roles"].values())
        )

    def computer(self, counter: str) -> str | None:
        """Return the one PC or kiosk of a counter; None when it has none or several."""
        roles = self.counters[counter]["roles"]
        hosts = {
            device
            for many in roles.values()
            for device in many
            if self.devices[device]["kind"] in {DeviceKind.PC, DeviceKind.KIOSK}
        }
        return next(iter(hosts)) if len(hosts) == 1 else None


def _one(text: str, names: Mapping[str, tuple[str, ...]], prefixes: tuple[str, ...]) -> str | None:
    """Return the id that a text means: by id, by a name, or by either without a word before it. None when unclear."""
    words = {folded(text), *(folded(text).removeprefix(f"{prefix} ") for prefix in prefixes)}
    found = {
        slug
        for slug, its in names.items()
        for one in (slug, *its)
        if words & {folded(one), *(folded(one).removeprefix(f"{prefix} ") for prefix in prefixes)}
    }
    exact = {slug for slug in found if text.strip() == slug}
    return next(iter(exact or found)) if len(exact or found) == 1 else None
