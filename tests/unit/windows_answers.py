r"""What Windows answers, in the shapes that Microsoft's documents give. WRITTEN FROM THE DOCUMENTS, NOT RECORDED: no
Windows was at hand. Names of devices and queues are made up.

Sources: ConvertTo-Json (about_ConvertTo-Json, PowerShell 5.1), MSFT_MpComputerStatus, IUpdateSearcher and
IAutomaticUpdatesResults, CM_Get_Device_ID_ListW, "Standard USB Identifiers", PRINTER_INFO_2, JOB_INFO_1, [MS-RPRN]
2.2.3.12. AntiVirusProduct's productState is not documented: 397568 and 266240 are what is widely told of Defender and
of others when on, 393472 and 393216 when off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collectors.pc.agent.windows import Job, Layer, PluggedIn, Printer, Value
from collectors.pc.agent.windows.scripts import ANTIVIRUS, UPDATES

NOW = 1_795_494_545.0  # 2026-11-24 04:29:05 UTC

DEFENDER = b'{"products":[{"state":397568}],"defender":{"signatures":1795480145,"guards":true,"enabled":true}}\r\n'
DEFENDER_OFF = b'{"products":{"state":393472},"defender":{"signatures":1795480145,"guards":false,"enabled":true}}'
OTHERS = (  # Defender stands back, and its signatures grow old: nobody's fault
    b'{"defender":{"enabled":false,"guards":false,"signatures":1700000000},'
    b'"products":{"value":[{"state":393216},{"state":266240}],"Count":2}}'
)
SERVER = b'{"products":null,"defender":{"enabled":true,"guards":true,"signatures":"\\/Date(1795480145000)\\/"}}'
SERVER_WITH_NONE = b'{"products":null,"defender":null}'
ANTIVIRUS_ANSWERS = (DEFENDER, DEFENDER_OFF, OTHERS, SERVER, SERVER_WITH_NONE)

SEARCHED = b'{"searched":1795408145,"installed":1794630545,"security":2,"other":5}'
NO_SEARCH = b'{"other":null,"security":null,"installed":1794630545,"searched":null}'
BY_POLICY = b'{"searched":null,"installed":null,"security":null,"other":null}'
MARKED = b"\xef\xbb\xbf" + SEARCHED
WIDE = b"\xff\xfe" + SEARCHED.decode().encode("utf-16-le")
WIDE_UNMARKED = SEARCHED.decode().encode("utf-16-le")

FINGER = PluggedIn(
    r"USB\VID_1C7A&PID_0570\00001", "Pembaca Sidik Jari EgisTec", (r"USB\Class_FF&SubClass_00", r"USB\Class_FF"),
    "Port_#0001.Hub_#0002",
)  # fmt: skip
CARD = (
    PluggedIn(
        r"USB\VID_0F49&PID_0A00\6&2A3B4C5D&0&2", "Perangkat Komposit USB", (r"USB\DevClass_00", r"USB\COMPOSITE"),
        "Port_#0002.Hub_#0002",
    ),
    PluggedIn(
        r"USB\VID_0F49&PID_0A00&MI_00\7&11AA22BB&0&0000", "Dukungan Pencetakan USB Primacy 2",
        (r"USB\Class_07&SubClass_01&Prot_02", r"USB\Class_07"), "0000.0014.0000.002.000.000.000.000.000",
    ),
    PluggedIn(
        r"USB\VID_0F49&PID_0A00&MI_01\7&11AA22BB&0&0001", "Perangkat Penyimpanan Massal USB", (r"USB\Class_08",), "",
    ),
)  # fmt: skip
HUBS = (PluggedIn(r"USB\ROOT_HUB30\4&1D2C3B4A&0&0", "Hub Akar USB (USB 3.0)"), PluggedIn("garbage"))

UTC_TEN_MINUTES_AGO = NOW - 600
PDF = Printer("Microsoft Print to PDF", "PORTPROMPT:", 0, 0)
EVOLIS = Printer("Evolis", "USB001", 0, 0x40, (Job(0x10, UTC_TEN_MINUTES_AGO), Job(0x80, NOW - 9999), Job(0, NOW - 5)))
UNPLUGGED = Printer("EPSON TM-T82", "USB002", 0x1000, 0x440)  # NOT_AVAILABLE; QUEUED-less LOCAL | WORK_OFFLINE
JAMMED = Printer("HP Lantai 2", "192.0.2.9", 0x8 | 0x20000, 0x40)

CURRENT = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
BASE = r"SOFTWARE\Microsoft\Windows\CurrentVersion"
QUEUES = r"SYSTEM\CurrentControlSet\Control\Print\Printers"
ELEVEN: Mapping[str, Value] = {
    "ProductName": "Windows 10 Pro", "EditionID": "Professional", "InstallationType": "Client",
    "DisplayVersion": "24H2", "CurrentBuildNumber": "26100", "UBR": 2314,
}  # fmt: skip
TREE: dict[str, Mapping[str, Value]] = {
    CURRENT: ELEVEN,
    r"SOFTWARE\Microsoft\Cryptography": {"MachineGuid": "5E1F0A3C-4B2D-4C6E-9A7B-112233445566"},
    rf"{BASE}\Component Based Servicing": {},
    rf"{BASE}\WindowsUpdate\Auto Update": {},
    rf"{BASE}\Uninstall": {},
    rf"{BASE}\Uninstall\{{1D8E6291-B0D5-35EC-8441-6616F567A0F7}}": {
        "DisplayName": "SIAK Terpusat",
        "DisplayVersion": "3.1.9",
    },
    r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall": {},
    r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\Antrean": {"DisplayName": "Antrean Loket"},
    rf"{QUEUES}\Microsoft Print to PDF": {"Port": "PORTPROMPT:"},
}


@dataclass
class Tree:
    """A registry as a mapping of keys."""

    found: Mapping[str, Mapping[str, Value]] = field(default_factory=lambda: TREE)

    def values(self, key: str) -> Mapping[str, Value]:
        if key not in self.found:
            raise FileNotFoundError(2, "The system cannot find the file specified", key)
        return self.found[key]

    def keys(self, key: str) -> Sequence[str]:
        below = [name[len(key) + 1 :].split("\\")[0] for name in self.found if name.startswith(f"{key}\\")]
        if not below:
            self.values(key)
        return list(dict.fromkeys(below))


def layer(
    *,
    tree: Mapping[str, Mapping[str, Value]] = TREE,
    usb: Sequence[PluggedIn] = (*HUBS, FINGER, *CARD),
    printers: Sequence[Printer] | None = (PDF, EVOLIS, UNPLUGGED),
    antivirus: bytes = DEFENDER,
    updates: bytes = SEARCHED,
) -> Layer:
    """Return a PC with Windows 11 in Indonesian, and what is said otherwise."""
    answers = {ANTIVIRUS: antivirus, UPDATES: updates}
    states = {"Spooler": "running", "AntreanLoket": "stop_pending"}
    return Layer(Tree(tree), lambda: usb, lambda: printers, states.get, answers.__getitem__, lambda: True)
