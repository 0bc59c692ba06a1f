"""The real daemon tells systemd that it is at work, feeds its watchdog while it is, and says that it ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.servers.daemon_process import daemon
from tests.servers.prometheus import pause

pytestmark = pytest.mark.server
_WITHIN = 2.0  # seconds between two feeds: WATCHDOG_USEC is 4 s


@contextmanager
def manager(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(path))
        line.settimeout(20)
        yield line


def drained(line: socket.socket, seconds: float) -> list[str]:
    """Return what was said until now, and within so many seconds more."""
    pause(seconds)
    line.setblocking(False)  # noqa: FBT003  # positional only
    found = []
    try:
        while True:
            found.append(line.recv(500).decode())
    except BlockingIOError:
        return found


def test_systemd_is_told_and_a_stopped_process_does_not_feed_its_watchdog(tmp_path: Path) -> None:
    with manager(tmp_path / "notify") as line:
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"}
        with daemon(tmp_path, environment) as running:
            early = drained(line, _WITHIN)
            assert any(said.startswith("READY=1\nSTATUS=at work") for said in early)
            assert "WATCHDOG=1" in early
            running.process.send_signal(signal.SIGSTOP)
            drained(line, 0.2)
            assert drained(line, 2 * _WITHIN) == []
            running.process.send_signal(signal.SIGCONT)
            assert "WATCHDOG=1" in drained(line, 2 * _WITHIN)
            running.process.send_signal(signal.SIGHUP)
            said = drained(line, _WITHIN)
            assert [one.partition("=")[0] for one in said if "WATCHDOG" not in one][:2] == ["RELOADING", "READY"]
        assert any(said.startswith("STOPPING=1") for said in drained(line, 0.1))


FAILING = (sys.executable, "-m", "tests.servers.failing_parts")


def test_an_engine_that_hangs_is_named_and_no_watchdog_is_fed_for_it(tmp_path: Path) -> None:
    with manager(tmp_path / "notify") as line:
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"}
        with daemon(tmp_path, environment, program=FAILING) as running:
            assert "WATCHDOG=1" in drained(line, _WITHIN)
            running.process.send_signal(signal.SIGUSR1)
            assert "STATUS=no answer from: engine" in drained(line, 2 * _WITHIN)
            assert drained(line, 2 * _WITHIN) == []
            running.process.kill()  # as systemd does then
            assert running.process.wait(10) == -signal.SIGKILL


def test_a_machine_with_too_much_to_do_does_not_stop_a_daemon_that_works(tmp_path: Path) -> None:
    """Three busy programs on the only core it may use; the watchdog's time is a fifteenth of the unit's."""
    with manager(tmp_path / "notify") as line, ExitStack() as stack:
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"}
        with daemon(tmp_path, environment) as running:
            core = {min(os.sched_getaffinity(0))}
            for thread in psutil.Process(running.process.pid).threads():
                os.sched_setaffinity(thread.id, core)
            for _ in range(3):
                busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
                os.sched_setaffinity(busy.pid, core)
                stack.callback(busy.kill)
            drained(line, 0.0)
            assert all("WATCHDOG=1" in drained(line, 4.0) for _ in range(3))
            assert running.process.poll() is None


def test_a_poll_loop_that_has_ended_ends_the_daemon_with_a_word(tmp_path: Path) -> None:
    """It answers and decides, but asks nothing any more: nobody would be called. It takes half a minute to be sure."""
    with daemon(tmp_path, {"NOTIFY_SOCKET": "", "WATCHDOG_USEC": ""}, program=FAILING) as running:
        running.process.send_signal(signal.SIGUSR2)
        assert running.process.wait(90) == 1
        assert "the poll loop has ended" in (tmp_path / "daemon.log").read_text()
