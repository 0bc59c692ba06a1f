"""The agent's Windows readers on what Windows answers, as the documents say (`windows_answers`): nothing ran there."""

import json
import re
import socket
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from collectors.pc.agent.collect import AgentCollector
from collectors.pc.agent.config import Config, Peripheral, Programme
from collectors.pc.agent.readers import Fact, SourceMissing, UsbDevice
from collectors.pc.agent.readers.refreshed import Refreshed
from collectors.pc.agent.windows import Layer, PluggedIn, Printer, Value
from collectors.pc.agent.windows import layer as itself
from collectors.pc.agent.windows.answer import MOST, moment, parsed
from collectors.pc.agent.windows.antivirus import Antivirus
from collectors.pc.agent.windows.build import readers
from collectors.pc.agent.windows.machine import guid, release
from collectors.pc.agent.windows.printing import KNOWS, Spooler, queues
from collectors.pc.agent.windows.software import Software
from collectors.pc.agent.windows.support import ENTERPRISE, HOME, LONG, SERVER, Support
from collectors.pc.agent.windows.updates import Reboot, Updates
from collectors.pc.agent.windows.usb import devices
from collectors.pc.clock import ERROR
from collectors.pc.reader import Names, read
from collectors.pc.reading import PRINTER_ERRORS, RULES
from tests.unit import windows_answers as windows
from tests.unit.windows_answers import BASE, CURRENT, NOW, QUEUES, TREE, Tree, layer

DAY = 86_400.0


def told(facts: list[Fact]) -> dict[str, float]:
    return {",".join((fact.name, *(value for _, value in fact.labels))): fact.value for fact in facts}


@pytest.mark.parametrize(
    ("answer", "running", "age"),
    [
        (windows.DEFENDER, 1.0, 14_400.0),
        (windows.DEFENDER_OFF, 0.0, 14_400.0),
        (windows.OTHERS, 1.0, None),
        (windows.SERVER, 1.0, 14_400.0),
        (b'{"products":[],"defender":{"enabled":false}}', 0.0, None),
    ],
)
def test_whichever_antivirus_runs(answer: bytes, running: float, age: float | None) -> None:
    facts = told(Antivirus(lambda: answer, now=lambda: NOW).read())
    assert facts["antivirus_running"] == running
    assert facts.get("antivirus_signatures_age_seconds") == age


def test_a_server_without_defender_tells_of_no_antivirus_and_not_of_one_that_is_off() -> None:
    with pytest.raises(SourceMissing, match="neither Security Center nor Defender"):
        Antivirus(lambda: windows.SERVER_WITH_NONE, now=lambda: NOW).read()


@pytest.mark.parametrize(
    "answer", [windows.SEARCHED, windows.MARKED, windows.WIDE, windows.WIDE_UNMARKED, b"[" + windows.SEARCHED + b"]"]
)
def test_updates_in_every_form_that_powershell_writes(answer: bytes) -> None:
    assert told(Updates(lambda: answer, now=lambda: NOW).read()) == {
        "updates_pending,security": 2.0,
        "updates_pending,other": 5.0,
        "updates_checked_age_seconds": DAY,
        "updates_installed_age_seconds": 10 * DAY,
    }


