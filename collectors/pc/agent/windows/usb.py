"""What is plugged in by USB, out of the Configuration Manager's device nodes. Pure.

A device of several interfaces is one node, and one more for each of them (`&MI_00`), whose classes are also its own.
(Microsoft: "Standard USB Identifiers", "Device Instance IDs".)
"""

import re
from collections.abc import Callable, Sequence

from ..readers import UsbDevice  # noqa: TID252  # the agent imports relatively only: contract D
from . import PluggedIn

_DEVICE = re.compile(r"USB\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})(&MI_[0-9A-F]{2})?(?:&[^\\]*)?\\([^\\]+)", re.IGNORECASE)
_CLASS = re.compile(r"USB\\(?:Dev)?Class_([0-9A-F]{2})", re.IGNORECASE)
_MOST = 256  # devices


class Usb:
    """`look`: the USB nodes that are present."""

    def __init__(self, look: Callable[[], Sequence[PluggedIn]]) -> None:
        self._look = look

    def read(self) -> list[UsbDevice]:
        """Return the devices, sorted by where they are. OSError when Windows does not say."""
        return devices(self._look())


def devices(nodes: Sequence[PluggedIn]) -> list[UsbDevice]:
    """Return the devices of these nodes; hubs are devices too, root hubs are not."""
    of_parts: dict[str, set[str]] = {}
    names: dict[str, set[str]] = {}
    whole: list[tuple[PluggedIn, str, str]] = []
    for node in nodes:
        match = _DEVICE.fullmatch(node.instance)
        if match is None:
            continue
        usb = f"{match[1]}:{match[2]}".lower()
        if match[3]:
            of_parts.setdefault(usb, set()).update(_classes(node))
            names.setdefault(usb, set()).add(node.name)
        else:
            whole.append((node, usb, match[4]))
    found = []
    for node, usb, last in whole[:_MOST]:
        classes = _classes(node) | of_parts.get(usb, set())
        product = "; ".join(sorted({node.name, *names.get(usb, set())} - {""}))
        serial = "" if last[1:2] == "&" else last  # `6&2a3b...`: made up by Windows, for it says none
        found.append(UsbDevice(node.location or node.instance, usb, product, serial, frozenset(classes)))
    return sorted(found)


def _classes(node: PluggedIn) -> set[str]:
    return {match[1].lower() for one in node.compatible if (match := _CLASS.match(one))}
