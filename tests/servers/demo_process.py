"""`mppmon demo` as people start it: a process of its own, on free ports."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep  # noqa: TID251  # waits for a real process

import httpx
import psutil

from mppmon.demo.workplace import free_port

READY = 30.0
"""Seconds within which the page must be there."""


def argv(folder: Path, port: int) -> list[str]:
    """Return the command."""
    return [sys.executable, "-m", "mppmon", "demo", "--folder", str(folder), "--port", str(port)]


@dataclass(frozen=True)
class Demo:
    """A demo whose page answers. `seconds`: from the command to its page."""

    folder: Path
    address: str
    process: "subprocess.Popen[bytes]"
    seconds: float

    def client(self) -> httpx.Client:
        """Ask its page."""
        return httpx.Client(base_url=self.address, timeout=READY, trust_env=False)

    def children(self) -> list[psutil.Process]:
        """Return every process it has started."""
        return psutil.Process(self.process.pid).children(recursive=True)


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    """Run a demo; stop it by its pid, as Ctrl-C would."""
    port = free_port()
    began = monotonic()
    with (folder.parent / "demo.out").open("wb") as words:
        process = subprocess.Popen(argv(folder, port), stdin=subprocess.DEVNULL, stdout=words, stderr=words)
        try:
            until(lambda: _answers(port, process), READY)
            yield Demo(folder, f"http://127.0.0.1:{port}", process, monotonic() - began)
        finally:
            process.terminate()
            process.wait(30)


def until(holds: Callable[[], bool], seconds: float) -> None:
    """Wait until something holds. AssertionError when it does not within `seconds`."""
    end = monotonic() + seconds
    while not holds():
        assert monotonic() < end, "what was waited for did not come"
        sleep(0.05)  # a real process, in real time


def _answers(port: int, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, "the demo ended; its words are in demo.out"
    try:
        return httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).is_success
    except httpx.TransportError:
        return False
