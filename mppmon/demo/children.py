"""The demo's processes: simulator, this machine's real agent, daemon. Each ends with us, also when we are killed."""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from collectors.collector import Kind
from collectors.settings import AgentSettings
from mppmon.clock import Clock
from mppmon.demo.simulator.from_mall import things_of
from mppmon.demo.simulator.launch import Running, running
from mppmon.demo.simulator.request import SimulatorRequest
from mppmon.demo.workplace import REAL_PC, TOKEN, Workplace

_log = logging.getLogger(__name__)
SIMULATOR_LOG = "simulator.log"
"""Where the simulator's words go, in the demo's folder."""

_START = 30.0
"""Seconds a child may take until it is at work."""


class ChildFailed(RuntimeError):
    """A child ended before it was at work; the text names its log."""


@contextmanager
def simulator(place: Workplace) -> Iterator[Running]:
    """Run the simulator of everything but the real PC. NotStarted when it cannot be."""
    request = SimulatorRequest.of(
        things_of(place.loaded, leave_out={REAL_PC}),
        log=place.log,
        control={"socket": place.simulator_socket},
        offset_seconds=place.offset_seconds,
        mailbox={"port": place.ports.mail, "file": place.mailbox},
        chat={"port": place.ports.chat, "token": TOKEN},
    )
    with (place.root / SIMULATOR_LOG).open("wb") as words, running(request, stderr=words) as started:
        yield started


@contextmanager
def real_agent(place: Workplace) -> Iterator["subprocess.Popen[bytes]"]:
    """Run this machine's agent as the PC of one counter. It finds no programs to ask: whether this machine prints, or
    lacks updates, is nobody's fault in the mall.
    """
    target = next(one for one in place.loaded.targets if one.device == REAL_PC and one.kind is Kind.TELEMETRY)
    if not isinstance(target.settings, AgentSettings):
        raise ChildFailed(f"{REAL_PC}: expected a PC with an agent")
    listen = f"{target.address}:{target.settings.port}"
    with (place.root / "agent.log").open("wb") as log:
        argv = [sys.executable, "-m", "collectors.pc.agent", "--listen", listen]
        process = subprocess.Popen(  # noqa: S603  # fixed argv
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | {"PATH": os.devnull},
            preexec_fn=_die_with_parent,  # noqa: PLW1509  # no threads yet
        )
        try:
            yield process
        finally:
            _end(process)


class DaemonChild:
    """The real daemon as a child, on the demo's clock; it can be killed and started again."""

    def __init__(self, place: Workplace, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] = self.log_file.open("ab")

    @property
    def log_file(self) -> Path:
        """Return where its words go."""
        return self._place.root / "daemon.log"

    @property
    def pid(self) -> int | None:
        """Return its process id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def start(self) -> None:
        """Start it and wait until it is at work. ChildFailed when it ends or is silent instead."""
        place = self._place
        argv = [
            sys.executable,
            "-m",
            "mppmon.demo.daemon",
            str(place.config),
            str(place.state),
            str(place.offset_seconds),
        ]
        self._process = subprocess.Popen(  # noqa: S603  # fixed argv
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        line = self._first_line(self._process)
        if not line:
            raise ChildFailed(f"the daemon did not start; see {self.log_file}")
        json.loads(line)

    def kill(self) -> None:
        """Kill it as a power cut would: SIGKILL, no last word."""
        if self._process is not None:
            self._process.kill()
            self._close(self._process)

    def stop(self) -> None:
        """Tell it to stop, and wait."""
        if self._process is not None:
            _end(self._process)
            self._close(self._process)
        self._log.close()

    def _first_line(self, process: "subprocess.Popen[bytes]") -> bytes:
        if process.stdout is None:
            return b""
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            return process.stdout.readline() if ready.select(_START) else b""

    def _close(self, process: "subprocess.Popen[bytes]") -> None:
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        self._process = None


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        _log.warning("process %d does not end, it is killed", process.pid)
        process.kill()
        process.wait()


def _die_with_parent() -> None:
    """Ask the kernel to end this process with its parent (prctl PR_SET_PDEATHSIG)."""
    import ctypes  # noqa: PLC0415  # only in the child

    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    if os.getppid() == 1:
        os._exit(0)
