"""The real daemon on a mall of doors, or of very many devices behind one port."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests
import yaml

from tests.servers.prometheus import free_port, pause

READY_WITHIN = 120.0  # seconds until everything was asked once; 10,000 devices take a while


@contextmanager
def daemon(folder: Path, parts: Mapping[str, Mapping[str, object]]) -> Iterator[tuple[psutil.Process, int]]:
    """Run it on this configuration; yield its process and the port of its pages, once it has asked everything."""
    port = free_port()
    config = folder / "mall"
    config.mkdir(parents=True)
    settings = {**parts.get("daemon", {}), "listen_port": port}
    for name, part in {**parts, "daemon": settings}.items():
        (config / f"{name}.yaml").write_text(yaml.safe_dump({"version": 1, **part}), encoding="utf-8")
    command = [sys.executable, "-m", "mppmon", "run", str(config), "--state", str(folder / "state")]
    with (folder / "daemon.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=Path(__file__).parents[2])
        try:
            _wait(process, port, folder / "daemon.log")
            yield psutil.Process(process.pid), port
        finally:
            process.terminate()
            process.wait(30)


def mall(
    devices: Mapping[str, Mapping[str, object]], provider: str, token: Path, **daemon_keys: object
) -> dict[str, dict[str, object]]:
    """Return a configuration in which one person hears of these devices by a bot of this provider."""
    channel = {"type": "telegram", "needs_internet": False, "token_file": str(token), "api": provider, "listen": False}
    return {
        "site": {"site": {"id": "mpp", "name": "MPP"}, "hours": {"open": {"mon-sun": "00:00-24:00"}}},
        "agencies": {"agencies": {"satu": {"name": "Satu", "short": "Satu"}}},
        "counters": {"counters": {}},
        "devices": {"devices": {name: dict(device) for name, device in devices.items()}},
        "people": {
            "people": {"ani": {"name": "Ani", "addresses": {"bot": "1"}}},
            "rosters": {"teknisi": {"name": "Teknisi", "start": "2026-01-05", "members": ["ani"]}},
            "policies": {"utama": {"steps": [{"notify": ["roster:teknisi"], "wait": 3600}], "fallback": ["ani"]}},
        },
        "channels": {"channels": {"bot": channel}},
        "rules": {},
        "daemon": daemon_keys,
    }


def door_mall(
    ports: Sequence[int], provider: str, token: Path, *, interval: float, confirm: Sequence[float]
) -> dict[str, dict[str, object]]:
    """Return a mall of one online system behind each door; every failure is told by itself.

    It is asked by HTTP as the peer asks, every `interval` seconds; that it refuses the connection is a failed answer.
    """
    devices = {
        f"pintu-{port}": {
            "kind": "online-system",
            "name": f"Pintu {port}",
            "http": {"url": f"http://127.0.0.1:{port}/"},
        }
        for port in ports
    }
    intervals = {"liveness": 3600, "telemetry": interval, "confirm": list(confirm)}
    return mall(devices, provider, token, pace_seconds=0, intervals=intervals)


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    for _ in range(int(READY_WITHIN / 0.25)):
        try:
            if requests.get(f"http://127.0.0.1:{port}/readyz", timeout=5).ok:
                return
        except requests.RequestException:
            pass  # not listening yet
        if process.poll() is not None:
            break
        pause(0.25)
    raise RuntimeError(log.read_text()[-4000:])