def test_what_windows_update_does_not_tell_is_no_zero() -> None:
    facts = told(Updates(lambda: windows.NO_SEARCH, now=lambda: NOW).read())
    assert facts == {"updates_installed_age_seconds": 10 * DAY}
    with pytest.raises(SourceMissing, match="tells nothing"):
        Updates(lambda: windows.BY_POLICY, now=lambda: NOW).read()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff\xfe",
        b"null",
        b"7",
        b"[]",
        b"[{},{}]",
        b"Get-CimInstance : Invalid namespace \r\nAt line:1 char:1",
        b"Get-CimInstance : Akses ditolak.",
        b'{"products":' + b"[" * 200_000,
        b'{"products":"' + b"x" * MOST,
    ],
    ids=lambda answer: repr(answer[:24]),
)
def test_what_is_no_answer_is_a_missing_source(answer: bytes) -> None:
    with pytest.raises(SourceMissing, match="PowerShell"):
        parsed(answer)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (5, 5.0),
        ("5", 5.0),
        ("/Date(1795480145000)/", 1_795_480_145.0),
        ("/Date(1795480145000+0700)/", 1_795_480_145.0),
        ({"value": "/Date(5000)/", "DisplayHint": 2, "DateTime": "Selasa, 24 November 2026"}, 5.0),
        ("24/11/2026 11.29.05", None),
        (True, None),
        (-1, None),
        (10**400, None),
        (None, None),
    ],
)
def test_times(value: object, seconds: float | None) -> None:
    assert moment(value) == seconds


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([5, -1, 10**400])
    | st.floats()
    | st.text(max_size=9)
    | st.just("/Date(5)/"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "Count", "state", "enabled", "signatures", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = st.sampled_from(["products", "defender", "searched", "installed", "security", "other"])


@given(answer=st.binary(max_size=40) | st.dictionaries(_KEYS, _JSON).map(lambda one: json.dumps(one).encode()))
def test_whatever_powershell_says_is_facts_or_a_missing_source(answer: bytes) -> None:
    for reader in (Antivirus(lambda: answer, now=lambda: NOW), Updates(lambda: answer, now=lambda: NOW)):
        with suppress(SourceMissing):
            for fact in reader.read():
                rule = RULES[f"mppmon_pc_{fact.name}"]
                assert rule.low <= fact.value <= rule.high


def test_usb_devices_and_their_interfaces_are_one() -> None:
    finger = UsbDevice("Port_#0001.Hub_#0002", "1c7a:0570", windows.FINGER.name, "00001", frozenset({"ff"}))
    card = UsbDevice(
        "Port_#0002.Hub_#0002",
        "0f49:0a00",
        "Dukungan Pencetakan USB Primacy 2; Perangkat Komposit USB; Perangkat Penyimpanan Massal USB",
        "",  # Windows made its number up
        frozenset({"00", "07", "08"}),
    )
    assert devices((*windows.HUBS, windows.FINGER, *windows.CARD)) == [finger, card]
    assert devices(()) == []
    assert devices([PluggedIn(r"USB\VID_1C7A&PID_0570&REV_0100\x")])[0].port == r"USB\VID_1C7A&PID_0570&REV_0100\x"


def test_queues_their_errors_and_the_jobs_that_still_wait() -> None:
    found = queues((windows.PDF, windows.EVOLIS, windows.UNPLUGGED, windows.JAMMED))
    assert found.keys() == {"Evolis", "EPSON TM-T82", "HP Lantai 2"}
    assert found["Evolis"].errors == set()
    assert found["Evolis"].jobs == [NOW - 600, NOW - 5]
    assert found["EPSON TM-T82"].errors == {"offline"}
    assert found["HP Lantai 2"].errors == {"jammed", "low-toner"}
    assert queues([Printer("a", "LPT1:", 0, 0x400)])["a"].errors == {"offline"}
    assert KNOWS <= PRINTER_ERRORS


@pytest.mark.parametrize(("port", "kept"), [("USB001", True), ("SHRFAX:", False)])
def test_of_a_stopped_spooler_the_registry_says_whether_it_has_printers(port: str, kept: bool) -> None:  # noqa: FBT001  # a case
    tree = {**TREE, rf"{QUEUES}\Struk": {"Port": port}}
    seen = Spooler(lambda: None, Tree(tree)).read()
    assert (seen.spooler_running, seen.queues, seen.kept) == (False, {}, kept)
    assert not Spooler(lambda: None, Tree({})).read().kept


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("", 0.0),
        (rf"{BASE}\Component Based Servicing\RebootPending", 1.0),
        (rf"{BASE}\WindowsUpdate\Auto Update\RebootRequired", 1.0),
        (rf"{BASE}\Component Based Servicing\RebootInProgress", 0.0),
    ],
)
def test_a_restart_that_is_due(asked: str, due: float) -> None:
    assert told(Reboot(Tree({**TREE, asked: {}} if asked else TREE)).read()) == {"reboot_pending": due}


