"""A counter PC behind an agency's NAT, in namespaces: the real agent pushes to the real daemon, which cannot reach it.

Run as root in a namespace of its own, `unshare --net python -m tests.servers.push_nat FOLDER`; prints as JSON what was
seen.
"""

import hashlib
import json
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import yaml

from mppmon.cli.control import ask
from mppmon.state import database_file, push_certificate
from tests.servers.daemon_process import MPPMON, one_technician, until
from tests.servers.mall_network import Place, cable, run
from tests.unit.store_kit import new_database

_OURS, _PC = "10.8.0.1", "192.168.77.2"
_USB = ("1-1", "1c7a", "0570")


def _network(stack: ExitStack) -> Place:
    """Return the PC: behind a router that hides it, and to which we have no route."""
    nat, pc = Place(stack, "sleep", "300"), Place(stack, "sleep", "300")
    run("ip", "link", "set", "lo", "up")
    cable("m-nat", "nat-m")
    cable("nat-pc", "pc-nat")
    run("ip", "addr", "add", f"{_OURS}/24", "dev", "m-nat")
    run("ip", "link", "set", "m-nat", "up")
    nat.cable("nat-m", "10.8.0.2/24")
    nat.cable("nat-pc", "192.168.77.1/24")
    pc.cable("pc-nat", f"{_PC}/24")
    pc.run("ip", "route", "add", "default", "via", "192.168.77.1")
    nat.run("nft", "add table ip n; add chain ip n p { type nat hook postrouting priority 100; }")
    nat.run("nft", 'add rule ip n p oifname "nat-m" masquerade')
    return pc


def _config(folder: Path, push: dict[str, object] | None) -> Path:
    """Write a mall of one counter whose PC pushes; without tokens yet, of its door alone."""
    folder.mkdir(exist_ok=True)
    hours = {"open": {"mon-sun": "00:00-24:00"}}
    pc: dict[str, Any] = {"kind": "pc", "name": "PC A3", "address": "192.0.2.1"}
    if push is not None:
        pc = {"kind": "pc", "name": "PC A3", "agent": {"push": push, "machine_id": push.pop("machine_id")}}
    finger = {"kind": "peripheral", "name": "Sidik jari", "via": "a3-pc"}
    service = {"name": "Rekam KTP-el", "needs": ["pc", "fingerprint"]}
    counter = {
        "name": "Loket A3",
        "agency": "dukcapil",
        "place": "Lt. 1",
        "roles": {"pc": "a3-pc", "fingerprint": "a3-finger"},
        "services": {"rekam": {"citizens_per_hour": 5}},
    }
    files: dict[str, dict[str, Any]] = {
        "site.yaml": {
            "site": {"id": "mpp", "name": "MPP", "timezone": "Asia/Jakarta"},
            "hours": hours,
            "holidays": {"country": None},
        },
        "agencies.yaml": {
            "agencies": {"dukcapil": {"name": "Dinas", "short": "Disdukcapil", "services": {"rekam": service}}}
        },
        "counters.yaml": {"counters": {"a3": counter}},
        "devices.yaml": {"devices": {"a3-pc": pc, "a3-finger": finger}},
        "daemon.yaml": {"push": {}, "listen_port": 9740, "canary": "off"},
        **one_technician(25),
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump({"version": 1, **content}), encoding="utf-8")
    return folder


def _mppmon(*arguments: str) -> str:
    done = subprocess.run([*MPPMON, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def _enrolled(folder: Path, name: str, state: Path) -> dict[str, Any]:
    """Enrol as a person would; the files are where the printed config looks for them only on the PC."""
    where = folder / name
    said = _mppmon("agent", "enroll", "a3-pc", "--push", _OURS, "--state", str(state), "--out", str(where), "--json")
    text = (where / "agent.toml").read_text("utf-8").replace("/etc/mppmon-agent", str(where))
    text = text.replace("[push]", f'usb_root = "{folder}/usb"\n[push]\nevery = 5')
    (where / "agent.toml").write_text(f'{text}[peripherals.a3-finger]\nusb = "1c7a:0570"\n', encoding="utf-8")
    found: dict[str, Any] = json.loads(said)
    return found


def _plug(folder: Path, *, there: bool) -> None:
    port = folder / "usb" / _USB[0]
    port.mkdir(parents=True, exist_ok=True)
    for name, value in zip(("idVendor", "idProduct"), _USB[1:], strict=True):
        (port / name).write_text(value, encoding="utf-8") if there else (port / name).unlink()


def _agent(stack: ExitStack, pc: Place, where: Path) -> "subprocess.Popen[bytes]":
    argv = ["nsenter", "-t", pc.pid, "-n", sys.executable, "-m", "collectors.pc.agent"]
    log = stack.enter_context((where / "agent.log").open("wb"))
    process = subprocess.Popen([*argv, "--config", str(where / "agent.toml")], stdout=log, stderr=log)
    stack.callback(process.wait, 10)
    stack.callback(process.send_signal, signal.SIGTERM)
    return process


def main(folder: Path) -> None:
    """Enrol, push through the NAT, unplug, change the token."""
    state = folder / "state"
    said: dict[str, object] = {}
    state.mkdir()
    new_database(database_file(state))
    machine = _mppmon_agent_id()

    def reach(device: str, what: str = "reach") -> str:
        devices = ask(state, "GET", "/api/v1/status").json()["devices"]
        return str(next(one[what] for one in devices if one["device"] == device))

    with ExitStack() as stack:
        pc = _network(stack)
        log = stack.enter_context((folder / "daemon.log").open("wb"))
        argv = [*MPPMON, "run", str(_config(folder / "mall", None)), "--state", str(state)]
        daemon = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        stack.callback(daemon.wait, 20)
        stack.callback(daemon.terminate)
        until(lambda: (state / "control.sock").exists() and push_certificate(state).exists(), bool)
        said["mode"] = oct(push_certificate(state).stat().st_mode & 0o777)
        first = _enrolled(folder, "first", state)
        hashes = [hashlib.sha256(one.encode()).hexdigest() for one in (first["token"], "another")]
        push = {"tokens": [hashes[0]], "every": 5, "machine_id": machine}
        said["in the lines"] = hashes[0] in first["inventory"]
        _config(folder / "mall", push)
        daemon.send_signal(signal.SIGHUP)
        with socket.socket() as trial:
            trial.settimeout(1)
            said["reached"] = trial.connect_ex((_PC, 9182)) == 0
        _plug(folder, there=True)
        sending = _agent(stack, pc, folder / "first")
        said["pc"] = until(lambda: reach("a3-pc"), lambda one: one == "up")
        said["finger"] = until(lambda: reach("a3-finger"), lambda one: one == "up")
        _plug(folder, there=False)
        said["unplugged"] = until(lambda: reach("a3-finger"), lambda one: one == "down")
        _plug(folder, there=True)
        _config(folder / "mall", {**push, "tokens": hashes, "machine_id": machine})
        daemon.send_signal(signal.SIGHUP)
        sending.send_signal(signal.SIGTERM)
        said["ended"] = sending.wait(10)
        (folder / "first" / "push-token").write_text("another\n", encoding="utf-8")
        _agent(stack, pc, folder / "first")
        said["anew"] = until(lambda: reach("a3-finger"), lambda one: one == "up")
    sys.stdout.write(json.dumps(said))


def _mppmon_agent_id() -> str:
    argv = [sys.executable, "-m", "collectors.pc.agent", "--machine-id"]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=20).stdout.strip()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
