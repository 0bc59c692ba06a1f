"""What the agent reads of a Debian system, out of made trees: updates, antivirus, versions, support, routes."""

import os
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import pytest

from collectors.pc.agent.config import Programme
from collectors.pc.agent.readers import Fact, NotYet, SourceMissing
from collectors.pc.agent.readers.antivirus import ClamAv
from collectors.pc.agent.readers.command import output
from collectors.pc.agent.readers.refreshed import Refreshed, RefreshedNames
from collectors.pc.agent.readers.route import DefaultRoute
from collectors.pc.agent.readers.software import Software
from collectors.pc.agent.readers.support import Support
from collectors.pc.agent.readers.updates import Apt, Reboot, pending
from collectors.pc.agent.readers.version import older

NOW = 1_795_494_545.0  # 2026-11-24 04:29:05 UTC
DAY = 86_400.0
APT = """\
Inst base-files [12.4+deb12u11] (12.4+deb12u15 Debian:12.15/oldstable [amd64])
Conf base-files (12.4+deb12u15 Debian:12.15/oldstable [amd64])
Inst openssl [3.0.16-1] (3.0.17-1 Debian:12.15/oldstable, Debian-Security:12/oldstable-security [amd64]) []
Inst linux-image-6.1.0-40-amd64 (6.1.153-1 Debian-Security:12/oldstable-security [amd64])
"""


def put(root: Path, name: str, text: str | bytes = "", *, at: float = NOW) -> Path:
    """Write a file of the made tree with the time at which it was changed."""
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(file, (at, at))
    return file


def told(facts: list[Fact]) -> dict[str, float]:
    return {",".join((fact.name, *(value for _, value in fact.labels))): fact.value for fact in facts}


def debian(root: Path) -> None:
    put(root, "var/lib/dpkg/status", at=NOW - 9 * DAY)
    put(root, "var/lib/apt/lists/one_InRelease", at=NOW)  # of the server's time: says nothing about this PC
    for folder in ("var/lib/apt/lists/partial", "var/lib/apt/lists"):
        (root / folder).mkdir(exist_ok=True)
        os.utime(root / folder, (NOW - 2 * DAY, NOW - 2 * DAY))


def test_updates_that_wait_and_when_it_last_asked_and_installed(tmp_path: Path) -> None:
    debian(tmp_path)
    runs = []

    def run() -> str:
        runs.append(1)
        return APT

    apt = Apt(now=lambda: NOW, run=run, root=tmp_path)
    first = told(apt.read())
    assert first == {
        "updates_pending,security": 1.0,
        "updates_pending,other": 1.0,
        "updates_checked_age_seconds": 2 * DAY,
        "updates_installed_age_seconds": 9 * DAY,
    }
    assert told(apt.read()) == first
    assert len(runs) == 1  # nothing has changed: apt is not started again
    put(tmp_path, "var/lib/dpkg/status", at=NOW)
    assert told(apt.read())["updates_installed_age_seconds"] == 0.0
    assert len(runs) == 2


def test_an_apt_that_fails_is_missing_and_not_up_to_date(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="no apt on this system"):
        Apt(now=lambda: NOW, run=lambda: "", root=tmp_path).read()
    with pytest.raises(SourceMissing, match="false: exit status 1"):
        output(("false",), must_succeed=True)
    assert output(("false",)) == ""
    debian(tmp_path)

    def fails() -> str:
        raise SourceMissing("apt-get: exit status 100")

    with pytest.raises(SourceMissing, match="exit status 100"):
        Apt(now=lambda: NOW, run=fails, root=tmp_path).read()
    assert pending("") == (0, 0)


def test_a_start_is_due_after_a_new_kernel_or_when_a_package_asks(tmp_path: Path) -> None:
    reboot = Reboot(root=tmp_path, booted=lambda: NOW - DAY)
    with pytest.raises(SourceMissing):
        reboot.read()
    put(tmp_path, "var/lib/dpkg/info/linux-image-6.1.0-37-amd64.list", at=NOW - 9 * DAY)
    put(tmp_path, "var/lib/dpkg/info/openssl.list", at=NOW)
    assert told(reboot.read()) == {"reboot_pending": 0.0}
    put(tmp_path, "var/lib/dpkg/info/linux-image-6.1.0-40-amd64.list", at=NOW)
    assert told(reboot.read()) == {"reboot_pending": 1.0}
    asked = tmp_path / "other"
    put(asked, "var/lib/dpkg/info/x.list")
    put(asked, "run/reboot-required")
    assert told(Reboot(root=asked, booted=lambda: NOW).read()) == {"reboot_pending": 1.0}