def test_without_windows_servicing_nobody_knows_of_a_restart() -> None:
    with pytest.raises(FileNotFoundError):
        Reboot(Tree({})).read()
    without_update = {key: value for key, value in TREE.items() if "WindowsUpdate" not in key}
    assert told(Reboot(Tree(without_update)).read()) == {"reboot_pending": 0.0}


@pytest.mark.parametrize(
    ("system", "days"),
    [
        ({}, -42),  # 24H2 Pro: 13 October 2026
        ({"EditionID": "Enterprise"}, 322),
        ({"EditionID": "EnterpriseS"}, 1050),
        ({"CurrentBuildNumber": "19045"}, -406),
        ({"CurrentBuildNumber": "17763", "EditionID": "ServerStandard", "InstallationType": "Server Core"}, 777),
    ],
)
def test_the_end_of_support(system: dict[str, Value], days: int) -> None:
    tree = {CURRENT: {**windows.ELEVEN, **system}}
    left = told(Support(Tree(tree), now=lambda: NOW).read())["support_left_seconds"]
    assert left == pytest.approx(days * DAY, abs=DAY)


@pytest.mark.parametrize(
    "system", [{"CurrentBuildNumber": "99999"}, {"CurrentBuildNumber": ""}, {"EditionID": "IoTEnterpriseS"}]
)
def test_of_a_windows_that_is_not_known_nothing_is_said(system: dict[str, Value]) -> None:
    with pytest.raises(SourceMissing, match="no end of support is known"):
        Support(Tree({CURRENT: {**windows.ELEVEN, **system}}), now=lambda: NOW).read()


def test_no_edition_is_dropped_before_home_and_all_dates_are_dates() -> None:
    assert all(ENTERPRISE[build] >= end for build, end in HOME.items())
    for table in (HOME, ENTERPRISE, LONG, SERVER):
        assert all(re.fullmatch(r"20[1-3]\d-[01]\d-[0-3]\d", end) for end in table.values())


def test_versions_of_the_agencies_programmes(tmp_path: Path) -> None:
    (tmp_path / "VERSION").write_bytes(b"\xef\xbb\xbf4.2\r\n")
    wanted = {
        "siak": Programme(package="siak terpusat", at_least="3.1.10"),
        "antrean": Programme(package="Antrean Loket"),  # of 32 bits, and says no version
        "file": Programme(file=tmp_path / "VERSION", at_least="4.2"),
        "gone": Programme(package="Lama"),
    }
    assert told(Software(wanted, Tree()).read()) == {
        "software_present,siak": 1.0,
        "software_info,siak,3.1.9": 1.0,
        "software_outdated,siak": 1.0,
        "software_present,antrean": 1.0,
        "software_info,antrean,": 1.0,
        "software_present,file": 1.0,
        "software_info,file,4.2": 1.0,
        "software_outdated,file": 0.0,
        "software_present,gone": 0.0,
    }
    with pytest.raises(FileNotFoundError):
        Software(wanted, Tree({})).read()


def test_what_names_the_pc_and_what_it_is() -> None:
    assert guid(Tree()) == b"5e1f0a3c-4b2d-4c6e-9a7b-112233445566"
    assert guid(Tree({})) == b""
    assert release(Tree()) == "Windows 11 Pro 24H2 (26100.2314)"
    assert release(Tree({CURRENT: {"ProductName": "Windows 10 Pro", "CurrentBuildNumber": "19045"}})) == (
        "Windows 10 Pro (19045)"
    )
    assert release(Tree({})) == ""


def test_a_way_out_by_asking_the_kernel_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        asked.append((self.family, self.type, address[0]))
        if self.family == socket.AF_INET or len(asked) > 2:
            raise OSError(10051, "A socket operation was attempted to an unreachable network")

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert itself.way_out()
    assert asked[0] == (socket.AF_INET, socket.SOCK_DGRAM, "198.51.100.1")
    assert not itself.way_out()


