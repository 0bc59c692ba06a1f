"""The simulator as a process, asked with net-snmp's programs and with requests: each fault seen on the wire."""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import requests

from mppmon.clock import Clock
from mppmon.demo.simulator.launch import ARGV, ControlRefused, NotStarted, Running, running
from mppmon.demo.simulator.request import SimulatorRequest
from mppmon.demo.simulator.things import Door, DoorWay, Thing, Things
from tests.simulator.small_mall import ERRORS, UPTIME, simulated, small_mall, snmp

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def mall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with simulated(tmp_path_factory.mktemp("simulator")) as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def mended(mall: Running) -> Iterator[None]:
    yield
    mall.control.mend()


def printer(mall: Running, *oids: str, **how: Any) -> list[str]:  # noqa: ANN401  # handed on to snmp
    return snmp("127.61.0.2", mall.ready.doors["printer"]["snmp"], *oids, **how)


def core(mall: Running, *oids: str, **how: Any) -> list[str]:  # noqa: ANN401  # handed on to snmp
    return snmp("127.61.0.1", mall.ready.doors["core"]["snmp"], *oids, **how)


def pc(mall: Running) -> str:
    return get(f"http://127.61.0.3:{mall.ready.doors['pc']['agent']}/metrics").text


def siak(mall: Running) -> requests.Response:
    return get(f"http://127.61.1.2:{mall.ready.doors['siak']['http']}/")


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=0.6)


def connects(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=0.6).close()
    except TimeoutError:
        return False
    return True


def log_of(mall: Running, device: str) -> list[str]:
    return [line for line in mall.control.get("/log")["lines"] if f'"device":"{device}"' in line]


def test_a_get_answers_value_by_value(mall: Running) -> None:
    lines = printer(mall, UPTIME, ERRORS, "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.9", "1.3.6.1.9.9")
    assert "Timeticks:" in lines[0]
    assert lines[1].endswith("Hex-STRING: 00 00 ")
    assert lines[2].endswith('STRING: "printer"')
    assert "No Such Instance" in lines[3]
    assert "No Such Object" in lines[4]


def test_a_bulk_walk_gives_the_whole_recording_in_order(mall: Running) -> None:
    lines = core(mall, "1.3.6.1", program="snmpbulkwalk", options=("-Cc", "-Cr10"))
    oids = [tuple(int(part) for part in line.split(" ")[0].strip(".").split(".")) for line in lines[:-1]]
    assert len(set(oids)) > 400
    assert oids == sorted(oids)
    single = core(mall, "1.3.6.1.2.1.31", program="snmpwalk")
    assert len(single) == 24 * 5 + 1  # the last line says that nothing follows


def test_another_community_hears_nothing(mall: Running) -> None:
    assert printer(mall, UPTIME, options=("-cprivate",)) == []


@pytest.mark.parametrize(("fault", "octets"), [("jam", "04 00"), ("no-paper", "40 00"), ("toner-low", "20 00")])
def test_faults_of_a_printer_show_in_its_error_bits(mall: Running, fault: str, octets: str) -> None:
    mall.control.begin(fault, "printer")
    assert printer(mall, ERRORS)[0].endswith(f"Hex-STRING: {octets} ")
    assert len(printer(mall, "1.3.6.1.2.1.43.18.1.1.7", program="snmpwalk")) == 1
    mall.control.mend(fault, "printer")
    assert printer(mall, ERRORS)[0].endswith("Hex-STRING: 00 00 ")


def test_a_printer_without_power_is_silent_and_its_port_is_down(mall: Running) -> None:
    port_of_printer = "1.3.6.1.2.1.2.2.1.8.2"
    assert core(mall, port_of_printer)[0].endswith("INTEGER: 1")
    mall.control.begin("power-off", "printer")
    assert printer(mall, UPTIME) == []
    assert core(mall, port_of_printer)[0].endswith("INTEGER: 2")
    assert printer(mall, UPTIME, ERRORS) == []
    liveness, telemetry = log_of(mall, "printer")[-2:]
    assert '"answer":"withheld","asks":"liveness"' in liveness
    assert '"answer":"withheld","asks":"telemetry"' in telemetry
    mall.control.mend("power-off", "printer")
    ticks = int(printer(mall, UPTIME)[0].partition("(")[2].partition(")")[0])
    assert ticks < 1000  # it has just booted