class Runs:
    """Processes and services that run."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def running(self, wanted: Collection[str]) -> Collection[str]:
        return set(self.names) & set(wanted)


def test_the_antivirus_and_the_age_of_its_newest_signatures(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="no ClamAV"):
        ClamAv(Runs(), now=lambda: NOW, root=tmp_path).read()
    put(tmp_path, "var/lib/clamav/main.cvd", b"ClamAV-VDB:16 Sep 2021 08-32 -0400:62:6647427:90:x".ljust(512))
    put(tmp_path, "var/lib/clamav/daily.cld", b"ClamAV-VDB:23 Nov 2026 04-29 +0000:27824:2:90:x".ljust(512))
    put(tmp_path, "var/lib/clamav/daily.cvd", b"\xff" * 99)
    assert told(ClamAv(Runs("clamd"), now=lambda: NOW, root=tmp_path).read()) == {
        "antivirus_running": 1.0,
        "antivirus_signatures_age_seconds": DAY + 5,
    }
    bare = tmp_path / "bare"
    (bare / "var/lib/clamav").mkdir(parents=True)
    assert told(ClamAv(Runs("sshd"), now=lambda: NOW, root=bare).read()) == {"antivirus_running": 0.0}


STATUS = """\
Package: siak
Status: install ok installed
Version: 3.1.9

Package: gone
Status: deinstall ok config-files
Version: 2.0

