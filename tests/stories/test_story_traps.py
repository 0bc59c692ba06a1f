"""A trap is a reason to look, and nothing else: what is then seen decides, and is told once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.model import NoticeKind
from alerts.silence import Silence
from collectors.collector import Kind, Target
from collectors.observation import Outcome
from collectors.snmp.child.lines import decode, encode
from collectors.snmp.traps.receiver import Receiver
from mppmon.config import Loaded
from mppmon.daemon.looks import checks_for
from mppmon.daemon.parts import Parts
from mppmon.daemon.snmp_child import SnmpChild
from mppmon.mall.model import State
from tests.stories.house import JAM, MONDAY, House, small_config
from tests.unit.snmp_agents import trap_v2
from tests.unit.virtual_loop import run

CROWD = [f"203.0.113.{number}" for number in range(25)]
ADDRESSES = dict.fromkeys(CROWD, "a1-pc") | {"192.0.2.1": "core", "192.0.2.7": "a3-printer"}
ADDRESS_OF = {device: address for address, device in ADDRESSES.items()}
PRINTER, LINK = trap_v2("1.3.6.1.2.1.43.18.2.0.1"), trap_v2("1.3.6.1.6.3.1.1.5.3")
PAGE = NoticeKind.PAGE


class Desk:
    """The receiver of traps, what stands between it and the poller, and an engine: all in virtual time."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.jammed, self.silent = False, set[str]()
        self.asked: list[tuple[float, str]] = []
        self.outcomes: Counter[str] = Counter()
        self._checks: dict[str, dict[Kind, Target]] = {}
        for target in house.loaded.targets:
            self._checks.setdefault(target.device, {})[target.kind] = target
        self._child = SnmpChild(Parts(), now=house.clock.now, look=self._look, count=self._count)
        self._receiver = Receiver(lambda message: self._child.told(decode(encode(message))), lambda _: None)

    async def open(self) -> None:
        hosts = {address: [device] for address, device in ADDRESSES.items()}
        about = {"hosts": hosts, "community": b"inside".hex(), "users": [], "engine": "80004fb80401", "boots": 1}
        await self._receiver.follow({"listen": ["127.0.0.1", 0], **about})

    async def close(self) -> None:
        await self._receiver.close()
        await self._child.close()

    def trap(self, device: str = "a3-printer", octets: bytes = PRINTER) -> None:
        self._receiver.datagram_received(octets, (ADDRESS_OF.get(device, device), 40000))

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._follow_time()
        self.house.turn()

    def poll(self, device: str = "a3-printer") -> None:
        """Ask it as at its ordinary turn."""
        self._ask(f"{device}:{Kind.LIVENESS}")
        self._ask(f"{device}:{Kind.TELEMETRY}")

    def _count(self, outcome: str, number: int) -> None:
        self.outcomes[outcome] += number

    def _look(self, device: str, below: bool) -> None:  # noqa: FBT001  # a callback's order
        for check in checks_for(self.house.loaded.mall, self._checks, device, below=below):
            self._ask(check)

    def _ask(self, check: str) -> None:
        self._follow_time()
        device, _, kind = check.partition(":")
        self.asked.append((asyncio.get_running_loop().time() - 1000.0, check))
        outcome = Outcome.TIMEOUT if device in self.silent else Outcome.OK
        if kind == Kind.TELEMETRY and device == "a3-printer" and outcome is Outcome.OK:
            self.house.turn(self.house.sees(device, {("mppmon_printer_error", JAM): float(self.jammed)}))
        else:
            self.house.turn(self.house.see(device, outcome, kind=Kind(kind)))

    def _follow_time(self) -> None:
        self.house.clock.at[0] = MONDAY + timedelta(seconds=asyncio.get_running_loop().time() - 1000.0)


def play(state: Path, story: Callable[[Desk], Awaitable[None]], loaded: Loaded | None = None) -> Desk:
    async def main() -> Desk:
        with House(state, loaded) as house:
            house.all_well()
            desk = Desk(house)
            await desk.open()
            try:
                await story(desk)
            finally:
                await desk.close()
            return desk

    return run(main())