def test_a_pc_without_power_neither_answers_nor_refuses(mall: Running) -> None:
    assert 'mppmon_pc_peripheral_present{peripheral="card"} 1' in pc(mall)
    mall.control.begin("power-off", "pc")
    before = len(log_of(mall, "pc"))
    assert not connects("127.61.0.3", mall.ready.doors["pc"]["agent"])
    mall.control.mend("power-off", "pc")
    assert "mppmon_pc_spooler_running 1" in pc(mall)
    answers = [line.partition('"answer":')[2].partition(",")[0] for line in log_of(mall, "pc")[before:]]
    assert answers[0].startswith('"withheld"')
    assert answers[-1].startswith('"given"')


def test_what_happens_behind_a_pc_shows_on_the_pc(mall: Running) -> None:
    mall.control.begin("jam", "card")
    mall.control.begin("unplug", "finger")
    mall.control.begin("spooler-stopped", "pc")
    text = pc(mall)
    assert 'mppmon_pc_printer_error{peripheral="card",error="jammed"} 1.0' in text
    assert 'mppmon_pc_peripheral_present{peripheral="finger"} 0.0' in text
    assert "mppmon_pc_spooler_running 0.0" in text
    assert '"tells":{"pc":["spooler-stopped"],"card":["jammed"],"finger":["absent"]}' in log_of(mall, "pc")[-1]


def test_a_dead_switch_silences_all_below_and_nothing_else(mall: Running) -> None:
    mall.control.begin("network-off", "core")
    assert core(mall, UPTIME) == []
    assert printer(mall, UPTIME) == []
    assert not connects("127.61.0.3", mall.ready.doors["pc"]["agent"])
    assert siak(mall).status_code == 200


def test_a_cut_line_silences_anchors_systems_and_chat_but_not_the_mailbox(mall: Running) -> None:
    assert connects("127.61.1.1", mall.ready.doors["anchor"]["tcp"])
    mall.control.begin("uplink-off")
    assert mall.ready.chat_port is not None
    assert mall.ready.mailbox_port is not None
    assert not connects("127.61.1.1", mall.ready.doors["anchor"]["tcp"])
    assert not connects("127.0.0.1", mall.ready.chat_port)
    assert connects("127.0.0.1", mall.ready.mailbox_port)
    with pytest.raises(requests.ConnectTimeout):
        siak(mall)
    assert printer(mall, UPTIME)


def test_an_online_system_fails_in_three_ways(mall: Running) -> None:
    assert "SIAK siap" in siak(mall).text
    mall.control.begin("system-error", "siak")
    assert siak(mall).status_code == 500
    mall.control.mend(device="siak")
    mall.control.begin("maintenance", "siak")
    answer = siak(mall)
    assert answer.status_code == 200
    assert "SIAK siap" not in answer.text
    mall.control.begin("system-down", "siak")
    with pytest.raises(requests.ConnectTimeout):
        siak(mall)


def test_a_head_and_a_wrong_path_are_answered_as_http_wants(mall: Running) -> None:
    address = f"http://127.61.0.3:{mall.ready.doors['pc']['agent']}"
    head = requests.head(f"{address}/metrics", timeout=1)
    assert head.text == ""
    assert int(head.headers["content-length"]) > 1000
    assert get(f"{address}/other").status_code == 404
    with socket.create_connection(("127.61.0.3", mall.ready.doors["pc"]["agent"]), timeout=1) as line:
        line.sendall(b"\x00\x01\x02\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 400")


def test_control_says_what_lasts_what_can_be_and_what_is_wrong(mall: Running) -> None:
    known = {one["fault"]: one["devices"] for one in mall.control.get("/faults")["known"]}
    assert known["jam"] == ["printer", "card"]
    assert known["uplink-off"] == ["line"]
    assert mall.control.begin("jam", "card")["changed"]
    assert not mall.control.begin("jam", "card")["changed"]
    assert [one["device"] for one in mall.control.get("/faults")["active"]] == ["card"]
    shown = {one["id"]: one["shows"] for one in mall.control.get("/things")["things"]}
    assert shown["card"] == ["jammed"]
    for fault, device in (("jamm", "card"), ("jam", "siak")):
        with pytest.raises(ControlRefused, match="expected"):
            mall.control.begin(fault, device)
    with pytest.raises(ControlRefused, match="found GET /nothing"):
        mall.control.get("/nothing")
    with pytest.raises(ControlRefused, match="wrong or missing field"):
        mall.control.get("/log", after="x")


def test_the_log_can_be_read_on_from_where_it_was_left(mall: Running) -> None:
    left = mall.control.get("/log")["next"]
    mall.control.begin("jam", "card")
    lines = mall.control.get("/log", after=left)["lines"]
    assert len(lines) == 1
    assert '"fault":"jam","device":"card","now":"begun"' in lines[0]


