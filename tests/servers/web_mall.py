"""The web application of a small mall, at work on real sockets: real engine, real SQLite, time by hand."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from alerts.model import Person
from mppmon.config import Loaded
from mppmon.engine.core import Engine
from mppmon.engine.snapshot import Snapshot
from mppmon.state import control_socket, database_file
from mppmon.store.paths import database_url
from mppmon.web.app import create_app
from mppmon.web.house import House as WebHouse
from mppmon.web.limits import Limits
from mppmon.web.live import Broadcast
from mppmon.web.serve import WebServer
from tests.stories.house import House, Recorder, small_config

DEADLINE = 20.0
"""Seconds until a test stops waiting for what must come at once."""


class Telling(Recorder):
    """The engine's effects: what is published also goes to the viewers."""

    def __init__(self, broadcast: Broadcast) -> None:
        super().__init__()
        self._broadcast = broadcast

    def published(self, snapshot: Snapshot) -> None:
        super().published(snapshot)
        self._broadcast.published(snapshot)


class NoFiles:
    """A mall of which nothing is on disk: there is nothing to take over."""

    async def plan(self) -> dict[str, object]:
        return {"done": False, "problems": []}

    async def reload(self, author: str) -> dict[str, object]:
        assert author
        return {"done": True, "problems": []}


@dataclass(frozen=True)
class WebMall:
    """A mall whose web is served. `house` makes observations; the engine runs in its own thread."""

    house: House
    engine: Engine
    server: WebServer
    broadcast: Broadcast
    control: Path

    @property
    def address(self) -> str:
        """Return where the loopback port is."""
        return f"http://127.0.0.1:{self.server.port}"

    def tcp(self) -> httpx.Client:
        """Ask over the loopback port."""
        return httpx.Client(base_url=self.address, timeout=DEADLINE, trust_env=False)

    def socket(self) -> httpx.Client:
        """Ask over the control socket."""
        transport = httpx.HTTPTransport(uds=str(self.control))
        return httpx.Client(transport=transport, base_url="http://mppmon", timeout=DEADLINE, trust_env=False)

    def jam(self, counter: str, *, jammed: bool = True) -> None:
        """Let the card printer of a counter jam, or be mended."""
        self.engine.observe(self.house.cards(counter, jammed=jammed))
        self.engine.intake.tick()  # as the poll loop does

    def dump(self) -> list[str]:
        """Return the whole database as SQL."""
        with closing(sqlite3.connect(f"file:{database_file(self.house.state)}?mode=ro", uri=True)) as database:
            return list(database.iterdump())


@contextmanager
def web_mall(
    state: Path,
    loaded: Loaded | None = None,
    *,
    port: int = 0,
    limits: Limits | None = None,
    metrics: Callable[[], Sequence[bytes]] = lambda: (b"mppmon_up 1\n",),
) -> Iterator[WebMall]:
    """Serve a small mall in which all is well."""
    with House(state, loaded) as house:
        broadcast = Broadcast()
        engine = Engine(house.loaded, house.store, house.clock, Telling(broadcast))
        house.engine = engine
        house.all_well()
        engine.start()
        served = WebHouse(
            engine=engine,
            clock=house.clock,
            metrics=metrics,
            ready=lambda: {"engine": engine.alive, "database": engine.durable},
            poll=_polled,
            database=database_url(state),
            broadcast=broadcast,
            settings=NoFiles(),
        )
        control = control_socket(state)
        app = create_app(served, limits=limits)
        server = WebServer(app, host="127.0.0.1", port=port, control=control, limits=limits)
        server.start()
        try:
            yield WebMall(house, engine, server, broadcast, control)
        finally:
            server.stop()
            engine.stop()


async def _polled(device: str) -> Mapping[str, object]:
    return {"outcome": "ok", "device": device}


def with_people(**people: Person) -> Loaded:
    """Return the small configuration with these people too."""
    loaded = small_config()
    return replace(loaded, people={**loaded.people, **people})


def events(lines: Iterator[str]) -> Iterator[dict[str, object]]:
    """Read a server-sent event stream."""
    for line in lines:
        if line.startswith("data:"):
            yield json.loads(line.removeprefix("data:"))
