"""Hostile agents before the real daemon, while its configuration changes: no other device is asked late for them."""

import asyncio
import re
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import yaml

from collectors.snmp.wire import ber, oid
from mppmon.clock import Clock
from tests.bench.pager_daemon import daemon, mall
from tests.bench.pager_provider import provider
from tests.servers.daemon_process import until
from tests.servers.snmp_servers import snmpd
from tests.servers.test_snmp_hostile import (
    PATIENCE,
    SWITCH,
    after,
    bent,
    drip,
    elsewhere,
    endless,
    twice,
)
from tests.unit.snmp_agents import Agent, Answer, Send, honest

pytestmark = pytest.mark.server

LIVENESS, TELEMETRY = 1.0, 2.0  # seconds
LATE = 1.0  # that another device may be asked after its time, at the 99th of 100
HONEST, RELOADS = 15, 4
TAKEN_OVER = 5.0  # seconds until a new device is asked
AUTH, SAME_ENGINE = "signed-by-me", "exactEngineID 0x80001f8804aabbccddee"


def restarting(peer: Agent, data: bytes, send: Send) -> None:
    """Be started anew before each answer: the uptime begins again."""
    peer.mib[oid.encode("1.3.6.1.2.1.1.3.0")] = (ber.TIME_TICKS, len(peer.asked) % 3)
    honest(peer, data, send)


HOSTILE: Mapping[str, Answer] = {
    "drips": drip,
    "upwards": endless(1),
    "loops": endless(0),
    "late": after(PATIENCE + 0.2),
    "twice": twice,
    "elsewhere": elsewhere,
    "64-kilobytes": bent(lambda _whole: b"\x30\x80" * 32_500),
    "restarts": restarting,
    "silent": lambda _peer, _data, _send: None,
}


@dataclass
class Devices:
    """Agents in a loop of their own. `asked`: when each was."""

    loop: asyncio.AbstractEventLoop
    agents: dict[str, Agent] = field(default_factory=dict)
    asked: dict[str, list[datetime]] = field(default_factory=dict)

    async def serve(self, name: str, answer: Answer) -> None:
        """Be one more device, at an address of its own."""
        times = self.asked[name] = []

        def noted(peer: Agent, data: bytes, send: Send) -> None:
            times.append(Clock().now())
            answer(peer, data, send)

        agent = self.agents[name] = Agent(SWITCH, noted)
        where = (f"127.64.0.{len(self.agents)}", 0)
        await self.loop.create_datagram_endpoint(lambda: agent, local_addr=where)

    async def close(self) -> None:
        """Be gone."""
        for agent in self.agents.values():
            if agent.transport is not None:
                agent.transport.close()
        await asyncio.sleep(0)

    def settings(self, name: str) -> dict[str, object]:
        """Return how the daemon knows one."""
        transport = self.agents[name].transport
        assert transport is not None
        address, port = transport.get_extra_info("sockname")
        return {"address": address, "snmp": {"port": port, "timeout": 0.3, "retries": 1}, **COMMON}


COMMON: Mapping[str, object] = {"kind": "switch", "name": "sakelar", "liveness": {"way": "snmp", "timeout": 0.3}}


@contextmanager
def living(names: Mapping[str, Answer]) -> Iterator[Devices]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    devices = Devices(loop)
    try:
        for name, answer in names.items():
            asyncio.run_coroutine_threadsafe(devices.serve(name, answer), loop).result(10)
        yield devices
    finally:
        asyncio.run_coroutine_threadsafe(devices.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def lateness(asked: list[datetime], start: datetime) -> list[float]:
    """Return by how much each question after `start` came later than its time, in seconds."""
    times = [at for at in asked if at >= start]
    return [max(0.0, (after - before).total_seconds() - LIVENESS) for before, after in pairwise(times)]


def states(web: int) -> dict[str, str]:
    """Return which devices the daemon says are up or down, from its metrics."""
    text = requests.get(f"http://127.0.0.1:{web}/metrics", timeout=10).text
    return dict(re.findall(r'^mppmon_device_reach\{.*device="([^"]+)".*state="(\w+)".*\} 1', text, re.MULTILINE))


def reload(process: psutil.Process, folder: Path, name: str, device: Mapping[str, object]) -> None:
    """Give the daemon one device more."""
    path = folder / "mall" / "devices.yaml"
    whole: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    whole["devices"][name] = dict(device)
    path.write_text(yaml.safe_dump(whole), "utf-8")
    process.send_signal(signal.SIGHUP)


def test_others_are_asked_in_time_and_reloads_are_taken_over(tmp_path: Path) -> None:
    good = [f"honest-{number}" for number in range(HONEST)]
    new = [f"new-{number}" for number in range(RELOADS)]
    (tmp_path / "auth").write_text(f"{AUTH}\n", "ascii")
    (tmp_path / "auth").chmod(0o600)
    (tmp_path / "token").write_text("1:made-up\n", "ascii")
    (tmp_path / "token").chmod(0o600)
    lives = iter(range(RELOADS + 1))
    users = (f'createUser sha SHA "{AUTH}"', "rouser sha auth", SAME_ENGINE)

    def alive(port: int | None) -> Any:  # noqa: ANN401  # a context manager
        folder = tmp_path / f"life-{next(lives)}"
        folder.mkdir()
        return snmpd(folder, *users, port=port)

    with (
        living({**dict.fromkeys([*good, *new], honest), **HOSTILE}) as devices,
        provider() as told,
        ExitStack() as life,
    ):
        port = life.enter_context(alive(None))
        engine = {
            "version": "3",
            "port": port,
            "user": "sha",
            "auth_protocol": "sha",
            "auth_file": str(tmp_path / "auth"),
        }
        known: dict[str, Mapping[str, object]] = {name: devices.settings(name) for name in (*good, *HOSTILE)}
        known["engine"] = {"address": "127.0.0.1", "snmp": {**engine, "timeout": 0.3, "retries": 1}, **COMMON}
        intervals = {"liveness": LIVENESS, "telemetry": TELEMETRY, "confirm": [0.5, 1.0, 2.0]}
        parts = mall(known, told.url, tmp_path / "token", intervals=intervals)
        with daemon(tmp_path, parts) as (process, web):
            start = Clock().now()
            for name in new:
                life.close()  # the engine's time begins again, and it has forgotten its boots
                life.enter_context(alive(port))
                reload(process, tmp_path, name, devices.settings(name))
                until(partial(devices.asked.get, name), bool, TAKEN_OVER)
            later = Clock().now() + timedelta(seconds=2)
            until(lambda: Clock().now() >= later, bool, 5)
            said = until(lambda: states(web), lambda now: now.get("engine") == "up", 10)
        late = sorted(one for name in good for one in lateness(devices.asked[name], start))
        assert len(late) >= HONEST * RELOADS
        assert late[int(len(late) * 0.99)] <= LATE, late[-10:]
        assert {name for name in (*good, *new) if said[name] != "up"} == set()
        assert {said[name] for name in ("silent", "elsewhere")} == {"down"}
        assert all(devices.asked[name] for name in HOSTILE)