def test_sixty_devices_are_up_within_three_seconds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kinds = ("printer", "switch", "ups", "camera")
    snmp_things = [Thing(f"s{n}", kinds[n % 4], doors=(Door(DoorWay.SNMP, f"127.62.0.{n + 1}", 0),)) for n in range(40)]
    pcs = [Thing(f"p{n}", "pc", doors=(Door(DoorWay.AGENT, f"127.62.1.{n + 1}", 0, "/metrics"),)) for n in range(20)]
    clock = Clock()
    began = clock.monotonic()
    with simulated(tmp_path, Things.of([*snmp_things, *pcs])) as simulator:
        seconds = clock.monotonic() - began
        asked = clock.monotonic()
        for n in range(40):
            assert snmp(f"127.62.0.{n + 1}", simulator.ready.doors[f"s{n}"]["snmp"], UPTIME)
        polled = clock.monotonic() - asked
        ticks = os.sysconf("SC_CLK_TCK")
        spent = Path(f"/proc/{simulator.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        with capsys.disabled():
            print(  # noqa: T201  # the figures of ADR 0009
                f"\nsimulator: 60 devices in {seconds:.2f} s ({simulator.ready.seconds:.2f} s without Python's start), "
                f"RSS {simulator.ready.rss_bytes / 1e6:.0f} MB; 40 GETs in {polled:.2f} s, "
                f"{sum(int(one) for one in spent[11:13]) / ticks:.2f} CPU-seconds since its start"
            )
        assert seconds < 3


def test_it_ends_on_sigterm_and_leaves_no_socket(tmp_path: Path) -> None:
    with simulated(tmp_path) as simulator:
        port = simulator.ready.doors["pc"]["agent"]
        simulator.process.send_signal(signal.SIGTERM)
        assert simulator.process.wait(10) == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.61.0.3", port), timeout=1)
        assert not (tmp_path / "control.sock").exists()


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    with simulated(tmp_path) as simulator:
        simulator.control.begin("power-off", "pc")  # also with a door shut
        assert simulator.process.stdin is not None
        simulator.process.stdin.close()
        assert simulator.process.wait(10) == 0


def test_a_cut_off_reader_and_a_silent_visitor_do_not_keep_it(tmp_path: Path) -> None:
    with simulated(tmp_path) as simulator:
        address = ("127.61.0.3", simulator.ready.doors["pc"]["agent"])
        idle = [socket.create_connection(address, timeout=1) for _ in range(3)]
        idle[0].close()
        simulator.process.terminate()
        assert simulator.process.wait(10) == 0
        for one in idle:
            one.close()


def test_two_of_them_cannot_have_one_address(tmp_path: Path) -> None:
    with simulated(tmp_path) as first:
        port = first.ready.doors["pc"]["agent"]
        things = Things.of([Thing("pc", "pc", doors=(Door(DoorWay.AGENT, "127.61.0.3", port),))])
        request = SimulatorRequest.of(things, log=tmp_path / "b.jsonl", control={"port": 0})
        with pytest.raises(NotStarted, match="exit code 2"), running(request):
            pass


@pytest.mark.parametrize(
    ("request_line", "words"),
    [
        (b"{}\n", b"things"),
        (b"", b"Invalid JSON"),
        (b'{"things":[{"id":"a","kind":"x","doors":[{"way":"snmp","address":"10.0.0.1"}]}]}\n', b"loopback"),
        (b'{"things":[{"id":"a","kind":"fax","doors":[{"way":"snmp"}]}],"log":"LOG","control":{"port":0}}\n', b"'fax'"),
        (b'{"things":[{"id":"a","kind":"pc","via":"b"}],"log":"LOG","control":{"port":0}}\n', b"'b'"),
        (b'{"things":[],"log":"LOG","control":{}}\n', b"expected one"),
    ],
)
def test_a_bad_request_is_told_on_stderr(request_line: bytes, words: bytes, tmp_path: Path) -> None:
    line = request_line.replace(b"LOG", bytes(tmp_path / "log"))
    done = subprocess.run(ARGV, input=line, capture_output=True, check=False, timeout=30)
    assert done.returncode == 2
    assert words in done.stderr
    assert b"Traceback" not in done.stderr


def test_many_ask_at_once(mall: Running) -> None:
    answers: list[list[str]] = []
    threads = [threading.Thread(target=lambda: answers.append(printer(mall, UPTIME, ERRORS))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(answer) for answer in answers] == [2] * 12


def test_small_mall_can_be_written_as_a_request(tmp_path: Path) -> None:
    request = SimulatorRequest.of(small_mall(), log=tmp_path / "log", control={"port": 0})
    again = SimulatorRequest.model_validate_json(request.model_dump_json())
    assert asdict(again.listed()) == asdict(small_mall())
