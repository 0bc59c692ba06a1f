"""Parts that end are begun anew and counted; who does not answer is named; a failing channel is told from a message."""

import asyncio
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from alerts.channels.base import Failed, Reason, Sent
from collectors.collector import Kind, Target, Way
from collectors.settings import LivenessSettings
from mppmon.clock import Clock
from mppmon.daemon.alive import DATABASE, ENGINE, LOOP, STARVES_AFTER, WEB, Alive
from mppmon.daemon.host import Host
from mppmon.daemon.parts import WELL, Parts
from mppmon.daemon.systemd import Systemd
from mppmon.daemon.ways import Asked, Taken
from mppmon.exporter.figures import HELP
from tests.unit.virtual_loop import run

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


@dataclass(frozen=True)
class _Hands(Clock):
    at: list[float] = field(default_factory=lambda: [0.0])

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.at[0])

    def monotonic(self) -> float:
        return self.at[0]


def test_a_part_that_ends_is_begun_anew_at_growing_distances_and_counted() -> None:
    async def story() -> tuple[list[float], list[tuple[str, bool, int]], list[tuple[str, bool, int]]]:
        loop = asyncio.get_running_loop()
        parts, begun = Parts(), list[float]()

        async def work() -> None:
            begun.append(loop.time())
            if len(begun) < 4:
                raise RuntimeError("a fault of ours")
            await asyncio.sleep(10_000)

        task = asyncio.create_task(parts.keep(work, "lane of mail"))
        await asyncio.sleep(20)
        early = list(parts.look(loop.time()))
        await asyncio.sleep(20 + WELL)
        late = list(parts.look(loop.time()))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert list(parts.look(loop.time())) == []
        return [at - begun[0] for at in begun], early, late

    begun, early, late = run(story())
    assert begun == pytest.approx([0, 1, 6, 36])
    assert early == [("lane of mail", False, 3)]
    assert late == [("lane of mail", True, 0)]


def test_work_that_returns_is_not_needed_any_more() -> None:
    async def story() -> list[tuple[str, bool, int]]:
        parts = Parts()

        async def work() -> None:
            return

        await parts.keep(work, "listener of chat")
        return list(parts.look(0.0))

    assert run(story()) == []


def test_who_does_not_answer_is_named_and_asked_once() -> None:
    clock, asked = _Hands(), list[Callable[[], None]]()
    alive = Alive(clock, {ENGINE: asked.append, WEB: lambda deed: deed()}, lambda: None)
    for second in range(31):
        clock.at[0] = float(second)
        alive.ticked()
        alive.knock()
    assert len(asked) == 1
    assert alive.missing(30.0) == []
    assert alive.missing(29.0) == [ENGINE]
    asked[0]()
    assert alive.missing(29.0) == []
    clock.at[0] = 90.0
    assert alive.missing(29.0) == [LOOP, ENGINE, WEB]


def test_a_database_that_refuses_for_too_long_is_missing() -> None:
    clock = _Hands()
    alive = Alive(clock, {}, lambda: NOW)
    clock.at[0] = 299.0
    alive.ticked()
    assert alive.missing(30.0) == []
    clock.at[0] = 301.0
    alive.ticked()
    assert alive.missing(30.0) == [DATABASE]
    assert alive.missing(30.0, refused_for=STARVES_AFTER) == []


def test_a_way_is_overdue_when_it_is_quiet_longer_than_its_shortest_interval() -> None:
    asked = Asked()
    settings = LivenessSettings(way="tcp", port=80)
    targets = [
        Target(f"{one}:liveness", one, Kind.LIVENESS, Way.TCP, "127.0.0.1", every, settings)
        for one, every in (("a", 10.0), ("b", 60.0))
    ]
    asked.follow(targets, 0.0)
    assert list(asked.look(8.0)) == [("tcp", 8.0, 0.0)]
    assert list(asked.look(80.0)) == [("tcp", 80.0, 70.0)]
    asked.observed("b:liveness", 80.0)
    asked.observed("gone", 90.0)
    asked.follow(targets, 85.0)  # a reload is no answer
    assert list(asked.look(90.0)) == [("tcp", 10.0, 0.0)]
    asked.follow([], 90.0)
    assert list(asked.look(90.0)) == []


def test_a_channel_fails_after_three_attempts_and_recovers_with_one() -> None:
    taken, failed = Taken(), Failed(retry=True, reason=Reason.UNREACHABLE)
    channels = {"chat": True, "mail": False}
    for at in (0.0, 5.0, 10.0):
        assert dict(taken.look(channels, 700.0, cut=False))["mail"] == 0.0
        taken.result("mail", failed, at)
    assert list(taken.look(channels, 700.0, cut=False)) == [("chat", 0.0), ("mail", 700.0)]
    taken.result("mail", Sent("1"), 701.0)
    assert dict(taken.look(channels, 702.0, cut=False))["mail"] == 0.0


def test_a_recipient_who_is_refused_says_nothing_of_the_channel_nor_does_a_cut_line() -> None:
    taken, channels = Taken(), {"chat": True}
    for _ in range(5):
        taken.result("chat", Failed(retry=False, reason=Reason.ADDRESS), 0.0)
    assert list(taken.look(channels, 900.0, cut=False)) == [("chat", 0.0)]
    for _ in range(5):
        taken.result("chat", Failed(retry=True, reason=Reason.UNREACHABLE), 0.0)
    assert list(taken.look(channels, 900.0, cut=True)) == [("chat", 0.0)]
    assert list(taken.look(channels, 900.0, cut=False)) == [("chat", 0.0)]


def test_the_machine_tells_what_is_left(tmp_path: Path) -> None:
    found = dict(Host(tmp_path).look())
    assert found.keys() <= HELP.keys()
    assert 0 < found["memory_ratio"] < 1
    assert 0 < found["descriptors_ratio"] < 1
    assert found["disk_free_bytes"] > 0


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told_by_datagram(tmp_path: Path, *, abstract: bool) -> None:
    address = f"@mppmon-test-{tmp_path.name}-{threading.get_native_id()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0{address[1:]}" if abstract else address)
        environment = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "7", "HOME": "/"}
        systemd = Systemd.found(environment, pid=7)
        assert environment == {"HOME": "/"}  # no child is to speak for us
        assert systemd.watchdog == 4.0
        systemd.ready("at\nwork")
        systemd.reloading(1.5)
        systemd.feed()
        systemd.stopping()
        said = [line.recv(200).decode() for _ in range(4)]
    assert said == [
        "READY=1\nSTATUS=at work",
        "RELOADING=1\nMONOTONIC_USEC=1500000",
        "WATCHDOG=1",
        "STOPPING=1\nSTATUS=stopping",
    ]


def test_without_systemd_nothing_is_said_and_another_process_watchdog_is_not_ours() -> None:
    assert Systemd.found({}).watchdog is None
    Systemd.found({}).ready("x")
    Systemd.found({"NOTIFY_SOCKET": "/nowhere/at/all"}).ready("x")
    other = {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "8"}
    assert Systemd.found(other, pid=7).watchdog is None
