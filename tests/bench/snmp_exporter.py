"""The peer: Debian's prometheus-snmp-exporter with a module for exactly our OIDs, and its CPU per scrape."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from shutil import which
from socket import AF_INET, SOCK_STREAM, socket
from tempfile import TemporaryDirectory
from typing import Any

import psutil
import yaml

from tests.bench.snmp_responder import COLUMNS, EIGHT, TABLE

_NAME = "prometheus-snmp-exporter"
_READY_WITHIN = 20.0  # seconds
_WORDS = 2  # ifDescr
_GAUGES = frozenset({7, 8})  # ifAdminStatus, ifOperStatus; the others count


@dataclass(frozen=True, slots=True)
class SnmpExporter:
    """A running exporter that is pointed at `target`."""

    process: psutil.Process
    port: int
    target: str

    def cpu_of(self, module: str, scrapes: int, in_flight: int) -> float:
        """Return its CPU seconds for `scrapes` scrapes of a module, over `in_flight` kept-alive connections."""
        with ThreadPoolExecutor(in_flight) as pool:
            list(pool.map(lambda _: self._scrape(module, scrapes // 10 // in_flight + 1), range(in_flight)))
            before = self._cpu()
            list(pool.map(lambda _: self._scrape(module, scrapes // in_flight), range(in_flight)))
            return self._cpu() - before

    def _cpu(self) -> float:
        spent = self.process.cpu_times()
        return float(spent.user + spent.system)

    def _scrape(self, module: str, times: int) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            for _ in range(times):
                connection.request("GET", f"/snmp?module={module}&target={self.target}")
                answer = connection.getresponse()
                page = answer.read()
                assert answer.status == 200, page[:500]
                assert page.count(b"\nbench_") >= len(EIGHT), page[:500]
        finally:
            connection.close()


@contextmanager
def snmp_exporter(agent_port: int) -> Iterator[SnmpExporter]:
    """Run the exporter on a free port. RuntimeError when the package is missing."""
    program = which(_NAME)
    if program is None:
        raise RuntimeError(f"{_NAME} is missing: apt-get install {_NAME}")
    with TemporaryDirectory() as directory:
        config = Path(directory) / "snmp.yml"
        config.write_text(yaml.safe_dump({"eight": _eight(), "table": _table()}), encoding="utf-8")
        with socket(AF_INET, SOCK_STREAM) as free:
            free.bind(("127.0.0.1", 0))
            port: int = free.getsockname()[1]
        command = [program, f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                _wait(port)
                yield SnmpExporter(psutil.Process(process.pid), port, f"127.0.0.1:{agent_port}")
            finally:
                process.terminate()


def _wait(port: int) -> None:
    until = time.monotonic() + _READY_WITHIN  # noqa: TID251  # a deadline for a real server to come up
    while True:
        try:
            HTTPConnection("127.0.0.1", port, timeout=1).request("GET", "/")
        except OSError:
            if time.monotonic() > until:  # noqa: TID251  # as above
                raise
            time.sleep(0.05)  # noqa: TID251  # a real server, not our code
        else:
            return


def _eight() -> dict[str, Any]:
    """GET of the eight OIDs: one request, no walk."""
    metrics = [_metric(int(name.split(".")[-2])) for name in EIGHT]
    return {"version": 2, "auth": {"community": "public"}, "get": list(EIGHT), "metrics": metrics}


def _table() -> dict[str, Any]:
    """Walk the responder's whole table, column by column, as the exporter's own generator has it."""
    walk = [f"{TABLE}.{column}" for column in COLUMNS]
    return {
        "version": 2,
        "auth": {"community": "public"},
        "walk": walk,
        "metrics": [_metric(column) for column in COLUMNS],
    }


def _metric(column: int) -> dict[str, Any]:
    return {
        "name": f"bench_column{column}",
        "oid": f"{TABLE}.{column}",
        "type": "DisplayString" if column == _WORDS else "gauge" if column in _GAUGES else "counter",
        "help": "-",
        "indexes": [{"labelname": "ifIndex", "type": "gauge"}],
    }
