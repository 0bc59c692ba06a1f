"""`mppmon doctor` as a program: exit codes, JSON, a mall whose PCs are all dead, a daemon that runs."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from mppmon.clock import Clock
from tests.servers.daemon_process import MPPMON, daemon
from tests.servers.online_fakes import black_hole
from tests.unit.test_config_load import GOOD

pytestmark = pytest.mark.server


def doctor(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*MPPMON, "doctor", *arguments], capture_output=True, text=True, check=False, timeout=60)


def findings(*arguments: str) -> dict[str, Any]:
    done = doctor(*arguments, "--json")
    assert done.stderr == ""
    return {one["name"]: one for one in json.loads(done.stdout)}


def test_fifty_dead_pcs_and_as_many_silent_printers_take_less_than_fifteen_seconds(tmp_path: Path) -> None:
    config = tmp_path / "mall"
    config.mkdir()
    for file in GOOD.glob("*.yaml"):
        (config / file.name).write_text(file.read_text())
    devices = yaml.safe_load((GOOD / "devices.yaml").read_text())
    with ExitStack() as sockets:
        port = black_hole(sockets)
        for number in range(50):
            pc = {
                "kind": "pc",
                "name": f"PC {number}",
                "address": "127.0.0.1",
                "agent": {"port": port, "timeout": 20.0},
            }
            devices["devices"][f"dead-{number}"] = pc
            printer = {"kind": "printer", "name": f"P {number}", "address": "127.0.0.1", "snmp": {"port": port}}
            devices["devices"][f"mute-{number}"] = printer
        (config / "devices.yaml").write_text(yaml.safe_dump(devices, sort_keys=False))
        began = Clock().monotonic()
        done = doctor("--config", str(config), "--state", str(tmp_path / "state"), "--json")
        took = Clock().monotonic() - began
    found = {one["name"]: one for one in json.loads(done.stdout)}
    assert done.returncode == 2
    assert took < 15
    assert "0 of 52 answer" in found["agents of counter PCs"]["said"]
    assert "dead-0: no answer" in str(found["agents of counter PCs"])  # with the others named or counted
    assert "and 49 more" in found["agents of counter PCs"]["said"]
    assert "0 of 52 answer" in found["SNMP devices"]["said"]


def test_a_pipe_gets_plain_text_of_eighty_columns_and_status_two(tmp_path: Path) -> None:
    done = doctor("--config", str(tmp_path / "none"), "--state", str(tmp_path / "state"), "--offline")
    assert done.returncode == 2
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert f"✗ configuration           there is no directory {tmp_path}/none".split() == done.stdout.split()[1:8]
    words_longer_than_a_line = str(tmp_path)
    assert all(len(line) <= 80 or words_longer_than_a_line in line for line in done.stdout.splitlines())
    assert done.stdout.splitlines()[-1].endswith("not asked")


AS_NOBODY = """
import os, sys
import encodings.utf_8_sig
import mppmon.cli.doctor  # while the tree, and Python itself, can still be read
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
mppmon.cli.doctor.command(sys.argv[1:])
"""


def test_without_root_it_says_who_can_tell(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    for folder in (hidden, hidden / "mall", hidden / "state"):
        folder.mkdir()
    (hidden / "state" / "mppmon.db").touch()
    hidden.chmod(0)
    arguments = ["--config", str(hidden / "mall"), "--state", str(hidden / "state"), "--json", "--offline"]
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    hidden.chmod(0o700)
    assert (done.stderr, done.returncode) == ("", 0)
    found = {one["name"]: one for one in json.loads(done.stdout)}
    asked = {name for name, one in found.items() if "ask as root" in one["said"]}
    assert asked == {"configuration", "state directory", "database", "daemon", "database lock", "backup"}


def test_a_daemon_that_runs_and_a_change_it_does_not_know(tmp_path: Path) -> None:
    with daemon(tmp_path) as line:
        where = ("--config", str(line.config), "--state", str(line.state))
        found = findings(*where)
        bad = {name for name, one in found.items() if one["state"] == "bad"}
        assert bad == set(), [found[name] for name in bad]
        assert found["daemon"]["said"].startswith("it answers (mppmon ")
        assert found["database lock"]["said"] == f"held by the daemon, process {line.process.pid}"
        assert found["port"]["said"] == f"the daemon answers on 127.0.0.1:{line.port}"
        assert found["configuration in use"]["state"] == "ok"
        assert found["its parts"]["said"] == "all ready: engine, database, polling"
        assert "in use" in found["file descriptors"]["said"]
        assert {"queue", "last record", "messages"} <= set(found)

        site = line.config / "site.yaml"
        site.write_text(site.read_text().replace("MPP Uji", "MPP Lain"))
        pending = findings(*where)["configuration in use"]
        assert (pending["state"], "reload pending" in pending["said"]) == ("warn", True)
        assert pending["cure"] == f"mppmon check-config {line.config} && mppmon reload"

        site.write_text("site: [")
        broken = findings(*where)
        assert {name for name, one in broken.items() if one["state"] == "bad"} == {"configuration"}
        assert broken["daemon"]["state"] == "ok"
