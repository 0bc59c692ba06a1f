"""The real daemon tells systemd that it is at work, feeds its watchdog while it is, and says that it ends."""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
