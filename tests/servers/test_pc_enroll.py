"""`mppmon agent enroll`, and the real agent with what it made: TLS, the pinned certificate, the token."""

import json
import shutil
import socket
import ssl
import stat
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from collectors.observation import Outcome
from collectors.pc.agent import __main__ as program
from collectors.pc.agent.config import load
from collectors.settings import AgentSettings
from mppmon import config as configuration
from mppmon.cli import main
from mppmon.clock import Clock
from mppmon.setup.enrolment import certify
from tests.servers.pc_programs import agent
from tests.servers.test_pc_collector import run, target

pytestmark = pytest.mark.server

GOOD = Path(__file__).parents[1] / "unit" / "bad_configs" / "good"


def enroll(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["agent", "enroll", "a1-pc", *arguments])
    return done.exit_code, done.output


def test_an_enrolled_agent_is_asked_over_tls_and_only_it(tmp_path: Path) -> None:
    folder = tmp_path / "a1-pc"
    status, said = enroll("--out", str(folder), "--config", str(GOOD), "--json")
    assert status == 0, said
    told = json.loads(said)
    assert f"pin: {told['pin']}" in told["inventory"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    config = (folder / "agent.toml").read_text(encoding="utf-8").replace("/etc/mppmon-agent", str(folder))
    assert "# [peripherals.a1-card]" in config
    assert (folder / "token").read_text(encoding="utf-8") == f"{told['token']}\n"
    with agent(tmp_path, config) as running:
        der = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", running.port)))
        assert sha256(der).hexdigest() == told["pin"]
        mine: dict[str, Any] = {"pin": told["pin"], "token_file": folder / "token"}
        assert run(lambda collector: collector.poll(target(running.port, **mine))).outcome is Outcome.OK
        others = {**mine, "pin": "0" * 64}
        assert run(lambda collector: collector.poll(target(running.port, **others))).outcome is Outcome.STRANGER
        no_token = {**mine, "token_file": None}
        assert run(lambda collector: collector.poll(target(running.port, **no_token))).outcome is Outcome.DENIED
        in_clear: dict[str, Any] = {"token_file": folder / "token"}
        assert run(lambda collector: collector.poll(target(running.port, **in_clear))).outcome is Outcome.INVALID
        with pytest.raises(requests.exceptions.SSLError):  # nobody else trusts it, nor has to
            requests.get(f"https://127.0.0.1:{running.port}/healthz", timeout=10)
        assert told["token"] not in running.log.read_text(encoding="utf-8")


def test_a_request_that_is_too_long_is_dropped(tmp_path: Path) -> None:
    with agent(tmp_path) as running, socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\nX: " + b"x" * 9000 + b"\r\n\r\n")
        try:
            answer = client.recv(100)
        except ConnectionResetError:
            answer = b""
        assert answer == b""


def test_a_pc_that_pushes_gets_the_pin_of_our_own_door(tmp_path: Path) -> None:
    where = ("--push", "192.0.2.10", "--state", str(tmp_path), "--config", str(GOOD), "--out", str(tmp_path / "new"))
    status, said = enroll(*where)
    assert (status, "the door's certificate" in said, "`push: {}` in daemon.yaml" in said) == (2, True, True)
    key, certificate = certify("mppmon", now=Clock().now())
    (tmp_path / "push.pem").write_bytes(certificate + key)
    status, said = enroll(*where, "--json")
    assert status == 0, said
    told = json.loads(said)
    assert told["pin"] == sha256(ssl.PEM_cert_to_DER_cert(certificate.decode())).hexdigest()
    found = load(tmp_path / "new" / "agent.toml")
    assert found.listen is None
    assert found.push is not None
    assert (found.push.host, found.push.port, found.push.pin) == ("192.0.2.10", 9743, told["pin"])
    assert (tmp_path / "new" / "push-token").read_text("utf-8") == f"{told['token']}\n"
    assert sha256(told["token"].encode()).hexdigest() in told["inventory"]
    assert told["token"] not in told["inventory"]
    assert {one.name for one in (tmp_path / "new").iterdir()} == {"agent.toml", "push-token"}


def test_the_lines_for_a_known_pc_are_filled_in_and_can_be_pasted(tmp_path: Path) -> None:
    (tmp_path / "push.pem").write_bytes(b"".join(certify("mppmon", now=Clock().now())[::-1]))
    base = ("--state", str(tmp_path), "--config", str(GOOD), "--json", "--out")
    mall = tmp_path / "mall"
    for name, more in (("sends", ("--push", "192.0.2.10")), ("asked", ())):
        status, said = enroll(*base, str(tmp_path / name), *more)
        assert status == 0, said
        lines = json.loads(said)["inventory"]
        assert "    name: PC A1\n" in lines
        assert ("    address: 127.0.0.5\n" in lines) == (name == "asked")
        shutil.copytree(GOOD, mall, dirs_exist_ok=True)
        (mall / "daemon.yaml").write_text("version: 1\npush: {}\n", "utf-8")
        devices = (GOOD / "devices.yaml").read_text("utf-8")
        old = "  a1-pc: {kind: pc, name: PC A1, address: 127.0.0.5, parents: [sw]}"
        assert old in devices
        (mall / "devices.yaml").write_text(devices.replace(old, lines), "utf-8")
        loaded = configuration.load(mall, today=Clock().now().date())
        (found,) = (one for one in loaded.targets if one.device == "a1-pc" and isinstance(one.settings, AgentSettings))
        assert isinstance(found.settings, AgentSettings)
        assert found.settings.machine_id is None


@pytest.mark.parametrize(
    ("device", "status", "word"),
    [
        ("a1-card", 2, "a1-card hangs on a1-pc, whose agent tells of it: enroll a1-pc"),
        ("sw", 2, "sw is a switch, which runs no agent; expected a pc, kiosk, display, server"),
        ("zz-pc", 0, "Note: zz-pc is not in devices.yaml yet."),
    ],
)
def test_what_is_no_pc_is_not_enrolled_and_what_is_not_known_is_said(
    tmp_path: Path, device: str, status: int, word: str
) -> None:
    out = tmp_path / "new"
    done = CliRunner().invoke(main, ["agent", "enroll", device, "--config", str(GOOD), "--out", str(out)])
    assert (done.exit_code, word in done.output, out.exists()) == (status, True, status == 0), done.output


def test_nothing_is_overwritten_and_a_bad_id_refused(tmp_path: Path) -> None:
    assert enroll("--out", str(tmp_path))[0] == 2
    done = CliRunner().invoke(main, ["agent", "enroll", "../x", "--out", str(tmp_path / "x")])
    assert (done.exit_code, "expected a device id" in done.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_what_is_printed_for_people(tmp_path: Path) -> None:
    status, said = enroll("--out", str(tmp_path / "new"))
    assert status == 0
    for word in ("Token: ", "Pin:   ", "token_file: secrets/agent-a1-pc", "mppmon-agent --machine-id"):
        assert word in said


def test_beyond_loopback_it_wants_a_certificate(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "token").write_text("x\n", encoding="utf-8")
    (tmp_path / "agent.toml").write_text(f'certificate = "{tmp_path}/token"\nkey = "{tmp_path}/token"\n')
    wide = ["--listen", "0.0.0.0:0", "--token-file", str(tmp_path / "token")]
    assert program.main(wide) == 2
    assert "without certificate and key, expected them, or `tls = false`" in caplog.text
    assert program.main([*wide, "--config", str(tmp_path / "agent.toml")]) == 2
    assert "no such pair" in caplog.text or "token, " in caplog.text
