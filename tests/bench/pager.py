"""From a failure to the message handed over, beside Prometheus and Alertmanager; 10,000 that fail at once; how much the
engine decides.

Every door is watched by all sides at the same interval, so a failure costs each the same number of probes.
"""

import random
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.bench import pager_engine, pager_storm
from tests.bench.pager_daemon import daemon, door_mall
from tests.bench.pager_doors import Doors, doors
from tests.bench.pager_peer import prometheus_and_alertmanager
from tests.bench.pager_provider import Provider, provider
from tests.servers.prometheus import pause

FAILURES = 60
INTERVAL = 5.0  # seconds between two probes of a door, on every side
CONFIRM = 15.0  # the peer's `for`: the failed probe and three more, as ours
ONCE = (0.05,)  # as near to "at once" as our configuration goes: one more probe after 50 ms
_SETTLE = 45.0  # seconds after the last failure in which the slowest side tells it

SIDES = {
    ("confirmed", "ours"): "/bot1:confirmed/",
    ("confirmed", "peer"): "/Confirmed",
    ("unconfirmed", "ours"): "/bot2:unconfirmed/",
    ("unconfirmed", "peer"): "/Unconfirmed",
}
BUDGETS = {"confirmed": 0.25, "unconfirmed": 0.6}


def run() -> Iterator[dict[str, object]]:
    """Yield the figures."""
    yield from pager_engine.run()
    yield from handed_over()
    yield from pager_storm.run()


def handed_over() -> Iterator[dict[str, object]]:
    """Yield, for confirmed and for unconfirmed failures, our median and spread beside the peer's."""
    with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
        folder = Path(place)
        told = stack.enter_context(provider())
        watched = stack.enter_context(doors(FAILURES))
        _watch(stack, folder, watched, told)
        failed = _fail(watched)
        pause(_SETTLE)
        delays = {side: _delays(told, path, failed) for side, path in SIDES.items()}
    for way, budget in BUDGETS.items():
        yield _figure(way, delays[way, "ours"], delays[way, "peer"], budget)


def _watch(stack: ExitStack, folder: Path, watched: Doors, told: Provider) -> None:
    for name, token, confirm in (("a", "1:confirmed", (0.5, 1.0, 2.0)), ("b", "2:unconfirmed", ONCE)):
        secret = folder / f"token-{name}"
        secret.write_text(token)
        secret.chmod(0o600)
        parts = door_mall(watched.ports, told.url, secret, interval=INTERVAL, confirm=confirm)
        stack.enter_context(daemon(folder / name, parts))
    peer = prometheus_and_alertmanager(folder / "peer", watched.ports, told.url, interval=INTERVAL, confirm=CONFIRM)
    stack.enter_context(peer)
    pause(3 * INTERVAL)  # until every side has seen every door in order


def _fail(watched: Doors) -> dict[int, float]:
    """Shut every door in a random order, at random phases of the probing; return port -> when."""
    chance = random.Random(20261124)  # noqa: S311  # the same failures in every run
    order = list(watched.ports)
    chance.shuffle(order)
    failed = {}
    for port in order:
        failed[port] = watched.shut(port)
        pause(chance.uniform(0.5, 1.5))
    return failed


def _delays(told: Provider, path: str, failed: Mapping[int, float]) -> list[float]:
    """Return seconds from failure to receipt. RuntimeError when a failure was never told: then speed means nothing."""
    found = []
    for port, at in failed.items():
        words = (f"Pintu {port}", f"127.0.0.1:{port}")
        receipts = [one for word in words if (one := told.first(path, word)) is not None]
        if not receipts:
            raise RuntimeError(f"{path}: port {port} was never told")
        found.append(min(receipts) - at)
    return sorted(found)


def _figure(way: str, ours: Sequence[float], peer: Sequence[float], budget: float) -> dict[str, object]:
    median, theirs = statistics.median(ours), statistics.median(peer)
    return {
        "figure": f"failure to message handed over, {way}, median",
        "value": round(median, 2),
        "unit": f"s; ratio at most {budget}",
        "budget": budget,
        "ok": median / theirs <= budget,
        "peer": "prometheus and alertmanager",
        "peer_value": round(theirs, 2),
        "ratio": round(median / theirs, 3),
        "runs": len(ours),
        "spread": {"ours": _spread(ours), "peer": _spread(peer)},
    }


def _spread(delays: Sequence[float]) -> list[float]:
    """Return least, the nine deciles between, and most."""
    return [round(one, 2) for one in (min(delays), *statistics.quantiles(delays, n=10), max(delays))]
