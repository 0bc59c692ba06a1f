"""A real daemon that takes traps, and devices in this process that change when a test says so and note who asked.

Everything but receipt printers is asked by itself every ten minutes only: what is seen sooner, a trap set off.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from alerts.model import Incident
from collectors.snmp.wire import ber, oid
from mppmon.clock import Clock
from mppmon.demo.simulator.asked import is_liveness
from mppmon.mall.principal import SYSTEM
from mppmon.state import database_file
from mppmon.store import Store
from mppmon.store.paths import database_url
from tests.bench.pager_daemon import daemon, mall
from tests.bench.pager_provider import provider
from tests.servers.snmp_servers import free_port
from tests.unit.snmp_agents import Agent, Mib, Send, honest

COMMUNITY, USER, AUTH, PRIV = "inside", "mall", "signed-by-me", "hidden-by-me"
CONFIRM = (0.5, 1.0, 2.0)
DAY = timedelta(days=1)
ERRORS, SOURCE = "1.3.6.1.2.1.25.3.5.1.2.1", "1.3.6.1.2.1.33.1.4.1.0"
JAMMED, WELL = b"\x04\x00", b"\x00\x00"
BATTERY = 5


def _mib(kind: str) -> Mib:
    own: Mib
    if kind == "ups":
        vendor = "1.3.6.1.2.1.33"
        own = {"1.3.6.1.2.1.33.1.2.1.0": (ber.INTEGER, 2), SOURCE: (ber.INTEGER, 3)}
    elif kind == "switch":
        vendor, own = (
            "1.3.6.1.4.1.14988.1",
            {
                f"1.3.6.1.2.1.2.2.1.{column}.1": (ber.INTEGER, value)
                for column, value in ((1, 1), (3, 6), (7, 1), (8, 1))
            },
        )
    else:
        vendor = "1.3.6.1.4.1.11.2.3.9.1"
        own = {"1.3.6.1.2.1.25.3.5.1.1.1": (ber.INTEGER, 3), ERRORS: (ber.OCTETS, WELL)}
    return {
        "1.3.6.1.2.1.1.1.0": (ber.OCTETS, b"of the test"),
        "1.3.6.1.2.1.1.2.0": (ber.OBJECT_ID, oid.encode(vendor)),
        "1.3.6.1.2.1.1.3.0": (ber.TIME_TICKS, 123_456),
        **own,
    }


@dataclass
class Living:
    """One device at an address of its own. `asked`: when, and whether it was telemetry."""

    name: str
    kind: str
    address: str
    agent: Agent
    parents: tuple[str, ...] = ()
    silent: bool = False
    asked: list[tuple[datetime, bool]] = field(default_factory=list)

    def becomes(self, name: str, value: int | bytes) -> None:
        """Show this from now on."""
        raw = oid.encode(name)
        self.agent.mib[raw] = (self.agent.mib[raw][0], value)

    def breaks(self, what: str) -> None:
        """Jam a `printer`, put a `ups` on its battery; anything else falls silent."""
        if what == "printer":
            self.becomes(ERRORS, JAMMED)
        elif what == "ups":
            self.becomes(SOURCE, BATTERY)
        else:
            self.silent = True

    def asked_after(self, at: datetime, *, telemetry: bool = True) -> datetime | None:
        """Return when it was first asked after this."""
        return next((when for when, reads in self.asked if when >= at and (reads or not telemetry)), None)

    def answer(self, agent: Agent, data: bytes, send: Send) -> None:
        """Note who asks, and answer unless it is silent."""
        self.asked.append((Clock().now(), not is_liveness(data)))
        if not self.silent:
            honest(agent, data, send)


@dataclass(frozen=True)
class TrapMall:
    """A daemon at work on living devices. `port`: where it takes traps; `web`: its pages."""

    devices: Mapping[str, Living]
    folder: Path
    port: int
    web: int
    process: psutil.Process
    loop: asyncio.AbstractEventLoop

    def incidents(self, root: str) -> list[Incident]:
        """Return the incidents of a cause so far, as the database has them."""
        return incidents_of(self.folder / "state", root)

    def pages(self, root: str) -> int:
        """Return how many pages there were about a cause, as the outbox has them."""
        known = {one.id for one in self.incidents(root)}
        with closing(sqlite3.connect(database_file(self.folder / "state"))) as connection:
            rows = connection.execute("select incident from outbox where kind = 'page'").fetchall()
        return sum(incident in known for (incident,) in rows)

    def send(self, device: str, trap: bytes) -> datetime:
        """Send these octets from the device's own address; return when."""

        async def now() -> datetime:
            transport = self.devices[device].agent.transport
            assert transport is not None
            at = Clock().now()
            transport.sendto(trap, ("127.0.0.1", self.port))
            return at

        return asyncio.run_coroutine_threadsafe(now(), self.loop).result(10)


