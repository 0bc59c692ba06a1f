"""HTTP checks per CPU-second beside Debian's blackbox exporter, in turns in one run: plain and over TLS.

Both ask one small page on loopback for a text, with a new connection each time, eight at once; over TLS both verify the
chain. The pages are served by a process of its own, whose work counts for neither.
"""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from mppmon.clock import Clock
from tests.bench.online_exporter import BlackboxExporter, blackbox_exporter
from tests.servers.online_pki import Authority

_CHECKS, _IN_FLIGHT, _RUNS = 1200, 8, 5
_BUDGET = 0.5  # a floor. The aim is 1.0; over TLS most of what we spend is OpenSSL's handshake


def run() -> Iterator[Mapping[str, object]]:
    """Yield a figure for each way."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        authority = Authority(folder, Clock().now())
        chain = authority.file("pages", authority.leaf(), authority.between)
        with _pages(chain) as (plain, secure), blackbox_exporter(folder, authority.ca_file) as peer:
            yield _figure("http_checks_per_cpu_second", plain, peer, authority.ca_file)
            yield _figure("https_checks_per_cpu_second", secure, peer, authority.ca_file)


def _figure(figure: str, url: str, peer: BlackboxExporter, ca_file: Path) -> Mapping[str, object]:
    ours, theirs = [], []
    for _ in range(_RUNS):
        ours.append(_checks(url, ca_file))
        theirs.append(_CHECKS / peer.cpu_of(url, _CHECKS, _IN_FLIGHT))
    value, beside = statistics.median(ours), statistics.median(theirs)
    return {
        "figure": figure,
        "value": round(value),
        "unit": "checks per CPU-second",
        "budget": _BUDGET,
        "ok": value / beside >= _BUDGET,
        "peer": "blackbox_exporter",
        "peer_value": round(beside),
        "ratio": round(value / beside, 2),
        "runs": _RUNS,
        "spread": round((max(ours) - min(ours)) / value, 3),
    }


def _checks(url: str, ca_file: Path) -> float:
    """Return our checks per CPU-second."""
    argv = [sys.executable, "-m", "tests.bench.online_checks", url, str(_CHECKS), str(_IN_FLIGHT), str(ca_file)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=300)
    said = json.loads(done.stdout)
    return float(said["checks"]) / float(said["cpu_seconds"])


@contextmanager
def _pages(chain: Path) -> Iterator[tuple[str, str]]:
    """Serve the page in a process of its own; yields its URLs."""
    argv = [sys.executable, "-m", "tests.bench.online_pages", str(chain)]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            plain, secure = json.loads(process.stdout.readline())
            yield f"http://127.0.0.1:{plain}/", f"https://127.0.0.1:{secure}/"
        finally:
            process.terminate()
