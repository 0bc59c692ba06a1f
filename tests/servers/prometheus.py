"""A real Prometheus on a free loopback port, gone by its pid when the test is over: shared by the servers' tests.

with prometheus(tmp_path, [Scrape("mppmon", "127.0.0.1:9740")]) as server:
    assert server.until("up", lambda found: len(found) == 1)
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

DEADLINE = 30.0  # seconds until it is ready; a loaded machine takes its time


@dataclass(frozen=True, slots=True)
class Scrape:
    """One job of the scrape config: `target` is `host:port`, `interval` in seconds."""

    job: str
    target: str
    interval: float = 0.25
    path: str = "/metrics"


@dataclass(frozen=True, slots=True)
class Sample:
    """One element of an instant vector."""

    labels: dict[str, str]
    value: float


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A running server. `url` has no slash at its end."""

    url: str
    pid: int

    def get(self, path: str, **params: str) -> Any:  # noqa: ANN401  # JSON of the HTTP API
        """Return the `data` of an API answer. AssertionError with Prometheus' own words when it refuses."""
        answer = requests.get(f"{self.url}/api/v1/{path}", params=params, timeout=10)
        body = answer.json()
        assert body["status"] == "success", f"{params}: {body.get('error')}"
        return body["data"]

    def query(self, expression: str) -> list[Sample]:
        """Return the instant vector of a PromQL expression, now."""
        data = self.get("query", query=expression)
        if data["resultType"] == "scalar":
            return [Sample({}, float(data["result"][1]))]
        return [Sample(one["metric"], float(one["value"][1])) for one in data["result"]]

    def until(
        self, expression: str, wanted: Callable[[list[Sample]], bool], deadline: float = DEADLINE
    ) -> list[Sample]:
        """Ask until the answer is the wanted one; return it. AssertionError with the last answer at the deadline."""
        end = time.monotonic() + deadline  # noqa: TID251  # a real server lives in real time
        while True:
            found = self.query(expression)
            if wanted(found):
                return found
            assert time.monotonic() < end, f"{expression}: still {found}"  # noqa: TID251  # a real server's time
            pause()


def pause(seconds: float = 0.1) -> None:
    """Wait between two looks at a real server."""
    time.sleep(seconds)  # noqa: TID251  # a test of a real server polls it in real time


def free_port() -> int:
    """Return a TCP port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def config(scrapes: Sequence[Scrape], rules: Sequence[Path]) -> dict[str, object]:
    """Return a configuration; JSON is YAML."""
    return {
        "global": {"evaluation_interval": "250ms"},
        "rule_files": [str(rule.resolve()) for rule in rules],
        "scrape_configs": [
            {
                "job_name": one.job,
                "metrics_path": one.path,
                "scrape_interval": f"{int(one.interval * 1000)}ms",
                "scrape_timeout": f"{int(one.interval * 1000)}ms",
                "static_configs": [{"targets": [one.target]}],
            }
            for one in scrapes
        ],
    }


def ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    """Wait until it answers. AssertionError with its log when it ended or did not come up."""
    end = time.monotonic() + DEADLINE  # noqa: TID251  # a real server lives in real time
    while True:
        try:
            if requests.get(f"{url}/-/ready", timeout=2).ok:
                return
        except requests.RequestException:
            pass  # not listening yet
        assert process.poll() is None, f"prometheus ended: {log.read_text()}"
        assert time.monotonic() < end, f"prometheus not ready: {log.read_text()}"  # noqa: TID251  # a real server's time
        pause()


@contextmanager
def prometheus(folder: Path, scrapes: Sequence[Scrape], rules: Sequence[Path] = ()) -> Iterator[Prometheus]:
    """Run Debian's Prometheus with this scrape config, its data below `folder`."""
    program = shutil.which("prometheus")
    assert program, "prometheus is not installed: make test-deps"
    home = folder / "prometheus"
    home.mkdir()
    file = home / "prometheus.yml"
    file.write_text(json.dumps(config(scrapes, rules)))
    log = home / "log"
    address = f"127.0.0.1:{free_port()}"
    arguments = [
        f"--config.file={file}",
        f"--storage.tsdb.path={home / 'data'}",
        f"--web.listen-address={address}",
        "--log.level=warn",
    ]
    with log.open("wb") as output, subprocess.Popen([program, *arguments], stdout=output, stderr=output) as process:
        try:
            ready(process, f"http://{address}", log)
            yield Prometheus(f"http://{address}", process.pid)
        finally:
            process.kill()
