"""What is plugged in by USB, from sysfs: reading a few small files, no library, no privilege.

A device is a directory `1-1.2` with `idVendor`, `idProduct` and, if it says so, `product` and `serial`; its interfaces
are entries `1-1.2:1.0` beside it. (Linux: Documentation/ABI/stable/sysfs-bus-usb.)
"""

import re
from pathlib import Path

from ..config import Peripheral  # noqa: TID252  # the agent imports relatively only: contract D
from . import SourceMissing, UsbDevice

_DEVICE = re.compile(r"\d+-\d+(?:\.\d+)*")  # hubs are devices too; root hubs are called usb1
_MOST = 256  # devices
_LONGEST = 256  # bytes of a file


class SysfsUsb:
    """`root`: `/sys/bus/usb/devices`, or a made one in tests."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self) -> list[UsbDevice]:
        """Return the devices, sorted by port. SourceMissing without sysfs or USB."""
        try:
            names = sorted(entry.name for entry in self._root.iterdir())
        except OSError as error:
            raise SourceMissing(f"{self._root}: {error.strerror}") from error
        devices = []
        for port in [name for name in names if _DEVICE.fullmatch(name)][:_MOST]:
            vendor, product_id = self._word(port, "idVendor"), self._word(port, "idProduct")
            if vendor and product_id:  # else it was unplugged between the two readings
                interfaces = [name for name in names if name.startswith(f"{port}:")]
                classes = {self._word(one, "bInterfaceClass") for one in interfaces} | {
                    self._word(port, "bDeviceClass")
                }
                words = (self._word(port, "product"), self._word(port, "serial"))
                devices.append(UsbDevice(port, f"{vendor}:{product_id}".lower(), *words, frozenset(classes - {""})))
        return devices

    def _word(self, entry: str, file: str) -> str:
        try:
            with (self._root / entry / file).open("rb") as opened:
                return opened.read(_LONGEST).decode("utf-8", "replace").strip()
        except OSError:
            return ""


def fits(device: UsbDevice, wanted: Peripheral) -> bool:
    """Return whether all that the config says of the peripheral fits this device."""
    return (
        (wanted.usb is None or wanted.usb == device.id)
        and (wanted.usb_class is None or wanted.usb_class in device.classes)
        and (wanted.product is None or wanted.product.lower() in device.product.lower())
        and (wanted.serial is None or wanted.serial == device.serial)
        and (wanted.port is None or wanted.port == device.port)
    )
