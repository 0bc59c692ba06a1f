"""Opens the doors of every thing and answers at them: SNMP, PC agents, online systems, bare ports."""

import asyncio
import html

from mppmon.clock import Clock
from mppmon.demo.simulator import pc, recording
from mppmon.demo.simulator.agents import Agent, Agents
from mppmon.demo.simulator.doors import TcpDoor, Visitor
from mppmon.demo.simulator.http import HTML, Handler, Request, Response, visitor
from mppmon.demo.simulator.journal import Journal
from mppmon.demo.simulator.living import STOPPING
from mppmon.demo.simulator.things import Door, DoorWay, Thing
from mppmon.demo.simulator.view import View
from mppmon.demo.simulator.world import World

EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class Serving:
    """All doors of all things. Follows the world: a thing that falls silent has its doors shut."""

    def __init__(self, world: World, journal: Journal, clock: Clock) -> None:
        self._world = world
        self._journal = journal
        self._clock = clock
        self._agents = Agents()
        self._doors: list[tuple[str, TcpDoor]] = []
        world.listen(self._follow)

    def open(self) -> dict[str, dict[str, int]]:
        """Open every door; return the port of each by thing and way. OSError when an address cannot be had."""
        return {
            thing.id: {door.way.value: self._open(thing, door) for door in thing.doors}
            for thing in self._world.things.by_id.values()
            if thing.doors
        }

    async def close(self) -> None:
        """Close every door."""
        self._agents.close()
        await asyncio.gather(*(door.close() for _, door in self._doors))

    def _open(self, thing: Thing, door: Door) -> int:
        if door.way is DoorWay.SNMP:
            view = View(
                recording.load(thing.recording or thing.kind), lambda: self._world.scene(thing.id, at=self._at())
            )
            agent = Agent(thing.id, view, lambda: self._world.condition(thing.id).silent, self._journal)
            return self._agents.serve(agent, door.address, door.port)
        tcp = TcpDoor(self._visitor(thing, door), lambda: self._journal.answer(thing.id, door.way.value, given=False))
        self._doors.append((thing.id, tcp))
        return tcp.open(door.address, door.port)

    def _visitor(self, thing: Thing, door: Door) -> Visitor:
        if door.way is DoorWay.TCP:
            return self._bare(thing)
        handler = self._agent(thing, door) if door.way is DoorWay.AGENT else self._online(thing, door)
        return visitor(handler, knocked=lambda: self._knocked(thing))

    def _bare(self, thing: Thing) -> Visitor:
        async def visit(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
            self._knocked(thing)

        return visit

    def _knocked(self, thing: Thing) -> None:
        """Note that a connection was accepted: that is an answer too, though it tells nothing."""
        self._journal.answer(thing.id, DoorWay.TCP.value, given=True)

    def _agent(self, thing: Thing, door: Door) -> Handler:
        async def answer(request: Request) -> Response:
            if request.path != door.path:
                return Response(404, b"not found\n")
            at = self._at()
            scene = self._world.scene(thing.id, at=at)
            peripherals = [self._plugged(one, at) for one in self._world.things.behind.get(thing.id, ())]
            text = pc.exposition(scene, peripherals, now=self._clock.now())
            self._journal.answer(thing.id, DoorWay.AGENT.value, given=True, tells=pc.tells(scene, peripherals))
            return Response(200, text.encode(), EXPOSITION)

        return answer

    def _plugged(self, device: str, at: float) -> pc.Plugged:
        thing = self._world.things.by_id[device]
        since = [begun for fault, begun in self._world.active.items() if fault[1] in {device, thing.via}]
        shows = self._world.condition(device).shows
        waits = shows & STOPPING or "spooler-stopped" in self._world.condition(thing.via or device).shows
        return pc.Plugged(device, thing.kind, shows, at - min(since, default=at) if waits else 0.0)

    def _online(self, thing: Thing, door: Door) -> Handler:
        async def answer(_request: Request) -> Response:
            shows = self._world.condition(thing.id).shows
            self._journal.answer(thing.id, DoorWay.HTTP.value, given=True, tells={thing.id: shows})
            if "status-500" in shows:
                return Response(500, _page("Kesalahan pada peladen"), HTML)
            if "other-text" in shows:
                return Response(200, _page("Sistem sedang dalam pemeliharaan"), HTML)
            return Response(200, _page(f"{thing.id}: {door.contains or 'siap melayani'}"), HTML)

        return answer

    def _follow(self) -> None:
        for thing, door in self._doors:
            door.set_shut(shut=self._world.condition(thing).silent)

    def _at(self) -> float:
        return self._clock.monotonic()


def _page(text: str) -> bytes:
    return f"<!doctype html><title>Layanan daring</title><p>{html.escape(text)}</p>\n".encode()
