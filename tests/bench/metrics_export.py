"""What a scrape of 100,000 series costs: our cached chunks beside prometheus_client.generate_latest, same samples.

A mall of 1,000 switches with 100 series each. In CPU seconds of this process: the page when nothing changed since the
one before, when a quarter of the devices was polled since (telemetry every 60 s, a scrape every 15 s), and when all
were. The peer's families are built beforehand, so that only its writing counts. Last, what the poll loop feels: the
longest `observed()` while another thread makes page after page.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from statistics import median
from threading import Thread
from time import process_time

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily

from collectors.observation import Observation, Outcome, schema_of
from mppmon.clock import Clock
from mppmon.exporter import FAMILIES, Exporter
from mppmon.mall.model import Device, DeviceKind, Mall, Site

DEVICES, PORTS, RUNS, PAGES = 1_000, 25, 5, 20
BUDGET = 0.25  # of the peer's CPU
WAIT = 0.1  # seconds: a tenth of what may delay a poll
NAMES = tuple(
    f"mppmon_interface_{what}" for what in ("receive_bytes", "transmit_bytes", "receive_errors", "transmit_errors")
)
SCHEMA = schema_of(tuple((f"{name}_total", (("interface", str(port)),)) for name in NAMES for port in range(PORTS)))
SAMPLES = len(SCHEMA.series) * DEVICES


def run() -> Iterator[dict[str, object]]:
    """Yield the figures."""
    peer = _measured(_peer())
    quiet, quarter, all_new = (_measured(_ours(share)) for share in (0.0, 0.25, 1.0))
    yield _figure("/metrics, 100,000 series, a quarter polled since", quarter, peer)
    yield _figure("/metrics, 100,000 series, nothing polled since", quiet, peer)
    yield _figure("/metrics, 100,000 series, all polled since", all_new, peer)
    waits = [_longest_wait() for _ in range(RUNS)]
    yield {
        "figure": "longest wait of the poll loop while /metrics is made",
        "value": round(median(waits), 5),
        "unit": "s",
        "budget": WAIT,
        "ok": median(waits) <= WAIT,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "runs": RUNS,
        "spread": [round(min(waits), 5), round(max(waits), 5)],
    }


def _figure(name: str, ours: list[float], peer: list[float]) -> dict[str, object]:
    ratio = median(ours) / median(peer)
    return {
        "figure": name,
        "value": round(median(ours), 4),
        "unit": "CPU s",
        "budget": f"<= {BUDGET} of the peer",
        "ok": ratio <= BUDGET,
        "peer": "prometheus_client.generate_latest",
        "peer_value": round(median(peer), 4),
        "ratio": round(ratio, 3),
        "runs": RUNS,
        "spread": [round(min(ours), 4), round(max(ours), 4)],
    }


def _measured(once: Callable[[], bytes]) -> list[float]:
    """Return the CPU seconds of each run, after one that does not count; every page holds all samples."""
    times = []
    for _ in range(RUNS + 1):
        before = process_time()
        page = once()
        times.append(process_time() - before)
        found = page.count(b"\nmppmon_interface_")
        if found != SAMPLES:
            raise ValueError(f"page of {found} samples, expected {SAMPLES}")
    return times[1:]


def _observation(device: int, turn: int) -> Observation:
    values = tuple(float(turn * 1_000_003 + device * 101 + index) for index in range(len(SCHEMA.series)))
    at = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    return Observation(f"sw-{device}:telemetry", f"sw-{device}", Outcome.OK, at, 0.01, SCHEMA, values)


def _filled() -> Exporter:
    exporter = Exporter("mall")
    devices = {f"sw-{number}": Device(f"sw-{number}", DeviceKind.SWITCH, "") for number in range(DEVICES)}
    exporter.inventory(Mall(Site("mall", "Mall", "Asia/Jakarta"), {}, {}, {}, devices))
    for number in range(DEVICES):
        exporter.observed(_observation(number, 0))
    exporter.render()
    return exporter


def _ours(share: float) -> Callable[[], bytes]:
    """Return a scrape of which so great a share of the devices was polled since the one before."""
    exporter = _filled()
    fresh = [[_observation(number, turn) for number in range(int(DEVICES * share))] for turn in range(1, RUNS + 2)]

    def scrape() -> bytes:
        for observation in fresh.pop():
            exporter.observed(observation)
        return exporter.render()

    return scrape


class _Families:
    """The same samples, as prometheus_client holds them."""

    def __init__(self) -> None:
        self._families = [
            CounterMetricFamily(name, FAMILIES[f"{name}_total"].help, labels=["site", "device", "kind", "interface"])
            for name in NAMES
        ]
        for number in range(DEVICES):
            for family in self._families:
                for port in range(PORTS):
                    value = 1_000_003.0 + number * 101 + port
                    family.add_metric(["mall", f"sw-{number}", "switch", str(port)], value)

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield them: what is measured is how they are written."""
        yield from self._families


def _peer() -> Callable[[], bytes]:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Families())
    return lambda: generate_latest(registry)


def _longest_wait() -> float:
    exporter, clock = _filled(), Clock()
    fresh = [_observation(number, 1) for number in range(DEVICES)]
    scrapes = Thread(target=lambda: [exporter.render() for _ in range(PAGES)])
    scrapes.start()
    longest, turn = 0.0, 0
    while scrapes.is_alive():
        before = clock.monotonic()
        exporter.observed(fresh[turn % DEVICES])
        longest = max(longest, clock.monotonic() - before)
        turn += 1
    scrapes.join()
    return longest
