"""The real agent as a process: what it shows, whom it answers, what it costs."""

import shutil
import socket
from pathlib import Path

import psutil
import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from collectors.pc.agent import server
from collectors.pc.agent.__main__ import main
from collectors.pc.reading import RULES
from tests.servers.pc_programs import Running, agent

pytestmark = pytest.mark.server

CONFIG = """\
usb_root = "{usb}"
[processes]
python = "{python}"
absent = "nobody-runs-this"
[peripherals.a3-finger]
usb = "1c7a:0570"
[peripherals.a3-card]
usb = "0f49:0a00"
queue = "Evolis"
"""
LPSTAT = """\
#!/bin/sh
[ "$*" = "-r -l -p -W not-completed -o" ] || exit 2
cat <<'END'
scheduler is running
printer Evolis is idle.  enabled since Tue Nov 24 09:20:00 2026
\tAlerts: media-jam-error
Evolis-12               petugas       17408   Tue Nov 24 09:20:05 2020
END
"""


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """Make a sysfs tree with a fingerprint reader and a card printer."""
    root = tmp_path / "usb"
    for port, vendor, product in (("1-1", "1c7a", "0570"), ("1-2", "0f49", "0a00")):
        (root / port).mkdir(parents=True)
        (root / port / "idVendor").write_text(f"{vendor}\n", encoding="utf-8")
        (root / port / "idProduct").write_text(f"{product}\n", encoding="utf-8")
    return root


def config(usb: Path) -> str:
    python = psutil.Process().name()
    return CONFIG.format(usb=usb, python=python)


def values(answer: requests.Response) -> dict[str, float]:
    """By name and label values, read by prometheus-client: so it is also valid."""
    families = list(text_string_to_metric_families(answer.text))
    return {",".join((one.name, *one.labels.values())): one.value for family in families for one in family.samples}


def printing(tmp_path: Path) -> Path:
    """Return a folder with an lpstat that knows one queue, with a jam and a job of 2020."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "lpstat").write_text(LPSTAT, encoding="utf-8")
    (folder / "lpstat").chmod(0o755)
    return folder


def test_it_shows_this_pc_and_an_unplug_is_seen(tmp_path: Path, usb: Path) -> None:
    with agent(tmp_path, config(usb), path=printing(tmp_path)) as running:
        answer = running.get()
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        seen = values(answer)
        assert {name.partition(",")[0] for name in seen} <= set(RULES)
        assert seen["mppmon_pc_memory_size_bytes"] == psutil.virtual_memory().total
        assert seen["mppmon_pc_boot_time_seconds"] == pytest.approx(psutil.boot_time(), abs=2)
        assert seen["mppmon_pc_process_running,python"] == 1.0
        assert seen["mppmon_pc_process_running,absent"] == 0.0
        assert seen["mppmon_pc_peripheral_present,a3-finger"] == 1.0
        assert seen["mppmon_pc_spooler_running"] == 1.0
        assert seen["mppmon_pc_printer_error,jammed,a3-card"] == 1.0
        assert seen["mppmon_pc_printer_jobs,a3-card"] == 1.0
        assert seen["mppmon_pc_printer_oldest_job_seconds,a3-card"] > 86_400
        shutil.rmtree(usb / "1-1")
        unplugged = until(running, "mppmon_pc_peripheral_present,a3-finger", 0.0)
        assert unplugged["mppmon_pc_peripheral_present,a3-card"] == 1.0


def until(running: Running, name: str, value: float) -> dict[str, float]:
    """Scrape until it says so; it reads the PC at most once a second, and pytest-timeout bounds this."""
    while True:
        seen = values(running.get())
        if seen[name] == value:
            return seen


def test_what_this_pc_has_not_is_said(tmp_path: Path) -> None:
    with agent(tmp_path, f'usb_root = "{tmp_path}/none"\n[peripherals.a3-finger]\nusb = "1c7a:0570"\n') as running:
        seen = values(running.get())
        assert seen["mppmon_pc_source_available,usb"] == 0.0
        assert "mppmon_pc_peripheral_present,a3-finger" not in seen
        assert "WARNING usb: source missing" in running.log.read_text(encoding="utf-8")


def test_only_two_paths_and_only_with_the_token(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret-of-this-pc\n", encoding="utf-8")
    with agent(tmp_path, "", "--token-file", str(token)) as running:
        refused = running.get()
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert "mppmon_pc" not in refused.text
        assert running.get(Authorization="Bearer s3cret-of-another").status_code == 401
        assert running.get(Authorization="Bearer s3cret-of-this-pc").status_code == 200
        assert running.get("/healthz").text == "ok\n"
        assert running.get("/").status_code == 404
        assert requests.post(f"http://127.0.0.1:{running.port}/metrics", timeout=10).status_code == 501
        assert "s3cret" not in running.log.read_text(encoding="utf-8")


def test_idle_and_dripping_clients_do_not_shut_others_out(tmp_path: Path) -> None:
    with agent(tmp_path) as running:
        idle = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(30)]
        try:
            idle[0].sendall(b"GET /metrics HTTP/1.1\r\n")
            answered = 0
            while not answered:  # they are dropped after 2 s at the latest
                try:
                    answered = running.get("/healthz").status_code
                except requests.ConnectionError:
                    continue
            assert answered == 200
            assert running.status("Threads") <= server.THREADS + 1
        finally:
            for one in idle:
                one.close()


def test_it_is_small(tmp_path: Path) -> None:
    with agent(tmp_path, config(tmp_path / "none")) as running:
        for _ in range(20):
            running.get()
        assert running.status("VmRSS") <= 35 * 1024


def test_a_port_in_use_ends_with_1(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with agent(tmp_path) as running:
        assert main(["--listen", f"127.0.0.1:{running.port}"]) == 1
    assert f"cannot listen on 127.0.0.1:{running.port}: Address already in use" in caplog.text
