"""The page before the real judges: promtool lints it, a real Prometheus scrapes it and answers queries on it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry

from collectors.observation import Outcome
from mppmon.exporter import CONTENT_TYPE, FAMILIES, Exporter, SelfMetrics
from mppmon.mall.model import Delivery, State
from tests.unit.exporter_samples import HOUSE, seen

pytestmark = pytest.mark.server
DEADLINE = 40.0
DECIDED = (
    *("mppmon_device_reach", "mppmon_device_function", "mppmon_device_down", "mppmon_device_info"),
    *("mppmon_device_uptime", "mppmon_site_", "mppmon_service_", "mppmon_incidents_", "mppmon_check_"),
)
"""Families that come of decisions and of how a poll went; all others are read from devices."""


@pytest.fixture
def exporter() -> Exporter:
    """Return an exporter that shows every family there is, a device's hostile words included."""
    registry = CollectorRegistry()
    itself = SelfMetrics(registry)
    itself.info(version="1", revision="abc")
    itself.polled("snmp", "ok")
    itself.sent("mail", "failed", "timeout")
    itself.missed("report")
    made = Exporter("mall", registry)
    made.inventory(HOUSE)
    made.device("p1", State.UP, State.DOWN)
    made.delivery("ktp", "a1", Delivery.INTERRUPTED)
    made.blind(cut=False)
    made.incidents(1, 0)
    made.parties({"mall": 1})
    samples = [(name, tuple((label, "0") for label in metric.labels), 1.5) for name, metric in FAMILIES.items()]
    read = [sample for sample in samples if not sample[0].startswith(DECIDED)]
    uptime = ("mppmon_device_uptime_seconds", (), float("nan"))
    hostile = (("vendor", 'x"} evil 1\n# TYPE up counter'), ("model", "\\"), ("serial", "日本"))
    made.observed(seen("p1:telemetry", *read, uptime, texts=hostile))
    made.observed(replace(seen("p1:liveness", outcome=Outcome.INVALID), reason="too-slow"))
    return made


@contextmanager
def served(exporter: Exporter) -> Iterator[int]:
    """Serve an exporter's page on a free port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # named by http.server
            body = exporter.render()
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def prometheus(directory: Path, target: int) -> Iterator[str]:
    """Run a Prometheus that scrapes this port every 0.5 s; yield its base URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as free:
        port = free.server_port
    config = directory / "prometheus.yml"
    config.write_text(
        "scrape_configs:\n- job_name: mppmon\n  scrape_interval: 500ms\n  scrape_timeout: 500ms\n"
        f"  static_configs:\n  - targets: ['127.0.0.1:{target}']\n"
    )
    command = ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={directory / 'data'}"]
    with (
        (directory / "log").open("wb") as log,
        subprocess.Popen([*command, f"--web.listen-address=127.0.0.1:{port}"], stdout=log, stderr=log) as process,
    ):
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def query(base: str, expression: str) -> list[tuple[dict[str, str], float]]:
    try:
        with urlopen(f"{base}/api/v1/query?{urlencode({'query': expression})}", timeout=5) as answer:  # noqa: S310  # our own
            found = json.load(answer)["data"]["result"]
    except (URLError, ConnectionError):
        return []
    return [(one["metric"], float(one["value"][1])) for one in found]


def awaited(base: str, expression: str) -> list[tuple[dict[str, str], float]]:
    """Return the answer once there is one."""
    pause = Event()
    for _ in range(int(DEADLINE / 0.1)):
        if found := query(base, expression):
            return found
        pause.wait(0.1)
    pytest.fail(f"no answer to {expression}")


def test_promtool_finds_nothing_but_what_we_mean(exporter: Exporter) -> None:
    page = exporter.render()
    for name in FAMILIES:
        assert f"# TYPE {name} ".encode() in page
    checked = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, timeout=60, check=False)
    assert checked.stdout == b""
    assert (checked.returncode, checked.stderr.decode()) == (0, "")


def test_a_real_prometheus_scrapes_it_whole(exporter: Exporter, tmp_path: Path) -> None:
    with served(exporter) as port, prometheus(tmp_path, port) as base:
        assert [value for _, value in awaited(base, "up == 1")] == [1.0]
        lines = [line for line in exporter.render().decode().splitlines() if not line.startswith("#")]
        assert awaited(base, "scrape_samples_scraped > 0")[0][1] == len(lines)
        [(labels, value)] = awaited(base, "mppmon_device_info")
        assert (labels["vendor"], labels["model"], labels["serial"]) == ('x"} evil 1\n# TYPE up counter', "\\", "日本")
        assert value == 1.0
        [(labels, _)] = awaited(base, 'mppmon_service_delivery{state="interrupted"} == 1')
        assert (labels["service"], labels["counter"], labels["agency"]) == ("ktp", "a1", "dukcapil")
