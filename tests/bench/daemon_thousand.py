"""The real daemon with 1,000 devices: its memory, its share of a core, how late its polls begin.

400 devices by SNMP (100 of them switches whose 24 ports are read), 600 counter PCs by their agent's page; each is asked
every 10 s whether it answers and every 60 s for its readings, with the rules as delivered. All answer from two programs
beside. There is no peer for the whole: the budgets are DESIGN's own.
"""

import contextlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import requests
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.bench.snmp_responder import responder

SWITCHES, PRINTERS, PCS = 100, 300, 600
MEASURED = 120.0  # seconds
WARM = 75.0  # seconds until everything was read once
_PAGE = b"""mppmon_agent_info{version="1"} 1
mppmon_pc_cpu_ratio 0.07
mppmon_pc_memory_available_bytes 4.2e9
mppmon_pc_memory_total_bytes 8.4e9
mppmon_pc_disk_free_ratio{disk="c"} 0.41
mppmon_pc_uptime_seconds 86400
mppmon_pc_spooler_running 1
"""


def run() -> Iterator[dict[str, object]]:
    """Yield the figures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        responder() as snmp,
        child_port("tests.bench.daemon_thousand") as agents,
    ):
        port = free_port()
        config = _write(Path(folder) / "mall", snmp, agents, port)
        with daemon(config, Path(folder) / "state") as process:
            yield from _figures(process, port)


def _figures(process: psutil.Process, port: int) -> Iterator[dict[str, object]]:
    late, cpu = lateness(port), cpu_seconds(process)
    pause(MEASURED)
    share = (cpu_seconds(process) - cpu) / MEASURED
    memory = process.memory_info().rss / 2**20
    tree = sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 2**20
    yield figure("daemon RSS, 1,000 devices", memory, "MiB", 150.0, {"process tree": round(tree, 1)})
    yield figure("share of one core, 1,000 devices", share, "core", 0.1, {"seconds": MEASURED})
    latest = p99(late, lateness(port))
    yield figure("lateness of polls, p99, 1,000 devices", latest, "s, at most", 1.0, {})


def figure(name: str, value: float, unit: str, budget: float, spread: Mapping[str, object]) -> dict[str, object]:
    """Return one line of the bench that has no peer."""
    return {
        "figure": name,
        "value": round(value, 4),
        "unit": unit,
        "budget": budget,
        "ok": value <= budget,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "runs": 1,
        "spread": spread,
    }


def lateness(port: int) -> dict[float, float]:
    """Return the histogram's buckets: upper bound -> polls."""
    page = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text
    for family in text_string_to_metric_families(page):
        if family.name == "mppmon_daemon_poll_lateness_seconds":
            return {float(one.labels["le"]): one.value for one in family.samples if one.name.endswith("_bucket")}
    raise RuntimeError("the daemon does not say how late its polls begin")


def p99(before: Mapping[float, float], after: Mapping[float, float]) -> float:
    """Return the upper bound of the bucket in which the 99th of 100 polls lies."""
    polls = {bound: count - before.get(bound, 0.0) for bound, count in after.items()}
    if not polls[float("inf")]:
        raise RuntimeError("no poll began while it was measured")
    return min(bound for bound, count in polls.items() if count >= 0.99 * polls[float("inf")])


def cpu_seconds(process: psutil.Process) -> float:
    """Return what the process has used."""
    times = process.cpu_times()
    return float(times.user + times.system)


@contextlib.contextmanager
def daemon(config: Path, state: Path) -> Iterator[psutil.Process]:
    """Run the daemon, warm; yield its process."""
    command = [sys.executable, "-m", "mppmon", "run", str(config), "--state", str(state)]
    log = (config.parent / "daemon.log").open("wb")
    with log, subprocess.Popen(command, stdout=log, stderr=log, cwd=Path(__file__).parents[2]) as process:
        try:
            pause(WARM)
            if process.poll() is not None:
                raise RuntimeError((config.parent / "daemon.log").read_text())
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


@contextlib.contextmanager
def child_port(module: str) -> Iterator[int]:
    """Serve agents' pages from a process of its own, which runs this module; yield the port that it prints."""
    command = [sys.executable, "-m", module]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.terminate()


class _Agent(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.send_header("Content-Length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _write(folder: Path, snmp: int, agents: int, port: int) -> Path:
    by_snmp = {"address": "127.0.0.1", "snmp": {"port": snmp}, "liveness": {"way": "snmp"}}
    by_agent = {"address": "127.0.0.1", "agent": {"port": agents}, "liveness": {"way": "tcp"}}
    devices = {
        **{f"switch-{n}": {"kind": "switch", "name": f"Switch {n}", **by_snmp} for n in range(SWITCHES)},
        **{f"printer-{n}": {"kind": "printer", "name": f"Printer {n}", **by_snmp} for n in range(PRINTERS)},
        **{f"pc-{n}": {"kind": "pc", "name": f"PC {n}", "agency": "satu", **by_agent} for n in range(PCS)},
    }
    return write(folder, devices, {f"c{n}": {"pc": f"pc-{n}"} for n in range(PCS)}, port)


def write(
    folder: Path, devices: Mapping[str, object], roles: Mapping[str, Mapping[str, str]], port: int, *needs: str
) -> Path:
    """Write a mall of one agency with these devices, and a counter with its roles each; its service needs `pc`, and
    `needs`.
    """
    counters = {
        counter: {
            "name": f"Loket {counter}",
            "agency": "satu",
            "place": "Lt. 1",
            "roles": dict(filled),
            "services": {"layanan": {"citizens_per_hour": 6}},
        }
        for counter, filled in roles.items()
    }
    parts: dict[str, dict[str, object]] = {
        "site": {"site": {"id": "mpp", "name": "MPP"}, "hours": {"open": {"mon-sun": "00:00-24:00"}}},
        "agencies": {
            "agencies": {
                "satu": {
                    "name": "Satu",
                    "short": "Satu",
                    "services": {"layanan": {"name": "Layanan", "needs": ["pc", *needs]}},
                }
            }
        },
        "counters": {"counters": counters},
        "devices": {"devices": dict(devices)},
        "people": {
            "people": {"ani": {"name": "Ani", "addresses": {"surat": "ani@mall.test"}}},
            "rosters": {"teknisi": {"name": "Teknisi", "start": "2026-01-05", "members": ["ani"]}},
            "policies": {"utama": {"steps": [{"notify": ["roster:teknisi"]}], "fallback": ["ani"]}},
        },
        "channels": {
            "channels": {
                "surat": {
                    "type": "email",
                    "needs_internet": False,
                    "host": "127.0.0.1",
                    "port": 9,
                    "security": "none",
                    "sender": "mppmon@mall.test",
                }
            }
        },
        "rules": {},
        "daemon": {"listen_port": port},
    }
    folder.mkdir()
    for name, part in parts.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump({"version": 1, **part}), encoding="utf-8")
    return folder


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Agent) as server:
        return int(server.server_address[1])


def pause(seconds: float) -> None:
    """Let real time pass."""
    threading.Event().wait(seconds)


def main() -> None:
    """Serve the agent's page for ever."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Agent) as server:
        server.daemon_threads = True
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
