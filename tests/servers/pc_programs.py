"""Starts the real agent and Debian's node_exporter on loopback, and stops them by their process."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from mppmon.clock import Clock

ROOT = Path(__file__).parents[2]
_SECONDS = 20.0


@dataclass(frozen=True)
class Running:
    """A program that answers on `port`."""

    pid: int
    port: int
    log: Path

    def get(self, path: str = "/metrics", **headers: str) -> requests.Response:
        """Fetch by plain requests: another way than the collector's."""
        return requests.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=10)

    def status(self, key: str) -> int:
        """Return a number of the kernel's about the process, such as VmRSS in KiB."""
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return int(re.findall(rf"^{key}:\s+(\d+)", text, re.MULTILINE)[0])

    def cpu_seconds(self) -> float:
        """Return what the process and its children have used."""
        words = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return sum(map(int, words[11:15])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(argv: Sequence[str], log: Path, mark: str, environment: Mapping[str, str]) -> Iterator[Running]:
    """Run a program until the end of the block. `mark`: what stands before the address in the line that says it."""
    with log.open("wb") as out, subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=out, stderr=out) as process:
        try:
            yield Running(process.pid, _port(process, log, mark), log)
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


def _port(process: subprocess.Popen[bytes], log: Path, mark: str) -> int:
    """Return the port that the program says it listens on; RuntimeError with its log when it does not in time."""
    clock = Clock()
    until = clock.monotonic() + _SECONDS
    while clock.monotonic() < until and process.poll() is None:
        if found := re.search(rf"{mark}127\.0\.0\.1:(\d+)", log.read_text(encoding="utf-8")):
            return int(found[1])
        time.sleep(0.02)  # noqa: TID251  # a real program is waited for in real time
    raise RuntimeError(f"{process.args!r} is not ready: {log.read_text(encoding='utf-8')}")


def agent(folder: Path, config: str = "", *arguments: str, path: Path | None = None) -> AbstractContextManager[Running]:
    """Run our agent with a config on a free port. `path`: a folder of programs that it finds before the system's."""
    file = folder / "agent.toml"
    file.write_text(config, encoding="utf-8")
    argv = [sys.executable, "-m", "collectors.pc.agent", "--config", str(file), "--listen", "127.0.0.1:0", *arguments]
    programs = f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]
    return started(argv, folder / "agent.log", "listens on ", {**os.environ, "PATH": programs})


def node_exporter(folder: Path) -> AbstractContextManager[Running]:
    """Run Debian's prometheus-node-exporter on a free port."""
    argv = ["prometheus-node-exporter", "--web.listen-address=127.0.0.1:0"]
    return started(argv, folder / "node_exporter.log", 'Listening on" address=', os.environ)


@contextmanager
def pusher(folder: Path, push: Mapping[str, str | float], more: str = "") -> Iterator[Running]:
    """Run our agent so that it only sends: on no port. `push`: its table, with the `token` itself."""
    folder.mkdir(exist_ok=True)
    token = folder / "push-token"
    token.write_text(f"{push['token']}\n", encoding="utf-8")
    said = {**push, "token_file": str(token)}
    lines = [f"{key} = {value!r}".replace("'", '"') for key, value in said.items() if key != "token"]
    (folder / "agent.toml").write_text("\n".join((more, "[push]", *lines, "")), encoding="utf-8")
    argv = [sys.executable, "-m", "collectors.pc.agent", "--config", str(folder / "agent.toml")]
    log = folder / "agent.log"
    with log.open("wb") as out, subprocess.Popen(argv, cwd=ROOT, stdout=out, stderr=out) as process:
        try:
            yield Running(process.pid, 0, log)
        finally:
            _end(process)
