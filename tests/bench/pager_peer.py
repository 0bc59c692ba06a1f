"""The peer: Debian's Prometheus and Alertmanager, which watch the same doors and hand over to the same provider.

Rules are judged as often as the doors are asked, as in every configuration they come with; Alertmanager does not wait
for a group (by default it waits 30 s): what is compared is the way from a failure to the message.
"""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import which

import requests

from tests.servers.prometheus import free_port, pause

_READY_WITHIN = 30.0  # seconds


@contextmanager
def prometheus_and_alertmanager(
    folder: Path, doors: Sequence[int], provider: str, *, interval: float, confirm: float
) -> Iterator[None]:
    """Watch these ports of loopback every `interval` seconds. Two rules: `Confirmed` waits `confirm` seconds,
    `Unconfirmed` does not; each tells `<provider>/<rule>`.
    """
    folder.mkdir()
    with ExitStack() as stack:
        manager = _alertmanager(stack, folder, provider)
        _prometheus(stack, folder, doors, manager, interval=interval, confirm=confirm)
        yield


def _alertmanager(stack: ExitStack, folder: Path, provider: str) -> str:
    file, address = folder / "alertmanager.yml", f"127.0.0.1:{free_port()}"
    names = ("Confirmed", "Unconfirmed")
    config = {
        "route": {
            "receiver": names[0],
            "group_by": ["alertname", "instance"],
            "group_wait": "0s",
            "group_interval": "1s",
            "routes": [{"matchers": [f'alertname="{name}"'], "receiver": name} for name in names],
        },
        "receivers": [{"name": name, "webhook_configs": [{"url": f"{provider}/{name}"}]} for name in names],
    }
    file.write_text(json.dumps(config))
    options = [f"--storage.path={folder / 'am'}", "--cluster.listen-address=", f"--web.listen-address={address}"]
    _start(stack, "prometheus-alertmanager", [f"--config.file={file}", *options], address, folder)
    return address


def _prometheus(
    stack: ExitStack, folder: Path, doors: Sequence[int], manager: str, *, interval: float, confirm: float
) -> None:
    rules, file, address = folder / "rules.yml", folder / "prometheus.yml", f"127.0.0.1:{free_port()}"
    down = [
        {"alert": "Confirmed", "expr": "up == 0", "for": f"{confirm:g}s"},
        {"alert": "Unconfirmed", "expr": "up == 0"},
    ]
    rules.write_text(json.dumps({"groups": [{"name": "down", "rules": down}]}))
    config = {
        "global": {"evaluation_interval": f"{interval:g}s"},
        "rule_files": [str(rules)],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [manager]}]}]},
        "scrape_configs": [
            {
                "job_name": "doors",
                "scrape_interval": f"{interval:g}s",
                "scrape_timeout": f"{min(interval, 2):g}s",
                "static_configs": [{"targets": [f"127.0.0.1:{port}" for port in doors]}],
            }
        ],
    }
    file.write_text(json.dumps(config))
    options = [f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address={address}"]
    _start(stack, "prometheus", [f"--config.file={file}", *options], address, folder)


def _start(stack: ExitStack, name: str, options: Sequence[str], address: str, folder: Path) -> None:
    program = which(name)
    if program is None:
        raise RuntimeError(f"{name} is missing: make test-deps")
    log = stack.enter_context((folder / f"{name}.log").open("wb"))
    process = stack.enter_context(subprocess.Popen([program, *options, "--log.level=warn"], stdout=log, stderr=log))
    stack.callback(process.kill)
    for _ in range(int(_READY_WITHIN / 0.1)):
        try:
            if requests.get(f"http://{address}/-/ready", timeout=2).ok:
                return
        except requests.RequestException:
            pass  # not listening yet
        if process.poll() is not None:
            break
        pause()
    raise RuntimeError(f"{name}: {(folder / f'{name}.log').read_text()}")
