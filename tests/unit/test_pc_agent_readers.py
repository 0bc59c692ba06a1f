"""The agent's Linux readers on a made sysfs tree and on what lpstat and systemctl print."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from collectors.pc.agent.config import Peripheral
from collectors.pc.agent.readers import SourceMissing, UsbDevice
from collectors.pc.agent.readers.command import output
from collectors.pc.agent.readers.here import identity
from collectors.pc.agent.readers.printing import Cups, parse
from collectors.pc.agent.readers.services import Systemd
from collectors.pc.agent.readers.system import PsutilBasics, PsutilDisks, PsutilProcesses
from collectors.pc.agent.readers.usb import SysfsUsb, fits


def plug(root: Path, port: str, usb: str, *, interfaces: Sequence[str] = (), **words: str) -> None:
    """Lay out one device as sysfs does: its own directory, and one per interface beside it."""
    vendor, product = usb.split(":")
    files = {"idVendor": vendor, "idProduct": product, "bDeviceClass": "00", **words}
    (root / port).mkdir(parents=True)
    for name, text in files.items():
        (root / port / name).write_text(f"{text}\n", encoding="utf-8")
    for number, kind in enumerate(interfaces):
        (root / f"{port}:1.{number}").mkdir()
        (root / f"{port}:1.{number}" / "bInterfaceClass").write_text(f"{kind}\n", encoding="utf-8")


def test_usb_devices_are_read_and_an_unplugged_one_is_gone(tmp_path: Path) -> None:
    plug(tmp_path, "usb1", "1d6b:0002", product="xHCI Host Controller")
    plug(tmp_path, "1-1", "1C7A:0570", product="EgisTec Touch", serial="00001", interfaces=("ff",))
    plug(tmp_path, "1-2.4", "0f49:0a00", product="Primacy 2", interfaces=("07", "08"))
    reader = SysfsUsb(tmp_path)
    finger = UsbDevice("1-1", "1c7a:0570", "EgisTec Touch", "00001", frozenset({"00", "ff"}))
    printer = UsbDevice("1-2.4", "0f49:0a00", "Primacy 2", "", frozenset({"00", "07", "08"}))
    assert reader.read() == [finger, printer]
    shutil.rmtree(tmp_path / "1-1")
    assert reader.read() == [printer]


def test_a_device_that_is_half_gone_is_not_there(tmp_path: Path) -> None:
    plug(tmp_path, "1-1", "1c7a:0570")
    (tmp_path / "1-1" / "idProduct").unlink()
    assert SysfsUsb(tmp_path).read() == []


def test_a_stopped_spooler_that_has_queues_says_that_it_has(tmp_path: Path) -> None:
    cups = Cups(lambda _: "scheduler is not running\n", tmp_path)
    assert not cups.read().kept
    (tmp_path / "Struk.ppd").touch()
    assert cups.read().kept


def test_no_usb_is_a_missing_source(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="none: No such file or directory"):
        SysfsUsb(tmp_path / "none").read()


@pytest.mark.parametrize(
    ("wanted", "fitting"),
    [
        (Peripheral("x", usb="0f49:0a00"), True),
        (Peripheral("x", usb="0f49:0a01"), False),
        (Peripheral("x", usb_class="07"), True),
        (Peripheral("x", usb_class="03"), False),
        (Peripheral("x", product="primacy"), True),
        (Peripheral("x", product="zebra"), False),
        (Peripheral("x", usb="0f49:0a00", serial="77"), True),
        (Peripheral("x", usb="0f49:0a00", serial="78"), False),
        (Peripheral("x", usb_class="07", port="1-2.3"), False),
    ],
)
def test_all_that_the_config_says_must_fit(wanted: Peripheral, fitting: bool) -> None:  # noqa: FBT001  # parametrised
    device = UsbDevice("1-2.4", "0f49:0a00", "Evolis Primacy 2", "77", frozenset({"00", "07"}))
    assert fits(device, wanted) is fitting


LPSTAT = """\
scheduler is running
printer Evolis now printing Evolis-12.  enabled since Tue Nov 24 09:20:00 2026
\tReady to print.
\tForm mounted:
\tContent types: any
\tPrinter types: unknown
\tDescription: Evolis Primacy
\tAlerts: media-jam-error marker-supply-low-warning com.evolis.something
\tLocation: Loket A3
printer Struk disabled since Tue Nov 24 09:21:00 2026 -
\treason unknown
\tAlerts: offline-report
printer Kasir-2 is idle.  enabled since Tue Nov 24 08:00:00 2026
\tAlerts: none
Evolis-12               petugas       17408   Tue Nov 24 09:20:05 2026
\tAlerts: job-printing
\tqueued for Evolis
Evolis-13               petugas a3    17408   Tue Nov 24 09:25:00 2026
\tqueued for Evolis
printer Struk-2 now printing Struk-2-4.  enabled since Tue Nov 24 08:00:00 2026
\tThe printer may not exist or is unavailable at this time.
\tAlerts: none
Kasir-2-9               unknown        1024   Tue Nov 24 09:00:00 2026
Gone-1                  petugas        1024   Tue Nov 24 09:00:00 2026
"""


def local(text: str) -> float:
    return time.mktime(time.strptime(f"{text} 2026-11-24", "%H:%M:%S %Y-%m-%d"))


def test_lpstat_gives_queues_errors_and_jobs() -> None:
    printing = parse(LPSTAT)
    assert printing.spooler_running
    assert set(printing.queues) == {"Evolis", "Struk", "Struk-2", "Kasir-2"}
    assert printing.queues["Struk-2"].errors == {"offline"}  # CUPS has no reason for it, only words
    evolis, struk, till = (printing.queues[name] for name in ("Evolis", "Struk", "Kasir-2"))
    assert evolis.errors == {"jammed", "low-toner"}
    assert evolis.jobs == [local("09:20:05"), local("09:25:00")]
    assert struk.errors == {"offline"}
    assert (till.errors, till.jobs) == (set(), [local("09:00:00")])


def test_a_stopped_spooler_is_known_and_a_missing_one_is_a_missing_source() -> None:
    assert parse("scheduler is not running\n").spooler_running is False
    with pytest.raises(SourceMissing, match="not the expected form"):
        parse("")
    with pytest.raises(SourceMissing, match="lpstat: not installed"):
        Cups(lambda argv: output([f"no-{argv[0]}"] if shutil.which(argv[0]) else argv)).read()


def test_systemd_units(tmp_path: Path) -> None:
    asked: list[Sequence[str]] = []

    def run(argv: Sequence[str]) -> str:
        asked.append(argv)
        return "active\nfailed\n"

    systemd = Systemd(run, tmp_path)
    assert systemd.running({"cups.service", "antrean.service"}) == {"antrean.service"}
    assert asked == [["systemctl", "is-active", "--", "antrean.service", "cups.service"]]
    assert systemd.running(set()) == set()
    with pytest.raises(SourceMissing, match="2 answers for 1 units"):
        systemd.running({"cups.service"})
    with pytest.raises(SourceMissing, match="systemd is not running"):
        Systemd(run, tmp_path / "none").running({"cups.service"})


def test_commands_are_bounded_and_run_in_the_c_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x")
    told = output(["env"])
    assert "LC_ALL=C\n" in told
    assert "SECRET" not in told
    with pytest.raises(SourceMissing, match="no-such-program: not installed"):
        output(["no-such-program"])


def test_psutil_readers_see_this_machine() -> None:
    basics = PsutilBasics().read()
    assert set(basics.cpu) == {"user", "system", "idle", "other"}
    assert 0 < basics.memory_available <= basics.memory_size
    disks = PsutilDisks().read()
    assert all(0 <= disk.free <= disk.size for disk in disks)
    python = Path("/proc/self/comm").read_text(encoding="utf-8").strip()
    assert PsutilProcesses().running({f"{python.upper()}.exe", "nobody-runs-this"}) == {f"{python.upper()}.exe"}


def test_the_machine_id_itself_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "machine-id"
    file.write_text("0123456789abcdef0123456789abcdef\n", encoding="utf-8")
    shown = identity("1.2", file)
    assert shown["agent"] == "mppmon-agent 1.2"
    assert len(shown["machine_id"]) == 32
    assert shown["machine_id"] != file.read_text(encoding="utf-8").strip()
    assert identity("1.2", tmp_path / "none")["machine_id"] == ""
