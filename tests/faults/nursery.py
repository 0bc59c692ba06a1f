"""Daemons that start at once: a process that has read all the code forks one per request (its own pid, its own death).

A start is 1.4 s of imports and 0.4 s of ours; only the second is on trial. Where the process itself matters (another
clock, limits), `Trial` starts an interpreter as an administrator would.
"""

import atexit
import gc
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, NoReturn, Protocol

from mppmon.clock import Clock

_ROOT = Path(__file__).parents[2]
_TURN = 0.02
"""Seconds one thread may listen while others want to."""


class Process(Protocol):
    """What a trial does to a daemon; a `subprocess.Popen` is one."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...

    def kill(self) -> None: ...


class Born:
    """A forked daemon, used as a `subprocess.Popen` is."""

    def __init__(self, nursery: "Nursery", number: int, pid: int) -> None:
        self._nursery, self._number, self.pid = nursery, number, pid

    def poll(self) -> int | None:
        """Return its exit status (minus the signal that ended it), None while it runs."""
        return self._nursery.status(self._number, 0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end. TimeoutExpired."""
        found = self._nursery.status(self._number, timeout)
        if found is None:
            raise subprocess.TimeoutExpired("a forked daemon", timeout or 0.0)
        return found

    def send_signal(self, sig: int) -> None:
        """Send a signal to one that is not known to have ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """Kill -9."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that forks, seen from a test. Several threads may ask."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._line, theirs = socket.socketpair()
        argv = [sys.executable, "-m", "tests.faults.nursery"]
        self._process = subprocess.Popen(argv, stdin=theirs.fileno(), cwd=_ROOT, env=os.environ | dict(environment))
        theirs.close()
        self._rest = b""
        self._born: list[tuple[int, int]] = []  # (number, pid): the kernel uses a pid again
        self._dead: dict[int, int] = {}
        self._lock = threading.Lock()

    def begin(self, arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> Born:
        """Fork a daemon; return at once. RuntimeError when the nursery itself has ended."""
        wanted = {"arguments": list(arguments), "log": str(log), "environment": dict(environment)}
        with self._lock:
            self._line.sendall(json.dumps(wanted).encode() + b"\n")
            while not self._born:
                self._listen(None)
            return Born(self, *self._born.pop())

    def status(self, number: int, timeout: float | None) -> int | None:
        """Return how the daemon of this number ended, None if it has not within `timeout` seconds."""
        clock = Clock()
        end = None if timeout is None else clock.monotonic() + timeout
        while True:
            with self._lock:
                left = None if end is None else max(0.0, end - clock.monotonic())
                if number in self._dead:
                    return self._dead[number]
                heard = self._listen(_TURN if left is None else min(_TURN, left))
            if not heard and left == 0.0:
                return None

    def _listen(self, timeout: float | None) -> bool:
        """Take what the nursery says; return whether it said anything within `timeout` seconds."""
        self._line.settimeout(timeout)
        try:
            got = self._line.recv(65_536)
        except (TimeoutError, BlockingIOError):
            return False
        if not got:
            raise RuntimeError("the nursery of daemons has ended")
        *lines, self._rest = (self._rest + got).split(b"\n")
        for line in lines:
            said = json.loads(line)
            if "born" in said:
                self._born.append((said["born"], said["pid"]))
            else:
                self._dead[said["dead"]] = said["status"]
        return True

    def close(self) -> None:
        """End it, and with it every daemon that still runs."""
        self._line.close()
        self._process.wait(10)


@cache
def nursery(environment: tuple[tuple[str, str], ...] = ()) -> Nursery:
    """Return this process' nursery of daemons in this environment, ended with it."""
    made = Nursery(dict(environment))
    atexit.register(made.close)
    return made


# --- the process that forks -------------------------------------------------------------------------------------------


def main() -> NoReturn:
    """Fork what stdin (a socket) asks for; tell of each birth and each death; end when the other side does."""
    from tests.faults.daemon import work  # noqa: PLC0415  # the imports are what it is for, and only for this process

    gc.collect()
    gc.freeze()  # the memory is shared with each child as long as its collector leaves it alone
    line = socket.socket(fileno=os.dup(0))
    woken, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for who asks us
    alive: dict[int, int] = {}
    numbers = count()
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if woken in ready:
                os.read(woken, 4096)
                _bury(line, alive)
            if line in ready:
                got = line.recv(65_536)
                if not got:
                    break
                *wanted, rest = (rest + got).split(b"\n")
                for one in wanted:
                    pid = os.fork()
                    if pid == 0:
                        _be(json.loads(one), line, work)
                    alive[pid] = next(numbers)
                    line.sendall(json.dumps({"born": alive[pid], "pid": pid}).encode() + b"\n")
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    sys.exit(0)


def _bury(line: socket.socket, alive: dict[int, int]) -> None:
    for pid in tuple(alive):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            said = {"dead": alive.pop(pid), "status": os.waitstatus_to_exitcode(status)}
            line.sendall(json.dumps(said).encode() + b"\n")


def _be(wanted: Mapping[str, Any], line: socket.socket, work: Any) -> NoReturn:  # noqa: ANN401  # the daemon's main
    """Become the daemon: its own descriptors, signals, environment."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        line.close()
        log = os.open(wanted["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for number in (1, 2):
            os.dup2(log, number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.environ.update(wanted["environment"])
        work(*map(Path, wanted["arguments"]))
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001  # whatever ends a daemon is told in its log
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main()