def incidents_of(state: Path, root: str) -> list[Incident]:
    """Return the incidents of a cause that a daemon with this state directory keeps."""
    store = Store.open(database_url(state))
    try:
        now = Clock().now()
        return [one for one in store.incidents(SYSTEM, start=now - DAY, end=now + DAY) if one.root == root]
    finally:
        store.close()


@contextmanager
def trap_mall(
    folder: Path, wanted: Mapping[str, str], below: Mapping[str, str] | None = None, six: Collection[str] = ()
) -> Iterator[TrapMall]:
    """Run a daemon on devices of these kinds (name -> kind); `below`: name -> the switch it hangs on; `six`: those at
    the IPv6 address of this machine, and then traps are taken by both families.
    """
    folder.mkdir(exist_ok=True)
    hangs = below or {}
    for name, text in {"community": COMMUNITY, "auth": AUTH, "priv": PRIV, "token": "1:made-up"}.items():
        (folder / name).write_text(f"{text}\n", "ascii")
        (folder / name).chmod(0o600)
    with ExitStack() as stack:
        loop = stack.enter_context(_loop())
        devices = asyncio.run_coroutine_threadsafe(_serve(wanted, hangs, six), loop).result(10)
        stack.callback(lambda: asyncio.run_coroutine_threadsafe(_close(devices), loop).result(10))
        told = stack.enter_context(provider())
        port = free_port()
        parts = mall(
            {one.name: _settings(one) for one in devices.values()},
            told.url,
            folder / "token",
            pace_seconds=0,
            calm_seconds=0,
            intervals={
                "liveness": 600,
                "telemetry": 600,
                "confirm": list(CONFIRM),
                "kinds": {"receipt-printer": {"telemetry": 1}},
            },
            traps={
                "listen_host": "::" if six else "127.0.0.1",
                "listen_port": port,
                "community_file": str(folder / "community"),
                "users": [_user(folder)],
            },
        )
        process, web = stack.enter_context(daemon(folder, parts))
        yield TrapMall(devices, folder, port, web, process, loop)


def _user(folder: Path) -> dict[str, str]:
    files = {"auth_file": str(folder / "auth"), "priv_file": str(folder / "priv")}
    return {"user": USER, "auth_protocol": "sha256", "priv_protocol": "aes", **files}


def _settings(one: Living) -> dict[str, object]:
    return {
        "kind": one.kind,
        "name": one.name,
        "address": one.address,
        "parents": list(one.parents),
        "snmp": {"port": one.agent.port, "timeout": 0.5, "retries": 0},
        "liveness": {"way": "snmp", "timeout": 0.3},
    }


async def _serve(wanted: Mapping[str, str], below: Mapping[str, str], six: Collection[str]) -> dict[str, Living]:
    loop, found = asyncio.get_running_loop(), {}
    for number, (name, kind) in enumerate(wanted.items(), 1):
        address, agent = f"127.62.{number // 250}.{number % 250 + 1}", Agent(_mib(kind))
        if name in six:
            address = "::1"
        one = found[name] = Living(name, kind, address, agent, (below[name],) if name in below else ())
        agent.answer = one.answer
        await loop.create_datagram_endpoint(lambda agent=agent: agent, local_addr=(address, 0))  # type: ignore[misc]  # bound now
    return found


async def _close(devices: Mapping[str, Living]) -> None:
    for one in devices.values():
        if one.agent.transport is not None:
            one.agent.transport.close()
    await asyncio.sleep(0)


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
