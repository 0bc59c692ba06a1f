"""What is on in service hours only, above what has to be on always: outside them a fault below it calls nobody."""

from collections.abc import Iterator, Mapping

from mppmon.config.draft import Draft
from mppmon.config.problem import quoted
from mppmon.config.settings import DeviceSettings
from mppmon.mall.model import DeviceKind, ExpectedOn

FILE = "devices.yaml"
_NAMED = 3  # devices that a warning names


def check_expected(draft: Draft) -> None:
    """Warn of each parent or power that may be off while what hangs on it alone may not."""
    if draft.devices is None:
        return
    devices = draft.devices.devices
    below: dict[str, set[str]] = {}
    for slug, device in devices.items():
        if device.expected_on is ExpectedOn.ALWAYS and device.kind is not DeviceKind.PASSIVE and device.via is None:
            for above in _off(devices, device, frozenset({slug})):
                below.setdefault(above, set()).add(slug)
    for above, all_ in below.items():
        more = f" and {len(all_) - _NAMED} more" if len(all_) > _NAMED else ""
        draft.warn(
            FILE,
            ("devices", above, "expected_on"),
            f"{quoted(ExpectedOn.SERVICE_HOURS.value)} above what is expected on always:"
            f" {', '.join(sorted(all_)[:_NAMED])}{more}",
            "`expected_on: always` here, or `service-hours` there too: else what fails there outside the hours calls"
            " nobody",
        )


def _off(devices: Mapping[str, DeviceSettings], device: DeviceSettings, passed: frozenset[str]) -> Iterator[str]:
    """Yield what is above a device and may be off, and all that could stand in for it too; looks through what is
    passive.
    """
    for group in (device.parents, device.power):
        known = [devices[one] for one in group if one in devices]
        if known and all(one.expected_on is ExpectedOn.SERVICE_HOURS for one in known):
            yield from (one for one in group if one in devices)
            continue
        for one in group:
            if one in devices and devices[one].kind is DeviceKind.PASSIVE and one not in passed and len(group) == 1:
                yield from _off(devices, devices[one], passed | {one})
