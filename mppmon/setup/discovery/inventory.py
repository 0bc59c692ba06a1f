"""The inventory as discovery knows it: devices with what tells them from others, and how the mall asks by SNMP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from collectors.collector import Way
from collectors.settings import SnmpSettings
from collectors.snmp.discovery.known import Known
from mppmon.config.loaded import Loaded
from mppmon.setup.inventory.known import Known as Held

_NAMELESS = SnmpSettings()
_OF_A_DEVICE = ("profile", "timeout", "retries", "max_repetitions", "any_source")
"""Settings that say nothing about who may ask."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """`devices` that are in it, and ids that are taken; `ways` of asking that it uses, each once; `lost`: devices whose
    name leads to no address now.
    """

    devices: tuple[Known, ...] = ()
    ways: tuple[SnmpSettings, ...] = ()
    lost: tuple[str, ...] = ()


def inventory_of(loaded: Loaded, resolve: Callable[[str], str | None]) -> Inventory:
    """Return what a configuration holds."""
    held = Held.of(loaded.normalised)
    lost: list[str] = []
    devices = [_known(slug, one, resolve, lost) for slug, one in held.devices.items()]
    ways = [
        target.settings.model_copy(update={key: getattr(_NAMELESS, key) for key in _OF_A_DEVICE})
        for target in loaded.targets
        if target.way is Way.SNMP and isinstance(target.settings, SnmpSettings)
    ]
    return Inventory((*devices, *(Known(name) for name in sorted(held.gone))), tuple(_each_once(ways)), tuple(lost))


def _each_once(ways: list[SnmpSettings]) -> list[SnmpSettings]:
    found: list[SnmpSettings] = []
    for way in ways:
        if way not in found:
            found.append(way)
    return found


def _known(slug: str, one: Mapping[str, Any], resolve: Callable[[str], str | None], lost: list[str]) -> Known:
    address = one["address"] or ""
    if address and not _numeric(address):
        address = resolve(address) or ""
        if not address:
            lost.append(slug)
    return Known(
        id=slug,
        addresses=(address,) if address else (),
        serial=one["serial"] or "",
        macs=frozenset(one["mac"]),
        engine=one["engine_id"] or "",
        kind=one["kind"],
        model=one["model"] or "",
        parents=tuple(one["parents"]),
    )


def _numeric(address: str) -> bool:
    try:
        ip_address(address)
    except ValueError:
        return False
    return True