def test_where_there_is_no_powershell_its_sources_are_missing() -> None:
    with pytest.raises(SourceMissing, match="PowerShell: no answer"):
        itself.powershell("")


CONFIG = Config(
    processes={"antrean": "antrean-loket.exe"},
    services={"spooler": "Spooler", "antrean": "AntreanLoket", "gone": "Lama"},
    peripherals=(
        Peripheral("finger", usb="1c7a:0570", product="sidik jari"),
        Peripheral("card", usb_class="07", product="Primacy", queue="Evolis"),
        Peripheral("till", queue="EPSON TM-T82"),
        Peripheral("camera", usb_class="0e"),
    ),
    software={"siak": Programme(package="SIAK Terpusat", at_least="3.2")},
)
NAMES = Names(
    frozenset({"finger", "card", "till", "camera"}),
    frozenset({"antrean"}),
    frozenset({"spooler", "antrean", "gone"}),
    frozenset({"siak"}),
)
ELSEWHERE = {name for name in RULES if "_system_" in name} | {"mppmon_pc_printer_jobs_stopped", ERROR[0]}
"""The systems' reader is the same everywhere and not of these; the others come from no agent."""


def whole(fake: Layer) -> dict[str, float]:
    """Return what the whole agent shows, read as the daemon does, once every look has ended."""
    clock = [0.0]
    registry = CollectorRegistry()
    found = readers(CONFIG, fake, now=lambda: NOW, monotonic=lambda: clock[0])
    identity = {"os": "Windows", "release": "11", "machine_id": "ab", "agent": "x"}
    registry.register(AgentCollector(CONFIG, found, now=lambda: NOW, identity=identity))
    clock[0] = 121.0  # what starts PowerShell is not asked before
    generate_latest(registry)
    for one in (found.printing, *found.facts.values()):
        for slow in (one, getattr(getattr(one, "_look", None), "__self__", None)):
            if isinstance(slow, Refreshed):
                slow.settle()
    seen = read(generate_latest(registry), "text/plain", NAMES)
    assert seen.dropped == 0
    return {
        ",".join((name.removeprefix("mppmon_pc_"), *(value for _, value in labels))): number
        for (name, labels), number in zip(seen.schema.series, seen.values, strict=True)
    }


def test_the_whole_agent_on_windows_shows_the_names_of_the_docs() -> None:
    seen = whole(layer())
    assert {f"mppmon_pc_{name.partition(',')[0]}" for name in seen} == set(RULES) - ELSEWHERE
    assert {name: seen[name] for name in seen if name.startswith(("peripheral", "service_", "printer_jobs"))} == {
        "peripheral_present,finger": 1.0,
        "peripheral_present,card": 1.0,
        "peripheral_present,till": 1.0,
        "peripheral_present,camera": 0.0,
        "service_running,spooler": 1.0,
        "service_running,antrean": 0.0,
        "service_running,gone": 0.0,
        "printer_jobs,card": 2.0,
        "printer_jobs,till": 0.0,
    }
    assert seen["printer_error,till,offline"] == 1.0
    assert "printer_error,till,low-paper" not in seen  # Windows has no word for it: no zero
    assert seen["printer_oldest_job_seconds,card"] == 600.0
    assert seen["spooler_running"] == 1.0
    assert {seen[name] for name in seen if name.startswith("source_available")} == {1.0}


def test_the_whole_agent_where_nothing_answers_says_so_and_nothing_else() -> None:
    def refuses(*_: object) -> bytes:
        raise SourceMissing("no answer")

    def fails(*_: object) -> None:
        raise OSError(5, "Access is denied")

    seen = whole(Layer(Tree({}), fails, fails, fails, refuses, fails))  # type: ignore[arg-type]  # they never return
    missing = {name.partition(",")[2] for name in seen if name.startswith("source_available") and not seen[name]}
    assert missing == {
        "usb", "printing", "services", "route", "updates", "reboot", "antivirus", "support", "software"
    }  # fmt: skip
    assert not [name for name in seen if name.startswith(("peripheral", "printer", "updates", "antivirus", "spooler"))]
    assert seen["memory_size_bytes"] > 0