def test_a_trap_brings_the_page_at_once_and_whatever_follows_brings_no_second(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        await desk.wait(5.0)
        desk.jammed = True
        desk.trap()
        (page,) = desk.house.told(PAGE)
        assert page.created_at == MONDAY + timedelta(seconds=5)
        for _ in range(9):  # a printer sends several of one fault
            desk.trap()
            await desk.wait(0.2)
        desk.poll()
        await desk.wait(60.0)
        desk.trap()  # while it is open
        await desk.wait(5.0)
        assert len(desk.house.told(PAGE)) == 1
        assert len(desk.house.engine.snapshot.incidents) == 1

    assert play(tmp_path, story).outcomes["accepted"] == 11


def test_a_trap_that_shows_no_fault_tells_nobody(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.trap()
        await desk.wait(60.0)
        assert desk.house.told() == []
        assert [check for _, check in desk.asked] == ["a3-printer:liveness", "a3-printer:telemetry"]

    play(tmp_path, story)


def test_who_is_not_known_or_knows_no_community_is_counted_and_asks_for_nothing(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.jammed = True
        for _ in range(30):
            desk.trap("198.51.100.9")
            desk.trap(octets=PRINTER.replace(b"inside", b"guess!"))
        await desk.wait(5.0)
        assert desk.asked == []
        assert desk.outcomes == {"unknown_sender": 30, "wrong_credentials": 30}
        desk.trap()  # those who guess in its name have not silenced it
        assert len(desk.house.told(PAGE)) == 1

    play(tmp_path, story)


def test_a_flood_is_limited_and_its_last_trap_still_looked_after(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        for number in range(400):  # four seconds
            if number == 390:
                desk.jammed = True
            desk.trap()
            await desk.wait(0.01)
        await desk.wait(1.0)
        (page,) = desk.house.told(PAGE)
        assert page.created_at <= MONDAY + timedelta(seconds=5)

    desk = play(tmp_path, story)
    assert desk.outcomes["limited"] > 350
    looks = [at for at, check in desk.asked if check.endswith("telemetry")]
    assert len(looks) <= 12, "at most one every half second"


def test_a_flood_of_all_others_does_not_hide_the_one_that_matters(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        for device in CROWD * 11:
            desk.trap(device)
        desk.jammed = True
        desk.trap()
        assert desk.house.told(PAGE) == [], "it could not be read any more"
        await desk.wait(1.0)
        (page,) = desk.house.told(PAGE)
        assert page.created_at == MONDAY + timedelta(seconds=0.5)

    play(tmp_path, story)


def test_a_device_in_maintenance_is_asked_and_calls_nobody(tmp_path: Path) -> None:
    matches = (("device", ("a3-printer",)),)
    window = Silence("w", matches, MONDAY, MONDAY + timedelta(hours=1), "config", "rutin", "Ganti rol", planned=True)

    async def story(desk: Desk) -> None:
        desk.jammed = True
        desk.trap()
        await desk.wait(60.0)
        assert desk.asked
        assert desk.house.engine.snapshot.functions["a3-printer"] is State.DOWN, "it is watched as ever"
        assert desk.house.told() == []

    play(tmp_path, story, replace(small_config(), windows=(window,)))


def test_a_late_trap_from_behind_a_switch_that_is_down_brings_no_second_page(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.silent = {"core", "a1-pc", "a2-pc", "a3-pc", "a3-printer"}
        desk.trap("core", LINK)  # its last word
        for _ in range(4):
            await desk.wait(1.0)
            for device in sorted(desk.silent):
                desk.poll(device)
        await desk.wait(6.0)
        assert [one.root for one in desk.house.engine.snapshot.incidents] == ["core"]
        for _ in range(5):
            desk.trap()
            await desk.wait(1.0)
        await desk.wait(10.0)
        assert len(desk.house.told(PAGE)) == 1
        assert len(desk.house.engine.snapshot.incidents) == 1

    play(tmp_path, story)


def test_a_port_that_went_down_has_what_hangs_on_the_switch_asked_at_once(tmp_path: Path) -> None:
    async def story(desk: Desk) -> None:
        desk.trap("core", LINK)
        own = {"core:liveness", "core:telemetry"}
        below = {f"{one}:liveness" for one in ("a1-pc", "a2-pc", "a3-pc", "a3-printer")}
        assert {check for _, check in desk.asked} == own | below
        assert {at for at, _ in desk.asked} == {0.0}

    play(tmp_path, story)
