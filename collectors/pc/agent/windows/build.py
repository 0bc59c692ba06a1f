"""Windows' readers on a layer: what is cheap at each scrape, what starts PowerShell seldom and beside the scrapes."""

from collections.abc import Callable

from ..config import Config  # noqa: TID252  # the agent imports relatively only: contract D
from ..readers import Fact, FactsReader, Readers  # noqa: TID252  # likewise
from ..readers.refreshed import Refreshed  # noqa: TID252  # likewise
from ..readers.system import PsutilBasics, PsutilDisks, PsutilProcesses  # noqa: TID252  # likewise
from . import Layer
from .antivirus import Antivirus
from .printing import Spooler
from .route import WayOut
from .scripts import ANTIVIRUS, UPDATES
from .services import Services
from .software import Software
from .support import Support
from .updates import Reboot, Updates
from .usb import Usb

_OFTEN = 10.0  # seconds: the spooler answers by itself, but may take its time while a printer hangs
_HOURLY = 3600.0  # a start of PowerShell costs about a second of a core
_QUARTERLY = 21_600.0  # a search for updates costs the PC far more than that
_AT_REST = 120.0  # a PC that has just started has better things to do
_SELDOM = 900.0  # what the registry tells and nobody changes by the minute


def readers(config: Config, layer: Layer, *, now: Callable[[], float], monotonic: Callable[[], float]) -> Readers:
    """Return the readers; the agent adds what is the same on every system (`systems`)."""

    def beside(look: Callable[[], list[Fact]], every: float) -> Refreshed[list[Fact]]:
        return Refreshed(look, every=every, monotonic=monotonic)

    def script(text: str, every: float, first: float) -> Callable[[], bytes]:
        return Refreshed(lambda: layer.powershell(text), every=every, first=first, monotonic=monotonic).read

    printing = Refreshed(Spooler(layer.printers, layer.registry).read, every=_OFTEN, monotonic=monotonic)
    facts: dict[str, FactsReader] = {
        "route": WayOut(layer.way_out),
        "updates": Updates(script(UPDATES, _QUARTERLY, _AT_REST), now=now),
        "reboot": beside(Reboot(layer.registry).read, _SELDOM),
        "antivirus": Antivirus(script(ANTIVIRUS, _HOURLY, _AT_REST), now=now),
        "support": beside(Support(layer.registry, now=now).read, _SELDOM),
    }
    if config.software:
        facts["software"] = beside(Software(config.software, layer.registry).read, _SELDOM)
    return Readers(
        basics=PsutilBasics(),
        disks=PsutilDisks(),
        processes=PsutilProcesses(),
        services=Services(layer.service),
        usb=Usb(layer.usb),
        printing=printing,
        facts=facts,
    )
