"""The readers of the system we run on, and what it is called."""

import hashlib
import hmac
import platform
import sys
from pathlib import Path

from ..config import Config  # noqa: TID252  # the agent imports relatively only: contract D
from . import Readers
from .printing import Cups
from .services import Systemd
from .system import PsutilBasics, PsutilDisks, PsutilProcesses
from .usb import SysfsUsb

_MACHINE_ID = Path("/etc/machine-id")


def readers(config: Config) -> Readers:
    """Return Linux' readers. Elsewhere those of psutil work too; the others say that their source is missing."""
    return Readers(
        basics=PsutilBasics(),
        disks=PsutilDisks(),
        processes=PsutilProcesses(),
        services=Systemd(),
        usb=SysfsUsb(config.usb_root),
        printing=Cups(),
    )


def identity(version: str, machine_id: Path = _MACHINE_ID) -> dict[str, str]:
    """Return the labels of `mppmon_pc_info`. The machine id is confidential, so a keyed digest of it is shown, as
    machine-id(5) asks; empty where there is none.
    """
    try:
        raw = machine_id.read_bytes().strip()[:64]
    except OSError:
        raw = b""
    digest = hmac.new(raw, b"mppmon-agent", hashlib.sha256).hexdigest()[:32] if raw else ""
    return {"os": platform.system(), "release": _release(), "machine_id": digest, "agent": f"mppmon-agent {version}"}


def _release() -> str:
    if sys.platform == "linux":
        try:
            return platform.freedesktop_os_release()["PRETTY_NAME"]
        except (OSError, KeyError):
            pass  # no os-release file: the kernel's release is still better than nothing
    return platform.release()
