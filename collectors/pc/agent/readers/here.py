"""The readers of the system we run on, and what it is called."""

import hashlib
import hmac
import platform
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from .. import clock  # noqa: TID252  # the agent imports relatively only: contract D
from ..config import Config  # noqa: TID252  # likewise
from . import Fact, FactsReader, Readers, SourceMissing
from .antivirus import ClamAv
from .printing import Cups
from .refreshed import Refreshed, RefreshedNames
from .route import DefaultRoute
from .services import Systemd
from .software import Software
from .support import Support
from .system import PsutilBasics, PsutilDisks, PsutilProcesses
from .systems import Systems
from .updates import Apt, Reboot
from .usb import SysfsUsb

if sys.platform == "win32":
    from ..windows import build, layer, machine  # noqa: TID252  # likewise

_MACHINE_ID = Path("/etc/machine-id")

_OFTEN = 10.0  # seconds: what starts a program is asked so often at most
_SYSTEMS = 30.0  # seconds: every counter PC asks the agency's central system
_SELDOM = 900.0  # seconds: what changes by the day
_AT_REST = 120.0  # seconds: a PC that has just started has better things to do than to look for updates


def readers(config: Config) -> Readers:
    """Return the readers of this system; the one place that chooses. What starts a program or reads large files does so
    beside the scrapes.
    """
    if sys.platform == "win32":
        found = build.readers(config, layer.here(), now=clock.now, monotonic=clock.monotonic)
    else:
        found = _linux(config)
    if not config.systems:
        return found
    systems = Systems(config.systems, monotonic=clock.monotonic, now=clock.now)
    looked = Refreshed(systems.read, every=_SYSTEMS, monotonic=clock.monotonic)
    return replace(found, facts={**found.facts, "systems": looked})


def _linux(config: Config) -> Readers:
    """Return Linux' readers. Elsewhere those of psutil work too; the others say that their source is missing."""
    processes = PsutilProcesses()
    services = RefreshedNames(Systemd(), set(config.services.values()), every=_OFTEN, monotonic=clock.monotonic)
    printing = Refreshed(Cups().read, every=_OFTEN, monotonic=clock.monotonic)
    with suppress(SourceMissing):
        printing.read()
    with suppress(SourceMissing):
        services.running(())
    printing.settle()  # both bound themselves in time, and the first scrape has all
    services.settle()
    facts: dict[str, FactsReader] = {
        "route": DefaultRoute(),
        "updates": _seldom(Apt(now=clock.now), first=_AT_REST),
        "reboot": _seldom(Reboot()),
        "antivirus": _seldom(ClamAv(processes, now=clock.now)),
        "support": _seldom(Support(now=clock.now)),
    }
    if config.software:
        facts["software"] = _seldom(Software(config.software))
    return Readers(
        basics=PsutilBasics(),
        disks=PsutilDisks(),
        processes=processes,
        services=services,
        usb=SysfsUsb(config.usb_root),
        printing=printing,
        facts=facts,
    )


def _seldom(reader: FactsReader, *, first: float = 0.0) -> Refreshed[list[Fact]]:
    return Refreshed(reader.read, every=_SELDOM, first=first, monotonic=clock.monotonic)


def identity(version: str, machine_id: Path = _MACHINE_ID) -> dict[str, str]:
    """Return the labels of `mppmon_pc_info`. The machine id is confidential, so a keyed digest of it is shown, as
    machine-id(5) asks; empty where there is none. `machine_id`: the file of it; Windows has it in its registry.
    """
    if sys.platform == "win32":
        raw = machine.guid(layer.here().registry)
    else:
        try:
            raw = machine_id.read_bytes().strip()[:64]
        except OSError:
            raw = b""
    digest = hmac.new(raw, b"mppmon-agent", hashlib.sha256).hexdigest()[:32] if raw else ""
    return {"os": platform.system(), "release": _release(), "machine_id": digest, "agent": f"mppmon-agent {version}"}


def _release() -> str:
    if sys.platform == "win32":  # mypy knows the platform by an `if` only
        found = machine.release(layer.here().registry)
    else:
        found = _pretty_name()
    return found or platform.release()


def _pretty_name() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return ""  # no os-release file: the kernel's release is still better than nothing
