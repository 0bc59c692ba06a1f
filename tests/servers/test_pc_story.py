"""A card printer is pulled out of a counter's PC: the real agent sees it, its service stops, and only that one."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.model import NoticeKind
from alerts.rule import from_settings
from collectors.collector import Kind, Target, Way
from collectors.pc.collector import PcCollector
from collectors.settings import AgentSettings
from mppmon.config.rules import delivered
from mppmon.mall.model import Delivery
from tests.servers.pc_programs import Running, agent
from tests.servers.test_pc_agent import until
from tests.stories.house import House, small_config

pytestmark = pytest.mark.server

CONFIG = """\
usb_root = "{usb}"
[peripherals.a1-cards]
usb = "0f49:0a00"
port = "1-1"
[peripherals.a2-cards]
usb = "0f49:0a00"
port = "1-2"
"""
STEP = 0.5  # seconds of virtual time
LIVENESS, TELEMETRY = 10.0, 15.0  # as check-config gives them to a PC with peripherals


class Watch:
    """Polls the mall in virtual time, and two PCs of it for real: as the poller would, re-polls and all."""

    def __init__(self, house: House, running: Running, collector: PcCollector) -> None:
        self.house, self.collector = house, collector
        settings = AgentSettings(port=running.port)
        self.targets = [
            Target(f"{pc}:telemetry", pc, Kind.TELEMETRY, Way.AGENT, "127.0.0.1", TELEMETRY, settings, (part,))
            for pc, part in (("a1-pc", "a1-cards"), ("a2-pc", "a2-cards"))
        ]
        self.seconds = 0.0
        self.again: list[tuple[float, str]] = []

    async def until(self, wanted: Delivery, service: tuple[str, str] = ("ktp", "a1"), *, limit: float = 60.0) -> float:
        """Return after how many seconds the service has become so; AssertionError after the limit."""
        began = self.seconds
        while self.deliveries()[service] is not wanted:
            assert self.seconds - began < limit, self.deliveries()
            await self.pass_(STEP)
        return self.seconds - began

    async def pass_(self, seconds: float) -> None:
        """Let time pass."""
        for _ in range(round(seconds / STEP)):
            self.house.clock.pass_(STEP)
            self.seconds += STEP
            if self.seconds % LIVENESS == 0:
                alive = [one for one in self.house.loaded.targets if one.kind is Kind.LIVENESS]
                self.house.turn(*(self.house.see(one.device) for one in alive), self.house.sees("a3-printer", {}))
            due = {check for at, check in self.again if at <= self.seconds}
            self.again = [one for one in self.again if one[0] > self.seconds]
            for target in self.targets:
                if target.check in due or self.seconds % TELEMETRY == 0:
                    self.house.turn(await self.collector.poll(target))
            self.house.turn()
            self.again += [
                (self.seconds + delay, check) for check, delays in self.house.effects.repolls for delay in delays
            ]
            self.house.effects.repolls.clear()

    def deliveries(self) -> dict[tuple[str, str], Delivery]:
        return {key: verdict.delivery for key, verdict in self.house.engine.snapshot.deliveries.items()}


def plug(usb: Path, port: str) -> None:
    """Lay out one device as sysfs does."""
    (usb / port).mkdir(parents=True)
    (usb / port / "idVendor").write_text("0f49\n", encoding="utf-8")
    (usb / port / "idProduct").write_text("0a00\n", encoding="utf-8")


def test_an_unplugged_peripheral_stops_its_service_alone_and_a_replugged_one_heals_it(tmp_path: Path) -> None:
    usb = tmp_path / "usb"
    plug(usb, "1-1")
    plug(usb, "1-2")
    rules = tuple(from_settings(one) for one in delivered().values())
    loaded = replace(small_config(), rules=rules)
    with House(tmp_path, loaded) as house, agent(tmp_path, CONFIG.format(usb=usb)) as running:

        async def story() -> tuple[float, float]:
            watch = Watch(house, running, PcCollector(now=house.clock.now))
            house.all_well()
            await watch.pass_(20)
            assert set(watch.deliveries().values()) == {Delivery.DELIVERED}

            shutil.rmtree(usb / "1-1")
            until(running, "mppmon_pc_peripheral_present,a1-cards", 0.0)  # it reads the PC once a second at most
            stopped = 1.0 + await watch.until(Delivery.INTERRUPTED)
            others = {key: value for key, value in watch.deliveries().items() if key != ("ktp", "a1")}
            assert set(others.values()) == {Delivery.DELIVERED}
            await watch.pass_(10)
            (page,) = house.told(NoticeKind.PAGE)
            assert page.message.lines[0] == "🔴 Cetak KTP-el TERHENTI · Loket A1"
            assert any("tidak terdeteksi" in line for line in page.message.lines)
            assert any("cabut lalu pasang lagi kabel USB" in line for line in page.message.lines)

            plug(usb, "1-1")
            until(running, "mppmon_pc_peripheral_present,a1-cards", 1.0)
            healed = 1.0 + await watch.until(Delivery.DELIVERED)
            await watch.pass_(5)
            (mended,) = house.told(NoticeKind.RESOLVED)
            assert mended.message.lines[0].startswith("✅ Pulih: Cetak KTP-el, Loket A1")
            await watch.collector.close()
            return stopped, healed

        stopped, healed = asyncio.run(story())
    assert stopped <= 20.0  # asked: 60
    assert healed <= 20.0
    with House(tmp_path) as house:
        assert [new for new, _ in house.history("ktp@a2")] == ["delivered"]
