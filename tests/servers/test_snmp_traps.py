"""Traps and informs of net-snmp's own tools to the real daemon."""

import re
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from tests.servers.daemon_process import Line, daemon, until
from tests.servers.snmp_servers import free_port

pytestmark = pytest.mark.server

LINK_DOWN, FAILED, ALERT = "1.3.6.1.6.3.1.1.5.3", "1.3.6.1.6.3.1.1.5.5", "1.3.6.1.2.1.43.18.2.0.1"
V3 = ("-v3", "-u", "mall", "-l", "authPriv", "-a", "SHA-256", "-A", "signed-by-me", "-x", "AES", "-X", "hidden-by-me")
V2 = ("-v2c", "-c", "inside")
PRINTER = "127.61.0.2"


def send(port: int, oid: str, *how: str, program: str = "snmptrap", source: str = PRINTER) -> int:
    command = [program, "-r1", "-t1", *how, f"--clientAddr={source}", f"127.0.0.1:{port}", ""]
    if "-v1" in how:
        command += ["", "2", "0", "5"]
    else:
        command += [oid]
    return subprocess.run(command, check=False, timeout=20, capture_output=True).returncode


def counted(line: Line) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{line.port}/metrics", timeout=10) as answer:  # our own
        text = answer.read().decode()
    return {
        name: float(n)
        for name, n in re.findall(r'^mppmon_daemon_traps_total\{outcome="(\w+)"\} (\S+)', text, re.MULTILINE)
    }


def listen(line: Line, port: int) -> None:
    """Take traps, and ask devices by themselves as good as never."""
    (line.config / "community").write_text("inside\n", "ascii")
    (line.config / "auth").write_text("signed-by-me\n", "ascii")
    (line.config / "priv").write_text("hidden-by-me\n", "ascii")
    user = {"user": "mall", "auth_protocol": "sha256", "auth_file": "auth", "priv_protocol": "aes", "priv_file": "priv"}
    traps = {"listen_host": "127.0.0.1", "listen_port": port, "community_file": "community", "users": [user]}
    seldom = {"liveness": 600, "telemetry": 600}
    (line.config / "local.d").mkdir()
    overlay = {"version": 1, "traps": traps, "intervals": seldom}
    (line.config / "local.d" / "daemon.yaml").write_text(yaml.safe_dump(overlay), "utf-8")
    line.run("reload")
    until(lambda: send(port, LINK_DOWN, *V2, program="snmpinform"), lambda status: status == 0)


def test_a_trap_has_its_device_asked_at_once_and_makes_one_incident(tmp_path: Path) -> None:
    port = free_port()
    with daemon(tmp_path) as line:
        listen(line, port)
        line.control.begin("jam", "printer")
        for _ in range(3):
            assert send(port, ALERT, *V2) == 0
        sent = time.monotonic()  # noqa: TID251  # a real daemon lives in real time
        found = until(line.status, lambda view: view["incidents"], within=10)
        seconds = time.monotonic() - sent  # noqa: TID251  # likewise
        assert seconds < 8.0, seconds  # two runs of the command line are in it, slow on a busy machine
        assert len(found["incidents"]) == 1
        assert len(until(line.mails, bool)) == 1
        before = counted(line)
        assert before["accepted"] >= 4
        assert send(port, ALERT, *V2) == 0
        until(lambda: counted(line), lambda now: now["accepted"] == before["accepted"] + 1)
        assert len(line.status()["incidents"]) == 1


def test_every_version_and_what_is_refused(tmp_path: Path) -> None:
    port = free_port()
    with daemon(tmp_path) as line:
        listen(line, port)
        begin = counted(line).get("accepted", 0)
        assert send(port, LINK_DOWN, "-v1", "-c", "inside") == 0
        assert send(port, LINK_DOWN, *V2) == 0
        assert send(port, LINK_DOWN, *V3, "-e", "8000000001020304") == 0
        assert send(port, LINK_DOWN, *V2, program="snmpinform") == 0
        assert send(port, LINK_DOWN, *V3, program="snmpinform") == 0
        until(lambda: counted(line), lambda now: now["accepted"] == begin + 5)
        send(port, FAILED, *V2)
        send(port, LINK_DOWN, "-v2c", "-c", "outside")
        send(port, LINK_DOWN, "-v3", "-u", "mall", "-l", "noAuthNoPriv", "-e", "8000000001020304")
        send(port, LINK_DOWN, *V2, source="127.61.0.77")
        wanted = {"authentication_failure": 1, "wrong_credentials": 2, "unknown_sender": 1}
        until(lambda: counted(line), lambda now: wanted.items() <= now.items())
        for _ in range(15):
            send(port, LINK_DOWN, *V2)
        until(lambda: counted(line), lambda now: now.get("limited", 0) >= 1)
