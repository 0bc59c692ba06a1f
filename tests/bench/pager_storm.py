"""10,000 devices that fail at the same moment, without a common cause: the daemon, its memory, what people are told.

They answer by SNMP from one program beside, which is stopped (SIGSTOP): every probe runs into its timeout, as when the
power is gone.
"""

import signal
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from mppmon.clock import Clock
from tests.bench.pager_daemon import daemon, mall
from tests.bench.pager_provider import Provider, provider
from tests.bench.snmp_responder import responding
from tests.servers.prometheus import pause

DEVICES = 10_000
INTERVAL = 10.0  # seconds
_WITHIN = 240.0  # seconds in which all of it must have been told
_CONFIRM = (0.5, 1.0, 2.0)
_SUMMARY = 30.0  # seconds between two summaries while a storm lasts


@dataclass(frozen=True, slots=True)
class Storm:
    """`devices` fail at once, asked every `interval` seconds; afterwards nothing more is told for `calm` seconds."""

    devices: int
    interval: float
    confirm: tuple[float, ...]
    calm: float


@dataclass(frozen=True, slots=True)
class Told:
    """Seconds from the first confirmation to the first page and to the last confirmation; messages; incidents listed;
    resident MiB before, and by how much they grew; the bodies that were sent.
    """

    first: float
    last: float
    messages: int
    listed: int
    before: float
    growth: float
    texts: tuple[str, ...]


def run() -> Iterator[dict[str, object]]:
    """Yield the figures."""
    with tempfile.TemporaryDirectory() as place:
        told = play(Path(place), Storm(DEVICES, INTERVAL, _CONFIRM, 2 * _SUMMARY))
    yield _figure("10,000 down at once: first page after the first confirmation", told.first, "s", 10.0, {})
    seconds: dict[str, object] = {"seconds": round(told.last, 1)}
    yield _figure("10,000 down at once: messages to the one on duty", told.messages, "", 2, seconds)
    listed: dict[str, object] = {"listed": told.listed}
    yield _figure("10,000 down at once: incidents not listed", DEVICES - told.listed, "", 0, listed)
    yield _figure("10,000 down at once: growth of RSS", told.growth, "MiB", 100.0, {"before": round(told.before, 1)})


def play(folder: Path, storm: Storm) -> Told:
    """Let a mall of printers behind one agent fail by stopping the agent."""
    with provider() as told, responding(everywhere=True) as agent:
        token = folder / "token"
        token.write_text("3:storm")
        token.chmod(0o600)
        devices = {
            f"d-{n}": {
                "kind": "printer",
                "name": f"Perangkat {n}",
                "address": f"127.{64 + n // 60_000}.{n // 250 % 240}.{n % 250 + 1}",
                "snmp": {"port": agent.port, "timeout": 1.0, "retries": 0, "profile": "system"},
                "liveness": {"way": "snmp"},
            }
            for n in range(storm.devices)
        }
        intervals = {"liveness": storm.interval, "telemetry": 3600, "confirm": list(storm.confirm)}
        with daemon(folder / "daemon", mall(devices, told.url, token, intervals=intervals)) as (process, _port):
            _calm(folder / "daemon" / "state", storm)
            told.receipts.clear()
            return _measured(process, told, agent.process, folder / "daemon" / "state", storm)


def _calm(state: Path, storm: Storm) -> None:
    """Wait until all answer and nothing is told: on a busy machine the first polls may run into their timeouts."""
    for _ in range(int(_WITHIN)):
        pause(storm.interval)
        if _up(state) == storm.devices and not _listed(state) and not _pending(state):
            return
    raise RuntimeError(f"{_up(state)} of {storm.devices} devices answer, {_listed(state)} incidents are open")


def _measured(process: psutil.Process, told: Provider, agent: psutil.Process, state: Path, storm: Storm) -> Told:
    before = process.memory_info().rss
    begun = Clock().now().timestamp()
    agent.send_signal(signal.SIGSTOP)
    peak = before
    try:
        for _ in range(int(_WITHIN)):
            pause(1.0)
            peak = max(peak, process.memory_info().rss)
            if _listed(state) == storm.devices and not _pending(state):
                break
        pause(storm.calm)
        peak = max(peak, process.memory_info().rss)
    finally:
        agent.send_signal(signal.SIGCONT)
    confirmed, last = _confirmed(state, begun)
    first = min((one.wall for one in told.receipts), default=float("inf"))
    return Told(
        first - confirmed,
        last - confirmed,
        len(told.receipts),
        _listed(state),
        before / 2**20,
        (peak - before) / 2**20,
        tuple(one.text for one in told.receipts),
    )


def _figure(name: str, value: float, unit: str, budget: float, spread: dict[str, object]) -> dict[str, object]:
    return {
        "figure": name,
        "value": round(value, 2),
        "unit": f"{unit}, at most".strip(", "),
        "budget": budget,
        "ok": value <= budget,
        "peer": None,
        "peer_value": None,
        "ratio": None,
        "runs": 1,
        "spread": spread,
    }


def _ask(state: Path, question: str) -> tuple[int, ...]:
    with sqlite3.connect(f"file:{state / 'mppmon.db'}?mode=ro", uri=True, timeout=10) as database:
        row: tuple[int, ...] = database.execute(question).fetchone()
    database.close()
    return row


def _up(state: Path) -> int:
    newest = "select new, max(at) from transition where subject like '%/reach' group by subject"  # of the row of max
    return _ask(state, f"select count(*) from ({newest}) where new = 'up'")[0]  # noqa: S608  # our own words


def _listed(state: Path) -> int:
    return _ask(state, "select count(*) from incident where status = 'open'")[0]


def _pending(state: Path) -> int:
    return _ask(state, "select count(*) from outbox where status in ('pending', 'leased')")[0]


def _confirmed(state: Path, begun: float) -> tuple[float, float]:
    """Return when the first and when the last was decided to be down since then, Unix seconds."""
    since = f"where new = 'down' and decided_at >= {int(begun * 1e6)}"
    first, last = _ask(state, f"select min(decided_at), max(decided_at) from transition {since}")  # noqa: S608  # a number
    return first / 1e6, last / 1e6
