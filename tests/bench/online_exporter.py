"""The peer: Debian's prometheus-blackbox-exporter with a module that asks the same, and its CPU per probe."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from shutil import which
from urllib.parse import quote

import psutil
import yaml

from mppmon.demo.workplace import free_port
from tests.servers.prometheus import pause

_NAME = "prometheus-blackbox-exporter"
_READY_TRIES = 200


@dataclass(frozen=True, slots=True)
class BlackboxExporter:
    """A running exporter."""

    process: psutil.Process
    port: int

    def cpu_of(self, url: str, probes: int, in_flight: int) -> float:
        """Return its CPU seconds for `probes` probes of a URL, over `in_flight` kept-alive connections."""
        with ThreadPoolExecutor(in_flight) as pool:
            list(pool.map(lambda _: self._probe(url, probes // 10 // in_flight + 1), range(in_flight)))
            before = self._cpu()
            list(pool.map(lambda _: self._probe(url, probes // in_flight), range(in_flight)))
            return self._cpu() - before

    def _cpu(self) -> float:
        spent = self.process.cpu_times()
        return float(spent.user + spent.system)

    def _probe(self, url: str, times: int) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            for _ in range(times):
                connection.request("GET", f"/probe?module=page&target={quote(url, safe='')}")
                answer = connection.getresponse()
                page = answer.read()
                assert b"\nprobe_success 1\n" in page, page[-500:]
        finally:
            connection.close()


@contextmanager
def blackbox_exporter(folder: Path, ca_file: Path) -> Iterator[BlackboxExporter]:
    """Run the exporter on a free port. RuntimeError when the package is missing."""
    program = which(_NAME)
    if program is None:
        raise RuntimeError(f"{_NAME} is missing: apt-get install {_NAME}")
    page = {
        "prober": "http",
        "timeout": "10s",
        "http": {
            "preferred_ip_protocol": "ip4",
            "fail_if_body_not_matches_regexp": ["welcome"],
            "tls_config": {"ca_file": str(ca_file)},
        },
    }
    config = folder / "blackbox.yml"
    config.write_text(yaml.safe_dump({"modules": {"page": page}}), encoding="utf-8")
    port = free_port()
    command = [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(port)
            yield BlackboxExporter(psutil.Process(process.pid), port)
        finally:
            process.terminate()


def _wait(port: int) -> None:
    for _ in range(_READY_TRIES):
        try:
            HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/")
        except OSError:
            pause(0.05)
        else:
            return
    raise RuntimeError(f"{_NAME} did not begin")
