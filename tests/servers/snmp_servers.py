"""Real SNMP agents for the tests: snmpsim with recorded devices, and net-snmp's snmpd."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic  # noqa: TID251  # a deadline for a real server to come up
from typing import Any

import pytest

from collectors.snmp.wire import codec, oid
from collectors.snmp.wire.codec import Pdu
from collectors.snmp.wire.request import REQUEST_ID_MIN, Request

READY_WITHIN = 120.0  # seconds; snmpsim imports and indexes slowly on a busy machine
_ASK_EVERY = 0.2
_SYS_DESCR = oid.encode("1.3.6.1.2.1.1.1.0")


def devices() -> Path:
    """Return the recorded devices: $MPPMON_DEVICES, else beside the repository. Skips the test where there are none."""
    found = Path(os.environ.get("MPPMON_DEVICES", Path(__file__).parents[2] / ".." / "shared" / "devices")).resolve()
    if not (found / "walks").is_dir():
        pytest.skip("no recorded devices: set MPPMON_DEVICES")
    return found


def truth(name: str) -> Mapping[str, Any]:
    """Return what the recording of a device says, derived independently of us."""
    content: Mapping[str, Any] = json.loads((devices() / "truth" / f"{name}.json").read_text(encoding="utf-8"))
    return content


@contextmanager
def snmpsim(names: Sequence[str], directory: Path) -> Iterator[int]:
    """Serve recorded devices (community = name) on a free port of 127.0.0.1; only these files, indexed afresh."""
    walks = directory / "walks"
    walks.mkdir()
    for name in names:
        recorded = devices() / "walks" / f"{name}.snmprec"
        shutil.copy(recorded if recorded.exists() else recorded.with_name(f"{name}.snmpwalk"), walks)
    port = free_port()
    command = [
        str(Path(sys.executable).parent / "snmpsim-command-responder"),
        f"--data-dir={walks}",
        f"--cache-dir={directory / 'cache'}",
        f"--agent-udpv4-endpoint=127.0.0.1:{port}",
        "--log-level=error",
    ]
    if os.geteuid() == 0:
        command += ["--process-user=root", "--process-group=root"]
    with _process(command, directory / "snmpsim.log", _answers(port, names[0])):
        yield port


@contextmanager
def snmpd(directory: Path, *more: str, port: int | None = None) -> Iterator[int]:
    """Run net-snmp's agent with a config of its own on a free port of 127.0.0.1; community `inside`. `more`: lines of
    its configuration. What it keeps (engine boots, users) is in `directory`.
    """
    port = port or free_port()
    config = directory / "snmpd.conf"
    config.write_text(
        "rocommunity inside 127.0.0.1\nsysLocation Loket A3\nsysContact piket\nsysName agent-of-the-test\n"
        + "".join(f"{line}\n" for line in more),
        encoding="utf-8",
    )
    program = shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert program is not None, "snmpd is missing: apt-get install snmpd"
    command = [program, "-f", "-C", "-c", str(config), "-Lf", str(directory / "snmpd.out"), "-I", "-smux,-dlmod"]
    command += [f"--persistentDir={directory}", f"udp:127.0.0.1:{port}"]
    with _process(command, directory / "snmpd.log", _answers(port, "inside")):
        yield port


def free_port() -> int:
    """Return a UDP port of 127.0.0.1 that is free at the moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int, community: str) -> Callable[[], bool]:
    request = Request(Pdu.GET, [_SYS_DESCR], version=codec.V2C, community=community.encode())

    def ask() -> bool:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(_ASK_EVERY)
            asking.connect(("127.0.0.1", port))
            try:
                asking.send(request.packet(REQUEST_ID_MIN))
                # The kernel may give this socket the agent's own free port: then it hears itself.
                return codec.decode(asking.recv(65535)).header.pdu == Pdu.RESPONSE
            except (TimeoutError, ConnectionError):
                return False

    return ask


@contextmanager
def _process(command: Sequence[str], log: Path, ready: Callable[[], bool]) -> Iterator[None]:
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL) as process:
        try:
            deadline = monotonic() + READY_WITHIN
            while not ready():
                assert process.poll() is None, f"{command[0]} ended: {log.read_text(errors='replace')[-2000:]}"
                assert monotonic() < deadline, (
                    f"{command[0]} does not answer: {log.read_text(errors='replace')[-2000:]}"
                )
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