Package: siak-data
Status: install ok installed
Version: 9
"""


def test_versions_of_the_agencies_programmes(tmp_path: Path) -> None:
    put(tmp_path, "var/lib/dpkg/status", STATUS)
    put(tmp_path, "opt/antrean/VERSION", "4.2\nbuilt on Monday\n")
    wanted = {
        "siak": Programme(package="siak", at_least="3.1.10"),
        "gone": Programme(package="gone", at_least="1"),
        "antrean": Programme(file=Path("/opt/antrean/VERSION"), at_least="4.2"),
        "none": Programme(file=Path("/opt/none")),
    }
    facts = Software(wanted, root=tmp_path).read()
    assert told(facts) == {
        "software_present,siak": 1.0,
        "software_info,siak,3.1.9": 1.0,
        "software_outdated,siak": 1.0,
        "software_present,gone": 0.0,
        "software_present,antrean": 1.0,
        "software_info,antrean,4.2": 1.0,
        "software_outdated,antrean": 0.0,
        "software_present,none": 0.0,
    }
    (tmp_path / "opt/none").mkdir()
    with pytest.raises(OSError, match="Is a directory"):
        Software(wanted, root=tmp_path).read()


# Each line rises; the examples of deb-version(7) and of Debian's policy, section 5.6.12.
RISING = [
    ("~~", "~~a", "~", "", "a"),
    ("1.0~beta1~svn1245", "1.0~beta1", "1.0", "1.0-1", "1.0-1+deb12u1", "1.0-2", "1.0.1", "1.9", "1.10", "1:0.1"),
    ("3.0.16-1~deb12u1", "3.0.16-1", "3.0.17-1~deb12u2"),
    ("2a", "2+b", "2.0"),
]


@pytest.mark.parametrize("versions", RISING, ids=lambda versions: versions[-1])
def test_versions_rise(versions: tuple[str, ...]) -> None:
    for index, one in enumerate(versions):
        assert [older(one, other) for other in versions] == [place > index for place in range(len(versions))]


def test_zeros_before_a_number_count_nothing() -> None:
    assert not older("1.02", "1.2")
    assert not older("1.2", "1.02")


def test_the_end_of_support(tmp_path: Path) -> None:
    support = Support(now=lambda: NOW, root=tmp_path)
    put(tmp_path, "etc/os-release", 'ID=debian\nVERSION_CODENAME="bookworm"\n')
    with pytest.raises(SourceMissing, match="nobody says"):
        support.read()
    table = (
        "version,codename,series,created,release,eol,eol-lts\n11,Bullseye,bullseye,2019,2021,2024-08-14,2026-08-31\n"
    )
    put(tmp_path, "usr/share/distro-info/debian.csv", table + "12,Bookworm,bookworm,2021,2023,2026-07-11,2028-06-30\n")
    assert told(support.read()) == {"support_left_seconds": pytest.approx(583.8 * DAY, abs=DAY)}
    put(tmp_path, "etc/os-release", "ID=fedora\nSUPPORT_END=2026-11-23\n")
    assert told(support.read()) == {"support_left_seconds": pytest.approx(-1.2 * DAY, abs=0.1 * DAY)}
    put(tmp_path, "etc/os-release", "SUPPORT_END=soon\n")
    with pytest.raises(ValueError, match="soon"):
        support.read()


HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
LAN = "eth0\t00FEA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
OUT = "eth0\t00000000\t01FEA8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
REJECT = OUT.replace("0003", "0203")
HALF = OUT.replace("\t00000000\t0\t0\t0\n", "\t00000080\t0\t0\t0\n")  # 0.0.0.0/1 of a VPN is not all
V6 = "0" * 32 + " 00 " + "0" * 32 + " 00 {hop} 00000400 00000001 00000000 {flags} {card}\n"
OUT6 = V6.format(hop="fe80" + "0" * 28, flags="00450003", card="eth0")
LO6 = V6.format(hop="0" * 32, flags="00200200", card="lo")


@pytest.mark.parametrize(
    ("v4", "v6", "there"),
    [
        (HEAD + LAN + OUT, LO6, 1.0),
        (HEAD + LAN, LO6, 0.0),
        (HEAD + LAN + REJECT + HALF, LO6, 0.0),
        (HEAD + LAN, OUT6 + LO6, 1.0),
        (HEAD + LAN, None, 0.0),
        ("\xff\n\n", None, 0.0),
    ],
)
def test_a_way_out(tmp_path: Path, v4: str, v6: str | None, there: float) -> None:
    put(tmp_path, "route", v4)
    if v6 is not None:
        put(tmp_path, "ipv6_route", v6)
    assert told(DefaultRoute(tmp_path).read()) == {"default_route": there}


def test_without_tables_nobody_knows_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        DefaultRoute(tmp_path).read()


def test_a_slow_source_is_read_beside_and_at_its_interval() -> None:
    clock, looks = [0.0], [0]

    def look() -> int:
        looks[0] += 1
        if looks[0] == 2:
            raise SourceMissing("gone")
        return looks[0]

    slow = Refreshed(look, every=10.0, first=5.0, monotonic=lambda: clock[0])
    with pytest.raises(NotYet):
        slow.read()
    assert looks == [0]  # not due
    clock[0] = 5.0
    assert looked_at(slow) == 1
    clock[0] = 14.9
    assert (slow.read(), looks) == (1, [1])
    clock[0] = 15.0
    with pytest.raises(SourceMissing, match="gone"):
        looked_at(slow)
    clock[0] = 24.9
    with pytest.raises(SourceMissing, match="gone"):
        slow.read()
    clock[0] = 25.0
    assert looked_at(slow) == 3


def looked_at(slow: Refreshed[int]) -> int:
    """Return what it tells once the look that this begins has ended."""
    with suppress(SourceMissing):  # what it says meanwhile depends on which thread is quicker
        slow.read()
    slow.settle()
    return slow.read()


def test_a_source_that_hangs_holds_up_nobody_and_is_missing_after_a_while() -> None:
    clock, go = [0.0], threading.Event()

    def look() -> int:
        go.wait()
        return 7

    slow = Refreshed(look, every=10.0, monotonic=lambda: clock[0])
    with pytest.raises(NotYet):
        slow.read()
    clock[0] = 61.0
    with pytest.raises(SourceMissing, match="no answer for more than 60 s"):
        slow.read()
    go.set()
    slow.settle()
    assert slow.read() == 7


def test_a_fault_of_ours_in_a_source_is_a_missing_source(caplog: pytest.LogCaptureFixture) -> None:
    def look() -> int:
        raise ZeroDivisionError

    with pytest.raises(SourceMissing, match="ZeroDivisionError"):
        looked_at(Refreshed(look, every=10.0, monotonic=lambda: 0.0))
    assert "a source could not be read" in caplog.text


def test_services_beside() -> None:
    names = RefreshedNames(Runs("cups.service"), {"cups.service", "x"}, every=10.0, monotonic=lambda: 0.0)
    with suppress(NotYet):
        names.running(())
    names.settle()
    assert names.running({"cups.service", "x"}) == {"cups.service"}
