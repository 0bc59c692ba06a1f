"""The whole pipeline in a process of its own: `python -m tests.bench.snmp_pipeline PORT POLLS IN_FLIGHT`.

Wheel and poller, our wire, decoding by a profile, the engine's thread with health and the delivered rules on a real
SQLite file, and /metrics: the page is made once for every round of all devices. Prints `{"polls", "cpu_seconds"}`.
"""

import asyncio
import gc
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry

from alerts.model import Notification
from alerts.rule import from_settings
from collectors.collector import Kind, Target, Way
from collectors.observation import Observation, Outcome
from collectors.settings import SnmpSettings
from collectors.snmp import library
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.wire.transport import Limits
from mppmon.clock import Clock
from mppmon.config.metrics import known
from mppmon.config.rules import delivered
from mppmon.engine.core import Engine
from mppmon.engine.snapshot import Snapshot
from mppmon.exporter import Exporter, SelfMetrics
from mppmon.mall.model import Device, DeviceKind
from mppmon.schedule import Poller, Wheel
from mppmon.store import Store, StoreError
from mppmon.store.migrate import migrate
from mppmon.store.paths import database_url
from tests.bench.snmp_wire import cpu_seconds
from tests.stories.house import small_config

DEVICES = 512
WARM = 5  # rounds: by then what learning the devices and their coming up cost the engine is spent
INTERVAL = 0.4  # seconds: 1,280 polls a second, so that a run is short; a real mall of this size makes 60


class _Quiet:
    """The engine's effects: nothing fails here, so nothing happens."""

    def repoll(self, check: str, delays: Sequence[float]) -> None:
        raise AssertionError(f"{check} failed, {delays}")

    def expedite(self, device: str) -> None:
        raise AssertionError(device)

    def outbox_changed(self) -> None:
        raise AssertionError("nobody is to be told")

    def published(self, snapshot: Snapshot) -> None:
        """Every device comes up once."""

    def clock_changed(self) -> None:
        """Nothing is resolved here."""

    def turned(self, seconds: float) -> None:
        """Not measured here."""

    def committed(self, seconds: float, last_seen: datetime | None) -> None:
        """Not measured here."""

    def engine_ended(self) -> None:
        raise AssertionError("the engine ended")

    def commit_failed(self, error: StoreError) -> None:
        raise error

    def tell_undurably(self, notifications: Sequence[Notification]) -> None:
        raise AssertionError(notifications)


async def main(port: int, polls: int, folder: Path) -> None:
    """Measure `polls` polls after WARM rounds of warm-up, and print."""
    names = [f"pc-{number}" for number in range(DEVICES)]
    config = small_config()
    devices = {one: Device(one, DeviceKind.PC, one, address="127.0.0.1") for one in names}
    settings = SnmpSettings(port=port, profile="eight", timeout=5.0, retries=0)
    targets = tuple(
        Target(f"{one}:telemetry", one, Kind.TELEMETRY, Way.SNMP, "127.0.0.1", INTERVAL, settings) for one in names
    )
    mall = replace(config.mall, site=replace(config.mall.site, uplink=None), services={}, counters={}, devices=devices)
    rules = tuple(from_settings(rule) for rule in delivered().values())
    loaded = replace(config, mall=mall, targets=targets, rules=rules)
    clock, url = Clock(), database_url(folder)
    migrate(url, folder / "backup", now=datetime.now(UTC))  # noqa: TID251  # a real database in real time
    registry = CollectorRegistry()
    metrics, exporter = SelfMetrics(registry), Exporter("bench", registry)
    exporter.inventory(mall)
    collector = SnmpCollector(
        now=clock.now,
        profiles=library.load(Path(__file__).parent / "profiles"),
        limits=Limits(per_device=DEVICES),  # all of them are one address here
    )
    with Store.open(url) as store:
        known()  # as the daemon has it from checking its configuration: not of any poll
        engine = Engine(loaded, store, clock, _Quiet())
        engine.start()
        loop = asyncio.get_running_loop()
        counter = _Counter(engine, exporter, warm=WARM * DEVICES, polls=polls, done=loop.create_future())
        poller = Poller(Wheel(), {Way.SNMP: collector}, targets, emit=counter.take, clock=clock, metrics=metrics)
        await collector.start()
        gc.collect()
        gc.freeze()  # as the daemon does with what it has loaded
        poller.start(loop)
        ticking = loop.create_task(_tick(poller, engine))
        spent = await counter.done
        ticking.cancel()
        await poller.close()
        await collector.close()
        engine.stop()
    sys.stdout.write(json.dumps({"polls": polls, "cpu_seconds": spent}) + "\n")


async def _tick(poller: Poller, engine: Engine) -> None:
    while True:
        await asyncio.sleep(0.1)
        poller.tick()
        engine.intake.tick()


class _Counter:
    """Hands observations on as the daemon does, and measures the process between two of them."""

    def __init__(
        self, engine: Engine, exporter: Exporter, *, warm: int, polls: int, done: "asyncio.Future[float]"
    ) -> None:
        self._engine, self._exporter = engine, exporter
        self._first, self._last = warm, warm + polls
        self._seen, self._before = 0, 0.0
        self.done = done

    def take(self, observation: Observation) -> None:
        if observation.outcome is not Outcome.OK:
            raise AssertionError(f"{observation.check}: {observation.outcome} {observation.detail}")
        self._exporter.observed(observation)
        self._engine.observe(observation)
        self._seen += 1
        if self._seen % DEVICES == 0:
            self._exporter.render()
        if self._seen == self._first:
            self._before = cpu_seconds()
        elif self._seen == self._last and not self.done.done():
            self.done.set_result(cpu_seconds() - self._before)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(place)))
